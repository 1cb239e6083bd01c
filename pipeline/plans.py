"""Plans: whom a brief asks, by how much its film may cost; pure."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from pipeline.ports.facts import Facts
from storage.model import Plan


class _Vendor(Protocol):
    @property
    def facts(self) -> Facts: ...


V = TypeVar("V", bound=_Vendor)


def chosen(vendors: Sequence[V], plan: Plan, cost: Callable[[Facts], float]) -> tuple[V, ...]:
    """Return the vendors a plan asks, first choice first; their own order counts where the plan says nothing.

    "cheap" asks the cheapest of the paid ones first; what costs nothing comes last in every plan but "free",
    which asks nobody else.

    Args:
        cost: what this would cost with a vendor, in one currency for all.
    """
    if plan == "free":
        return tuple(each for each in vendors if each.facts.free)
    if plan == "cheap":
        return tuple(sorted(vendors, key=lambda each: (each.facts.free, cost(each.facts))))
    if plan in {"fast", "best"}:
        return tuple(sorted(vendors, key=lambda each: not _is(each.facts, plan)))
    return tuple(vendors)


def _is(facts: Facts, mode: str) -> bool:
    return facts.can is not None and facts.can.mode == mode and not facts.free
