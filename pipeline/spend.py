"""One attempt that may cost money, at most once: everything a vendor does goes through a take.

`good` results made from the same things are used again. A crashed attempt is collected by its ticket; one
that never learnt its ticket is sent again only where a repeat surely costs nothing, and is `unsure`
otherwise. Vendors are tried in order; which error leads where is the table in the ports' README.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

import structlog

from pipeline.ports.errors import BadInput, Busy, Failed, NoAccess, Refused, Surprise, Trouble, Unsure
from pipeline.ports.facts import Facts, Paid
from pipeline.studio import Studio, digest
from storage import takes
from storage.model import Take

_TRIES_PER_VENDOR = 2
_log = structlog.get_logger(__name__)


class _Vendor(Protocol):
    @property
    def facts(self) -> Facts: ...


V = TypeVar("V", bound=_Vendor)


async def spend(
    studio: Studio,
    project: str,
    step: str,
    vendors: Sequence[V],
    made_from: str,
    *,
    send: Callable[[V, str], Awaitable[Paid]],
    collect: Callable[[V, str], Awaitable[Paid]] | None = None,
) -> Take:
    """Return a done take for these inputs, sending at most once per take.

    Args:
        made_from: digest of all inputs; a done take with the same one is returned as it is.
        send: spends; gets the vendor and the take's key, returns the ticket. An answer that came at once
            is a ticket too: what reads it may then fail without any doubt about the money.
        collect: turns a ticket into the result (JSON), spends nothing, may be repeated. Without it the
            ticket is the result.

    Raises:
        Unsure, Refused, BadInput, Busy: as the vendor said.
        Failed: every vendor failed; the last one's words.
    """
    found = await takes.good(studio.db, project, made_from)
    if found is not None:
        studio.made_by(found.vendor, found.model)
        return found
    troubles: list[Trouble] = []
    for vendor in vendors:
        for _ in range(_TRIES_PER_VENDOR):
            take = await _open(studio, project, step, vendor.facts, made_from)
            try:
                done = await _see_through(studio, take, vendor, send, collect)
            except Failed as trouble:
                troubles.append(trouble)
                continue
            except (NoAccess, Surprise) as trouble:
                troubles.append(trouble)
                break
            studio.made_by(done.vendor, done.model)
            return done
    if not troubles:
        raise NoAccess("vendor.none", {"step": step})
    if len(troubles) == 1:
        raise troubles[0]
    last = troubles[-1]
    raise Failed(last.key, last.fields, "; ".join(repr(each) for each in troubles))


async def _see_through(
    studio: Studio,
    take: Take,
    vendor: V,
    send: Callable[[V, str], Awaitable[Paid]],
    collect: Callable[[V, str], Awaitable[Paid]] | None,
) -> Take:
    """Bring one take to its end, from wherever an earlier run left it."""
    if take.state == "unsure":
        raise Unsure("take.unsure", {"take": take.key})
    if take.state in {"new", "sending"}:
        await _claim(studio, take, vendor.facts)
        sent = await _send(studio, take, vendor, send)
    else:
        assert take.ticket is not None
        sent = Paid(value=take.ticket, cost=take.cost)
    cost = vendor.facts.price if sent.cost is None else sent.cost
    try:
        came = sent if collect is None else await collect(vendor, sent.value)
    except (Failed, Refused, BadInput) as trouble:
        charged = cost if vendor.facts.bills_failures else 0.0
        await takes.failed(studio.db, take.key, trouble.key, studio.clock(), charged)
        raise
    cost = cost if came.cost is None else came.cost
    await takes.done(studio.db, take.key, came.value, cost, studio.clock())
    done = await takes.get(studio.db, take.key)
    assert done is not None
    return done


async def _claim(studio: Studio, take: Take, facts: Facts) -> None:
    if take.state == "new" and await takes.claim(studio.db, take.key, studio.clock()):
        return
    if facts.free and await takes.reclaim(studio.db, take.key, studio.clock()):
        _log.info("take.reclaimed", take=take.key)
        return
    await takes.unsure(studio.db, take.key, "take.cut_off", studio.clock())
    raise Unsure("take.unsure", {"take": take.key})


async def _send(studio: Studio, take: Take, vendor: V, send: Callable[[V, str], Awaitable[Paid]]) -> Paid:
    try:
        sent = await send(vendor, take.key)
    except Busy:
        await takes.release(studio.db, take.key, studio.clock())
        raise
    except Unsure as trouble:
        await takes.unsure(studio.db, take.key, trouble.key, studio.clock())
        raise
    except (Refused, BadInput, NoAccess) as trouble:
        await takes.rejected(studio.db, take.key, trouble.key, studio.clock())
        raise
    except (Failed, Surprise) as trouble:
        await _perhaps_charged(studio, take, vendor.facts, trouble)
        raise
    await takes.accepted(studio.db, take.key, sent.value, studio.clock(), sent.cost)
    return sent


async def _perhaps_charged(studio: Studio, take: Take, facts: Facts, trouble: Trouble) -> None:
    """A submit that went wrong in an unknown way is only surely free where everything is."""
    if facts.free:
        await takes.rejected(studio.db, take.key, trouble.key, studio.clock())
        return
    await takes.unsure(studio.db, take.key, trouble.key, studio.clock())
    raise Unsure("take.unsure", {"take": take.key}, repr(trouble))


async def _open(studio: Studio, project: str, step: str, facts: Facts, made_from: str) -> Take:
    """The take an earlier run left open for these inputs, or the next new one."""
    stem = f"{project}:{step}:{digest(made_from, facts.name)[:12]}:"
    earlier = [take for take in await takes.of(studio.db, project) if take.key.startswith(stem)]
    for take in earlier:
        if take.state not in {"failed", "rejected"}:
            return take
    now = studio.clock()
    key = f"{stem}{len(earlier) + 1}"
    new = Take(
        key=key,
        project=project,
        step=step,
        vendor=facts.vendor,
        model=facts.model,
        state="new",
        made_from=made_from,
        cost=facts.price,
        currency=facts.currency,
        opened=now,
        changed=now,
    )
    return await takes.open(studio.db, new)
