"""Metrics: what an operator sees of a bot at work, and that it names nobody."""

from pathlib import Path

import httpx

from bot import metrics
from storage import chats, errands, strides
from storage.errands import Errand
from storage.model import Address
from tests.bot.house import House, opened
from tests.bot.telegram.in_house import opened as telegram
from tests.bot.telegram.in_house import until
from tests.fakes.telegram import serving


async def test_a_bot_at_work_shows_what_came_in_and_what_was_answered(tmp_path: Path) -> None:
    """Read as Prometheus does: deliveries, answers with their seconds, memory; not one name or word."""
    async with (
        serving(limits=None) as fake,
        telegram(tmp_path, fake) as station,
        httpx.AsyncClient(base_url=station.url, trust_env=False) as client,
    ):
        before = _numbers((await client.get("/metrics")).text)
        ann = fake.person(name="Annabel")
        ann.says("one secret")
        await station.expect(["text one secret"], str(ann.id))
        fake.updates.again()
        await until(lambda: station.settled())
        told = (await client.get("/metrics")).text
    after = _numbers(told)
    name = '{channel="telegram"}'
    assert after[f"pawlogue_updates_total{name}"] - before.get(f"pawlogue_updates_total{name}", 0) == 1
    count = f"pawlogue_answer_seconds_count{name}"
    assert after[count] - before.get(count, 0) == 1
    assert after["process_resident_memory_bytes"] > 10_000_000
    assert "secret" not in told
    assert "Annabel" not in told
    assert str(ann.id) not in told


async def test_makings_are_running_or_waiting(tmp_path: Path) -> None:
    """A queue that grows shows; what has ended does not."""
    async with opened(tmp_path) as house:
        await _ask(house, "a", "b", "c", "d")
        await strides.plan(house.studio.db, "a", {"draw": 1.0})
        await strides.plan(house.studio.db, "b", {"draw": 1.0})
        await strides.begin(house.studio.db, "a", "draw", 1.0)
        async with house.studio.db.writing() as conn:
            assert await errands.end_within(conn, "d", 2.0)
        numbers = _numbers((await metrics.page(house.studio.db)).decode())
    assert numbers['pawlogue_makings{state="running"}'] == 1
    assert numbers['pawlogue_makings{state="waiting"}'] == 2


async def _ask(house: House, *makings: str) -> None:
    who = Address(channel="web", id="ann")
    wanted = [Errand(making=name, address=who, recipe="make_film", args=("p",)) for name in makings]
    await chats.begin(house.studio.db, who, "{}", "p", "zh", 1.0)
    async with house.studio.db.writing() as conn:
        await errands.add_within(conn, wanted, 1.0)


def _numbers(told: str) -> dict[str, float]:
    rows = [row.rpartition(" ") for row in told.splitlines() if not row.startswith("#")]
    return {name: float(value) for name, _, value in rows}
