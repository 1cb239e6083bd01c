"""Metrics: what this process has counted since it began, and how things stand when somebody asks.

Counting is like logging: whoever sees something happen says so here. Numbers and fixed names only, never who.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from storage import errands
from storage.db import Database

TYPE = "text/plain; version=1.0.0; charset=utf-8"
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.15, 0.3, 0.5, 1, 2.5, 5, 10, 30, 60)

_registry = CollectorRegistry()
ProcessCollector(registry=_registry)  # memory, CPU, open files

taken_in = Counter(
    "pawlogue_updates", "Deliveries of a messenger that were new.", ["channel"], registry=_registry
)
answered = Histogram(
    "pawlogue_answer_seconds",
    "From when something a person did was taken in until its answer was written down.",
    ["channel"],
    buckets=_SECONDS,
    registry=_registry,
)
outgoing = Counter(
    "pawlogue_outgoing",
    "Messages of ours: sent, or doubtful, when nobody knows or they could not be.",
    ["channel", "state"],
    registry=_registry,
)
slowed = Counter(
    "pawlogue_slowed", "How often a messenger told us to slow down (429).", ["channel"], registry=_registry
)
films = Counter(
    "pawlogue_films", "Films that came to an end: done, failed, stopped …", ["end"], registry=_registry
)
_makings = Gauge(
    "pawlogue_makings", "Makings that chats asked for and wait for.", ["state"], registry=_registry
)


async def page(db: Database) -> bytes:
    """All of it as Prometheus reads it.

    Raises:
        StorageError: the rows cannot be reached.
    """
    running, waiting = await errands.underway(db)
    _makings.labels("running").set(running)
    _makings.labels("waiting").set(waiting)
    return generate_latest(_registry)
