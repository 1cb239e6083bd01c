"""One take, brought to its end from wherever an earlier run left it.

Claimed, sent, collected; waited for where somebody else is sending it; looked up where its answer was lost;
and stopped at the vendor where its making was stopped.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

import structlog

from pipeline import turns
from pipeline.money import written
from pipeline.ports.avatar import Cancels, Finds
from pipeline.ports.errors import BadInput, Busy, Failed, NoAccess, Refused, Surprise, Trouble, Unsure
from pipeline.ports.facts import Facts, Paid
from pipeline.studio import Studio
from pipeline.turns import Cancelled
from storage import takes
from storage.errors import WrongState
from storage.model import Take

_BETWEEN_LOOKS = 2.0  # for a stop, and for what somebody else's attempt came to
_SHAPE = 400  # characters of an odd answer's outline
_log = structlog.get_logger(__name__)


class Vendor(Protocol):
    """Whoever may be asked for something, as far as money goes."""

    @property
    def facts(self) -> Facts:
        """What it can do and costs."""
        ...


V = TypeVar("V", bound=Vendor)
Send = Callable[[V, str], Awaitable[Paid]]


async def see_through(
    studio: Studio, take: Take, vendor: V, send: Send[V], collect: Send[V] | None, *, repeats: bool
) -> Take:
    """Bring one take to its end, from wherever an earlier run left it."""
    try:
        sent: Paid | Take
        if take.state == "new" and await _claimed(studio, take, vendor.facts):
            sent = await _send(studio, take, vendor, send, repeats=repeats)
        else:
            sent = await _left(studio, take, vendor, send, repeats=repeats)
        if isinstance(sent, Take):
            return sent
        return await _collected(studio, take, vendor, sent, collect)
    except WrongState:
        return await _somebody_elses(studio, take)
    finally:
        studio.bell.ring()


async def _claimed(studio: Studio, take: Take, facts: Facts) -> bool:
    if facts.free:
        making = studio.now.making if studio.now else ""
        return await takes.claim(studio.db, take.key, studio.clock(), making)
    try:
        return await turns.claim(studio, take, facts)
    except BadInput as trouble:
        await takes.kept_back(studio.db, take.key, trouble.key)
        raise


async def _left(studio: Studio, take: Take, vendor: V, send: Send[V], *, repeats: bool) -> Paid | Take:
    """Go on with a take that somebody claimed before: a run that crashed, or one that still works on it."""
    facts = vendor.facts
    if facts.free and await takes.reclaim(studio.db, take.key, studio.clock()):
        _log.info("take.reclaimed", take=take.key)
        return await _send(studio, take, vendor, send, repeats=repeats)
    now = await _waited_for(studio, take, facts)
    if now.state == "done":
        return now
    if now.state == "accepted" and now.ticket is not None:
        return Paid(value=now.ticket, cost=now.cost)
    if now.state == "new":  # it was surely not sent after all: whoever comes next may
        raise Busy("vendor.busy", {"vendor": facts.vendor})
    if now.state in {"failed", "rejected"}:
        raise Failed(now.error or "take.lost", {"vendor": facts.vendor})
    if now.state == "sending" and repeats and await takes.reclaim(studio.db, take.key, studio.clock()):
        return await _send(studio, take, vendor, send, repeats=True)
    if now.state == "sending":
        await takes.unsure(studio.db, take.key, "take.cut_off", studio.clock())
    return await _looked_up(studio, now, vendor)


async def _waited_for(studio: Studio, take: Take, facts: Facts) -> Take:
    """The take as soon as it is not on its way any more, or cannot be: whoever sent it may be alive."""
    while True:
        now = await _now(studio, take)
        if now.state != "sending" or studio.clock() >= (now.claimed or now.changed) + facts.in_flight:
            return now
        await turns.stop_here(studio, take.project)
        await turns.rest(studio, _BETWEEN_LOOKS)


async def _looked_up(studio: Studio, take: Take, vendor: V, cause: str = "") -> Paid:
    """What became of a take in doubt, where the vendor can tell; a person decides where it cannot.

    It is asked until a submit that is still on its way would have arrived.
    """
    asked: object = vendor
    if not isinstance(asked, Finds):
        raise _doubt(take, cause)
    while True:
        late = studio.clock() >= (take.claimed or take.changed) + vendor.facts.in_flight
        try:
            ticket = await asked.find(take.key)
        except Trouble as trouble:
            raise _doubt(take, repr(trouble)) from trouble
        if ticket is not None:
            await takes.accepted(studio.db, take.key, ticket, studio.clock())
            return Paid(value=ticket, cost=take.cost)
        if late:
            await takes.rejected(studio.db, take.key, "take.lost", studio.clock())
            raise Failed("take.lost", {"vendor": vendor.facts.vendor})
        await turns.stop_here(studio, take.project)
        await turns.rest(studio, _BETWEEN_LOOKS)


def _doubt(take: Take, cause: str = "") -> Unsure:
    fields = {
        "take": take.key,
        "step": take.step,
        "vendor": take.vendor,
        "money": written(take.cost, take.currency),
    }
    return Unsure("take.unsure", fields, cause)


async def _collected(studio: Studio, take: Take, vendor: V, sent: Paid, collect: Send[V] | None) -> Take:
    cost = take.cost if sent.cost is None else sent.cost
    try:
        came = sent if collect is None else await _unless_stopped(studio, take, vendor, sent.value, collect)
    except (Failed, Refused, BadInput) as trouble:
        delivered = isinstance(trouble, Failed) and trouble.charged
        charged = cost if vendor.facts.bills_failures or delivered else 0.0
        await takes.failed(studio.db, take.key, trouble.key, studio.clock(), charged)
        raise
    except NoAccess:  # it is collected when the door opens, and nobody waits for its seat until then
        await takes.leave_seat(studio.db, take.key)
        raise
    except Surprise as trouble:  # what cannot be read was delivered all the same: nobody said that it failed
        _log.warning("take.odd", take=take.key, shape=trouble.cause[:_SHAPE])
        await takes.failed(studio.db, take.key, trouble.key, studio.clock(), cost)
        raise
    cost = cost if came.cost is None else came.cost
    await takes.done(studio.db, take.key, came.value, cost, studio.clock())
    return await _now(studio, take)


async def _unless_stopped(studio: Studio, take: Take, vendor: V, ticket: str, collect: Send[V]) -> Paid:
    """Collect; when the making is stopped meanwhile, ask the vendor to stop as well, where it can be asked.

    What cannot be stopped stays accepted: the next making that wants the same collects it.
    """
    if vendor.facts.free:
        return await collect(vendor, ticket)
    asked: object = vendor
    work = asyncio.ensure_future(collect(vendor, ticket))
    try:
        while not await _done_soon(studio, work):
            await turns.stop_here(studio, take.project)
        return await work
    except Cancelled:
        if isinstance(asked, Cancels) and await asked.cancel(ticket):
            await takes.failed(studio.db, take.key, "making.cancelled", studio.clock(), 0.0)
        raise
    finally:
        if not work.done():
            work.cancel()
            await asyncio.wait([work])


async def _done_soon(studio: Studio, work: asyncio.Future[Paid]) -> bool:
    """Wait for the work, until it is time to look whether it is still wanted."""
    bell = asyncio.ensure_future(turns.rest(studio, _BETWEEN_LOOKS))
    both: list[asyncio.Future[Any]] = [work, bell]
    await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    bell.cancel()
    return work.done()


async def _somebody_elses(studio: Studio, take: Take) -> Take:
    """What another run of the same making brought this take to, when it was quicker."""
    now = await _now(studio, take)
    if now.state == "done":
        return now
    raise Failed(now.error or "take.lost", {"vendor": take.vendor})


async def _send(studio: Studio, take: Take, vendor: V, send: Send[V], *, repeats: bool) -> Paid:
    try:
        sent = await send(vendor, take.key)
    except Busy:
        await takes.release(studio.db, take.key, studio.clock())
        raise
    except (Refused, BadInput, NoAccess) as trouble:
        await takes.rejected(studio.db, take.key, trouble.key, studio.clock())
        raise
    except (Failed, Surprise, Unsure) as trouble:
        if repeats or (vendor.facts.free and not isinstance(trouble, Unsure)):
            await takes.rejected(studio.db, take.key, trouble.key, studio.clock())
            raise
        # A submit that went wrong in an unknown way is only surely free where everything is.
        await takes.unsure(studio.db, take.key, trouble.key, studio.clock())
        return await _looked_up(studio, await _now(studio, take), vendor, repr(trouble))
    await takes.accepted(studio.db, take.key, sent.value, studio.clock(), sent.cost)
    return sent


async def _now(studio: Studio, take: Take) -> Take:
    now = await takes.get(studio.db, take.key)
    assert now is not None
    return now
