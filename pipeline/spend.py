"""One attempt that may cost money, at most once: everything a vendor does goes through a take.

`good` results made from the same things are used again. A crashed attempt is collected by its ticket; one
that never learnt its ticket is sent again only where a repeat surely costs nothing, and is `unsure`
otherwise. Vendors are tried in the order of the brief's plan; which error leads where is the table in the
ports' README. What is claimed keeps to the budgets and to the seats of the vendor's account (`turns`).
"""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import structlog

from pipeline import turns
from pipeline.money import written
from pipeline.plans import chosen
from pipeline.ports.avatar import Cancels, Finds
from pipeline.ports.errors import BadInput, Busy, Failed, NoAccess, Refused, Surprise, Trouble, Unsure
from pipeline.ports.facts import Facts, Paid
from pipeline.studio import Studio, digest
from pipeline.turns import Cancelled
from storage import takes
from storage.errors import WrongState
from storage.model import Take

_TRIES_PER_VENDOR = 2
_BETWEEN_LOOKS = 2.0  # for a stop, and for what somebody else's attempt came to
_log = structlog.get_logger(__name__)


class _Vendor(Protocol):
    @property
    def facts(self) -> Facts: ...


V = TypeVar("V", bound=_Vendor)
Send = Callable[[V, str], Awaitable[Paid]]


async def spend(
    studio: Studio,
    project: str,
    step: str,
    vendors: Sequence[V],
    made_from: str,
    *,
    send: Send[V],
    collect: Send[V] | None = None,
    price: Callable[[Facts], float] | None = None,
    by_chosen: bool = False,
    repeats: bool = False,
) -> Take:
    """Return a done take for these inputs, sending at most once per take.

    Args:
        made_from: digest of all inputs; a done take with the same one is returned as it is.
        send: spends; gets the vendor and the take's key, returns the ticket. An answer that came at once
            is a ticket too: what reads it may then fail without any doubt about the money.
        collect: turns a ticket into the result (JSON), spends nothing, may be repeated. Without it the
            ticket is the result.
        price: what this will cost with a vendor, in its currency; without it the price in its facts.
        repeats: sending again under the same key surely costs nothing more: what was cut off is sent again.
        by_chosen: a done take only counts when its vendor is one the brief's plan would ask now.

    Raises:
        Unsure, Refused, BadInput: as the vendor said; BadInput also where a budget does not allow it.
        Busy: as the vendor said, save on the step's last try: then the next one is asked.
        Cancelled: the making was stopped meanwhile.
        Failed: every vendor failed; the last one's words.
    """
    brief = (await studio.project(project)).brief
    wish = _Wish(project, step, made_from, brief.rounds, price or (lambda facts: facts.price), repeats)
    worth = studio.settings.worth
    asked = chosen(vendors, brief.plan, lambda facts: wish.price(facts) * worth.get(facts.currency, 1.0))
    found = await takes.good(studio.db, project, made_from)
    if found is not None and await _serves(studio, found, asked, vendors, by_chosen=by_chosen):
        studio.made_by(found.vendor, found.model)
        return found
    troubles: list[Trouble] = []
    for vendor in asked:
        for _ in range(_TRIES_PER_VENDOR):
            take = await _open(studio, wish, vendor.facts)
            try:
                done = await _see_through(studio, take, vendor, send, collect, repeats=repeats)
            except Failed as trouble:
                troubles.append(trouble)
                continue
            except Busy as trouble:
                if not (studio.now and studio.now.last_try):
                    raise
                troubles.append(trouble)
                break
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


async def pass_over(studio: Studio, project: str, step: str, facts: Facts, made_from: str, why: str) -> None:
    """Write down that a vendor was not asked, and the text key that says why."""
    now = studio.clock()
    left = Take(
        key=f"{project}:{step}:{digest(made_from, facts.name)[:12]}:0",
        project=project,
        step=step,
        vendor=facts.vendor,
        model=facts.model,
        state="rejected",
        made_from=made_from,
        currency=facts.currency,
        error=why,
        opened=now,
        changed=now,
        making=studio.now.making if studio.now else "",
    )
    await takes.open(studio.db, left)


async def _serves(
    studio: Studio, found: Take, asked: Sequence[V], vendors: Sequence[V], *, by_chosen: bool
) -> bool:
    """Whether what was made before is what is wanted now: what cost nothing is not, where somebody paid is to
    be asked first; it is when that one was asked for the same and could not."""
    if by_chosen:
        return found.vendor in {each.facts.vendor for each in asked}
    free = {each.facts.vendor for each in vendors if each.facts.free}
    if found.vendor not in free or not asked or asked[0].facts.free:
        return True
    first = asked[0].facts
    return any(
        (take.made_from, take.vendor, take.model) == (found.made_from, first.vendor, first.model)
        and take.state in {"failed", "rejected"}
        for take in await takes.of(studio.db, found.project)
    )


@dataclasses.dataclass(frozen=True)
class _Wish:
    """What is wanted; `rounds` name the takes in doubt for which a person said that they be paid again."""

    project: str
    step: str
    made_from: str
    rounds: Mapping[str, int]
    price: Callable[[Facts], float]
    repeats: bool


async def _open(studio: Studio, wish: _Wish, facts: Facts) -> Take:
    """The take an earlier run left open for these inputs, or the next new one."""
    stem = f"{wish.project}:{wish.step}:{digest(wish.made_from, facts.name)[:12]}:"
    earlier = [take for take in await takes.of(studio.db, wish.project) if take.key.startswith(stem)]
    for take in earlier:
        let_go = take.state == "unsure" and wish.rounds.get(take.key)
        if take.state not in {"failed", "rejected"} and not let_go:
            return take
    now = studio.clock()
    cost = wish.price(facts)
    new = Take(
        key=f"{stem}{len(earlier) + 1}",
        project=wish.project,
        step=wish.step,
        vendor=facts.vendor,
        model=facts.model,
        state="new",
        made_from=wish.made_from,
        cost=cost,
        quote=cost,
        currency=facts.currency,
        opened=now,
        changed=now,
        account="" if facts.free else turns.account(facts),
        making=studio.now.making if studio.now else "",
    )
    return await takes.open(studio.db, new)


async def _see_through(
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
        charged = cost if vendor.facts.bills_failures else 0.0
        await takes.failed(studio.db, take.key, trouble.key, studio.clock(), charged)
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
