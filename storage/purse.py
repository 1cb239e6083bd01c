"""Purse: the one place where a take that costs money is claimed.

A claim looks at the budgets, at the vendor account's seats and pace, and at whose turn it is, in one
transaction behind one row that every claim changes first. So whatever is claimed at the same moment, in this
process or in another, on SQLite or PostgreSQL, sees what the one before it has spent and taken.

A seat is taken by a take under way and given back with its state; nothing has to be cleared up after a crash.
Of those who wait, the one whose person has the fewest under way is first, then who has waited longest.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Literal, NamedTuple

from pydantic import Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.db import Database
from storage.model import Noun
from storage.takes import claim_within

DAY = 86_400.0
_MINUTE = 60.0
_SENDING_AT_MOST = 600.0
_UNDER_WAY_AT_MOST = 3_900.0  # a job nobody fetched is over by then, and its seat with it
_STOPPED_AT_MOST = 600.0  # whoever was stopped waits for it no longer, and its vendor is through soon
_STILL_WAITING = 60.0  # who has not been seen for so long has gone

_UNDER_WAY = (
    "takes.account = :account AND ((takes.state = 'sending' AND takes.changed >= :sent)"
    " OR (takes.state = 'accepted' AND takes.changed >= :accepted AND (takes.changed >= :stopped"
    " OR NOT EXISTS (SELECT 1 FROM stops WHERE stops.making = takes.making))))"
)
# What failed was not the person's fault: it counts for the house, not for their film.
_SPENT_IN_ALL = (
    "SELECT currency, SUM(cost) AS total FROM (SELECT currency, cost, state, changed FROM takes"
    " UNION ALL SELECT currency, cost, state, changed FROM spendings) AS everything"
    " WHERE changed >= :since AND state NOT IN ('new', 'rejected') GROUP BY currency"
)
_SPENT_ON_PROJECT = (
    "SELECT currency, SUM(cost) AS total FROM takes WHERE project = :project"
    " AND state NOT IN ('new', 'rejected', 'failed') GROUP BY currency"
)


class Terms(Noun):
    """What a claim has to keep to; None is no limit.

    `account` with its seats `at_once` and claims `per_minute`; budgets for a `day` (the last 24 hours) and a
    `project` in one currency, in which `rates` tell what a unit of each currency is worth.
    """

    account: str
    at_once: int | None = None
    per_minute: int | None = None
    day: float | None = None
    project: float | None = None
    rates: dict[str, float] = Field(default_factory=dict)


class Verdict(Noun):
    """ "yes": it is claimed, and only its claimer may send. "gone": somebody else has it. "wait": not yet.
    "day", "project": over that budget, of which `spent` is gone. "rate": a currency without a rate."""

    answer: Literal["yes", "gone", "wait", "day", "project", "rate"]
    spent: float = 0.0
    currency: str = ""


class Place(NamedTuple):
    """How many are before somebody in the line, and how many may be served now; None is no limit."""

    before: int
    free: int | None

    @property
    def served(self) -> bool:
        """Whether it is their turn."""
        return self.free is None or self.before < self.free


async def claim(db: Database, key: str, terms: Terms, now: float, making: str = "") -> Verdict:
    """Claim a new take, or say what is in the way; only a claim or a place in the line is written."""
    async with db.writing() as conn:
        await conn.execute(text("UPDATE purse SET claims = claims + 1 WHERE one = 1"))
        row = (
            (await conn.execute(text("SELECT * FROM takes WHERE key = :key"), {"key": key}))
            .mappings()
            .first()
        )
        if row is None or row["state"] != "new":
            return Verdict(answer="gone")
        over = await _over(conn, terms, row["project"], row["cost"], row["currency"], now)
        if over is not None:
            await _leave(conn, key)
            return over
        stands = await _place(conn, key, terms, now)
        if not stands.served:
            await _wait(conn, key, terms.account, now)
            return Verdict(answer="wait")
        await _leave(conn, key)
        claimed = await claim_within(conn, key, now, making)
        return Verdict(answer="yes" if claimed else "gone")


async def place(db: Database, key: str, terms: Terms, now: float) -> Place:
    """Return where a take that is waited for stands in the line; a look that changes nothing."""
    async with db.reading() as conn:
        return await _place(conn, key, terms, now)


async def number(db: Database, making: str, now: float) -> int | None:
    """Return a making's number in the line it stands in, from 1; None where it waits for no seat."""
    async with db.reading() as conn:
        rows = await conn.execute(
            text(
                "SELECT seats.take, seats.account FROM seats JOIN takes ON takes.key = seats.take"
                " WHERE takes.making = :making AND takes.state = 'new' AND seats.seen >= :seen"
            ),
            {"making": making, "seen": now - _STILL_WAITING},
        )
        found = rows.first()
        if found is None:
            return None
        return (await _place(conn, found.take, Terms(account=found.account), now)).before + 1


async def leave(db: Database, key: str) -> None:
    """Leave the line."""
    async with db.writing() as conn:
        await _leave(conn, key)


async def admit(db: Database, making: str, project: str, most: int | None, now: float) -> bool:
    """Count a film for its project's person; False when they have had `most` in the last 24 hours.

    A project counts once, however often its film is made; a film that was stopped or failed does not count.
    """
    async with db.writing() as conn:
        await conn.execute(text("UPDATE purse SET claims = claims + 1 WHERE one = 1"))
        others = await conn.execute(
            text(
                "SELECT COUNT(DISTINCT films.project) FROM films"
                " JOIN projects ON projects.id = films.project"
                " JOIN projects AS mine ON mine.channel = projects.channel AND mine.person = projects.person"
                " WHERE mine.id = :project AND films.project <> :project AND films.at >= :since"
                " AND NOT EXISTS (SELECT 1 FROM stops WHERE stops.making = films.making)"
            ),
            {"project": project, "since": now - DAY},
        )
        if most is not None and others.scalar_one() >= most:
            return False
        await conn.execute(
            text(
                "INSERT INTO films (making, project, at) VALUES (:making, :project, :now)"
                " ON CONFLICT (making) DO NOTHING"
            ),
            {"making": making, "project": project, "now": now},
        )
        return True


async def dismiss(db: Database, making: str) -> None:
    """A film that failed does not count for its person."""
    await db.write("DELETE FROM films WHERE making = :making", making=making)


async def _over(
    conn: AsyncConnection, terms: Terms, project: str, cost: float, currency: str, now: float
) -> Verdict | None:
    """The budget that this cost would overdraw."""
    for budget, sql in ((terms.day, _SPENT_IN_ALL), (terms.project, _SPENT_ON_PROJECT)):
        if budget is None:
            continue
        rows = await conn.execute(text(sql), {"since": now - DAY, "project": project})
        spent = {row.currency: float(row.total) for row in rows if row.total}
        unknown = next((one for one in (*spent, currency) if one not in terms.rates), None)
        if unknown is not None:
            return Verdict(answer="rate", currency=unknown)
        gone = worth(spent, terms.rates)
        if gone + cost * terms.rates[currency] > budget + 1e-9:
            return Verdict(answer="day" if sql is _SPENT_IN_ALL else "project", spent=gone)
    return None


def worth(amounts: Mapping[str, float], rates: Mapping[str, float]) -> float:
    """Return what amounts of several currencies are together; each must have a rate."""
    return sum(amount * rates[currency] for currency, amount in amounts.items())


async def _place(conn: AsyncConnection, key: str, terms: Terms, now: float) -> Place:
    since = {
        "account": terms.account,
        "sent": now - _SENDING_AT_MOST,
        "accepted": now - _UNDER_WAY_AT_MOST,
        "stopped": now - _STOPPED_AT_MOST,
        "minute": now - _MINUTE,
        "seen": now - _STILL_WAITING,
        "key": key,
    }
    who = "projects.channel || ':' || projects.person"
    taken = Counter(
        {
            row.who: row.many
            for row in await conn.execute(
                text(
                    f"SELECT {who} AS who, COUNT(*) AS many FROM takes"  # noqa: S608  our own words
                    f" JOIN projects ON projects.id = takes.project WHERE {_UNDER_WAY} GROUP BY {who}"
                ),
                since,
            )
        }
    )
    line = await conn.execute(
        text(
            f"SELECT takes.key, {who} AS who, seats.since FROM takes"  # noqa: S608  our own words
            " JOIN projects ON projects.id = takes.project LEFT JOIN seats ON seats.take = takes.key"
            " WHERE takes.state = 'new' AND (takes.key = :key"
            " OR (seats.account = :account AND seats.seen >= :seen))"
        ),
        since,
    )
    order = sorted((taken[row.who], row.since or now, row.key) for row in line)
    before = next((at for at, (_, _, each) in enumerate(order) if each == key), 0)
    free = [] if terms.at_once is None else [terms.at_once - taken.total()]
    if terms.per_minute is not None:
        recent = await conn.execute(
            text("SELECT COUNT(*) FROM takes WHERE account = :account AND claimed > :minute"), since
        )
        free.append(terms.per_minute - int(recent.scalar_one()))
    return Place(before, min(free, default=None))


async def _wait(conn: AsyncConnection, key: str, account: str, now: float) -> None:
    await conn.execute(
        text(
            "INSERT INTO seats (take, account, since, seen) VALUES (:key, :account, :now, :now)"
            " ON CONFLICT (take) DO UPDATE SET seen = excluded.seen"
        ),
        {"key": key, "account": account, "now": now},
    )


async def _leave(conn: AsyncConnection, key: str) -> None:
    await conn.execute(text("DELETE FROM seats WHERE take = :key"), {"key": key})
