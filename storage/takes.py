"""Takes: the ledger. One row per attempt that may cost money, and the only places it may go.

    new → sending → accepted → done | failed
             ├→ new        surely not sent
             ├→ rejected   surely not charged
             └→ unsure     perhaps charged: nobody repeats it
                 └→ accepted | rejected | failed   late knowledge: an answer after all, or somebody looked

Every change names the state it starts from in its own statement, so that of two who try, one wins.
Saying the same thing twice is harmless; saying something else is `WrongState`.
"""

from collections.abc import Sequence

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.db import Database
from storage.errors import StorageError, WrongState
from storage.model import Take, TakeState

_Sources = tuple[TakeState] | tuple[TakeState, TakeState]
_NEW: _Sources = ("new",)
_SENDING: _Sources = ("sending",)
_ACCEPTED: _Sources = ("accepted",)
_UNKNOWN: _Sources = ("sending", "unsure")
_UNSURE: _Sources = ("unsure",)


def _nouns(rows: Sequence[RowMapping]) -> tuple[Take, ...]:
    return tuple(Take.model_validate(dict(row)) for row in rows)


async def open(db: Database, take: Take) -> Take:  # noqa: A001
    """Insert the take if its key is new; return the row as it is.

    Its `cost` may be an estimate: it counts as spent from the claim on, until the true one is known; `quote`
    keeps it.

    Raises:
        StorageError: its project is gone (`storage.gone`).
    """
    await db.write(
        "INSERT INTO takes (key, project, step, vendor, model, state, made_from, ticket, result, cost,"
        " currency, error, opened, changed, quote, account, claimed, making) VALUES (:key, :project, :step,"
        " :vendor, :model, :state, :made_from, :ticket, :result, :cost, :currency, :error, :opened, :changed,"
        " :quote, :account, :claimed, :making)"
        " ON CONFLICT (key) DO NOTHING",
        **take.model_dump(),
    )
    return await _there(db, take.key)


async def claim(db: Database, key: str, now: float, making: str = "") -> bool:
    """new → sending; True for exactly one caller, who alone may now send. Where money or a place at the
    vendor's is to be minded, `purse.claim` is the way."""
    async with db.writing() as conn:
        return await claim_within(conn, key, now, making)


async def claim_within(conn: AsyncConnection, key: str, now: float, making: str) -> bool:
    """The same, in the caller's transaction; what kept it from being sent before is not true any more."""
    claimed = await conn.execute(
        text(
            "UPDATE takes SET state = 'sending', changed = :now, claimed = :now, error = NULL,"
            " making = CASE WHEN :making = '' THEN making ELSE :making END"
            " WHERE key = :key AND state = 'new'"
        ),
        {"key": key, "now": now, "making": making},
    )
    return claimed.rowcount == 1


async def reclaim(db: Database, key: str, now: float) -> bool:
    """sending → sending; True when it was sending.

    For a crashed attempt at a vendor whose repeat surely costs nothing; never for anything else.
    """
    return await _moved(db, key, _SENDING, "sending", now)


async def release(db: Database, key: str, now: float) -> None:
    """sending → new: it surely was not sent, and may be tried again."""
    await _move(db, key, _SENDING, "new", now)


async def accepted(db: Database, key: str, ticket: str, now: float, cost: float | None = None) -> None:
    """sending or unsure → accepted: the vendor has the job, under this ticket; `cost` where it is known now.

    A ticket is worth keeping however late it comes: it is the way to what was paid for.
    """
    await _move(db, key, _UNKNOWN, "accepted", now, ticket=ticket, cost=cost)


async def done(db: Database, key: str, result: str, cost: float, now: float) -> None:
    """accepted → done, with its result (plain JSON) and what it did cost in the take's currency."""
    await _move(db, key, _ACCEPTED, "done", now, result=result, cost=cost)


async def failed(db: Database, key: str, error: str, now: float, cost: float = 0.0) -> None:
    """accepted → failed; `cost` is what the vendor charged all the same."""
    await _move(db, key, _ACCEPTED, "failed", now, error=error, cost=cost)


async def rejected(db: Database, key: str, error: str, now: float) -> None:
    """sending or unsure → rejected: the vendor does not have it and charged nothing."""
    await _move(db, key, _UNKNOWN, "rejected", now, error=error, cost=0.0)


async def leave_seat(db: Database, key: str) -> None:
    """Give the seat of an accepted take back: nobody waits for its result now. It can still be collected."""
    await db.write("UPDATE takes SET account = '' WHERE key = :key AND state = 'accepted'", key=key)


async def kept_back(db: Database, key: str, error: str) -> None:
    """Note why a new take is not sent; it stays new."""
    await db.write("UPDATE takes SET error = :error WHERE key = :key AND state = 'new'", key=key, error=error)


async def settle(db: Database, key: str, now: float, *, charged: bool) -> None:
    """unsure → failed or rejected: somebody compared it with the vendor's bill. Charged, its cost stays."""
    if charged:
        await _move(db, key, _UNSURE, "failed", now, error="take.settled")
    else:
        await _move(db, key, _UNSURE, "rejected", now, error="take.settled", cost=0.0)


async def unsure(db: Database, key: str, error: str, now: float) -> None:
    """sending → unsure: sent, no answer, perhaps charged. Its estimate goes on counting as spent."""
    await _move(db, key, _SENDING, "unsure", now, error=error)


async def get(db: Database, key: str) -> Take | None:
    """Return the take, or None when there is none of that key."""
    takes = _nouns(await db.read("SELECT * FROM takes WHERE key = :key", key=key))
    return takes[0] if takes else None


async def good(db: Database, project: str, made_from: str) -> Take | None:
    """Return the project's newest done take made from the same things, or None."""
    takes = _nouns(
        await db.read(
            "SELECT * FROM takes WHERE project = :project AND made_from = :made_from AND state = 'done'"
            " ORDER BY changed DESC, key DESC LIMIT 1",
            project=project,
            made_from=made_from,
        )
    )
    return takes[0] if takes else None


async def of(db: Database, project: str) -> tuple[Take, ...]:
    """Return a project's takes, in the order they were opened."""
    return _nouns(
        await db.read("SELECT * FROM takes WHERE project = :project ORDER BY opened, key", project=project)
    )


async def doubtful(db: Database, sent_before: float | None = None) -> tuple[Take, ...]:
    """Return the takes that may have been charged without anybody knowing, the oldest first.

    Those are the unsure ones, and the ones still `sending`: with `sent_before`, a time, only if claimed
    before it, because a younger one is usually just on its way.
    """
    return _nouns(
        await db.read(
            "SELECT * FROM takes WHERE state = 'unsure' OR (state = 'sending' AND changed < :before)"
            " ORDER BY changed, key",
            before=float("inf") if sent_before is None else sent_before,
        )
    )


async def spent(db: Database, since: float, project: str | None = None) -> dict[str, float]:
    """Return what was spent since a time, by currency; for one project, or in all.

    A take counts from its claim on (with its estimate), so that a budget holds while several are under way;
    what surely cost nothing does not count. Money of people who were forgotten counts in the whole.
    """
    if project is not None:
        rows = await db.read(
            "SELECT currency, SUM(cost) AS total FROM takes WHERE project = :project AND changed >= :since"
            " AND state NOT IN ('new', 'rejected') GROUP BY currency",
            project=project,
            since=since,
        )
    else:
        rows = await db.read(
            "SELECT currency, SUM(cost) AS total FROM"
            " (SELECT currency, cost, state, changed FROM takes"
            "  UNION ALL SELECT currency, cost, state, changed FROM spendings) AS everything"
            " WHERE changed >= :since AND state NOT IN ('new', 'rejected') GROUP BY currency",
            since=since,
        )
    return {row["currency"]: float(row["total"]) for row in rows}


async def spent_by(db: Database, making: str) -> dict[str, float]:
    """Return what a making has spent, by currency; takes in doubt count, what failed as far as it was
    charged."""
    rows = await db.read(
        "SELECT currency, SUM(cost) AS total FROM takes WHERE making = :making"
        " AND state NOT IN ('new', 'rejected') GROUP BY currency",
        making=making,
    )
    return {row["currency"]: float(row["total"]) for row in rows if row["total"]}


async def _moved(
    db: Database,
    key: str,
    sources: _Sources,
    target: TakeState,
    now: float,
    ticket: str | None = None,
    result: str | None = None,
    error: str | None = None,
    cost: float | None = None,
) -> bool:
    changed = await db.write(
        "UPDATE takes SET state = :target, changed = :now, ticket = COALESCE(:ticket, ticket),"
        " result = COALESCE(:result, result), error = COALESCE(:error, error), cost = COALESCE(:cost, cost)"
        " WHERE key = :key AND state IN (:one, :other)",
        key=key,
        one=sources[0],
        other=sources[-1],
        target=target,
        now=now,
        ticket=ticket,
        result=result,
        error=error,
        cost=cost,
    )
    return changed == 1


async def _move(
    db: Database,
    key: str,
    sources: _Sources,
    target: TakeState,
    now: float,
    ticket: str | None = None,
    result: str | None = None,
    error: str | None = None,
    cost: float | None = None,
) -> None:
    if await _moved(db, key, sources, target, now, ticket, result, error, cost):
        return
    take = await _there(db, key)
    told = (ticket, result, error, cost)
    if take.state != target or any(
        new is not None and new != old
        for new, old in zip(told, (take.ticket, take.result, take.error, take.cost), strict=True)
    ):
        raise WrongState("storage.wrong_state", {"take": key, "state": take.state, "wanted": target})


async def _there(db: Database, key: str) -> Take:
    take = await get(db, key)
    if take is None:
        raise StorageError("storage.no_such", {"id": key})
    return take
