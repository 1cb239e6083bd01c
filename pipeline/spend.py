"""One attempt that may cost money, at most once: everything a vendor does goes through a take.

`good` results made from the same things are used again. A crashed attempt is collected by its ticket; one
that never learnt its ticket is sent again only where a repeat surely costs nothing, and is `unsure`
otherwise (`attempt`). Vendors are tried in the order of the brief's plan; which error leads where is the
table in the pipeline's README. What is claimed keeps to the budgets and to the seats of the vendor's account.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence

from pipeline import turns
from pipeline.attempt import Send, V, see_through
from pipeline.plans import chosen
from pipeline.ports.errors import Busy, Failed, NoAccess, Surprise, Trouble
from pipeline.ports.facts import Facts
from pipeline.studio import Studio, digest
from storage import takes
from storage.model import Take

_TRIES_PER_VENDOR = 2


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
                done = await see_through(studio, take, vendor, send, collect, repeats=repeats)
            except Failed as trouble:
                troubles.append(trouble)
                continue
            except Busy as trouble:
                if not (studio.now and studio.now.last_try):
                    raise
                await takes.leave_seat(studio.db, take.key)
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
