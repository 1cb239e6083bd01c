"""Money: one take is sent at most once, whatever happens to the program or the vendor."""

from pathlib import Path

import pytest

from pipeline.ports.errors import BadInput, Busy, Failed, NoAccess, Refused, Surprise, Trouble, Unsure
from pipeline.ports.facts import Paid
from pipeline.spend import spend
from pipeline.studio import Studio
from storage import takes
from storage.model import Take
from tests.pipeline.house import PROJECT, Writer, studio


async def _write(made: Studio, *writers: Writer) -> Take:
    async def send(vendor: Writer, key: str) -> Paid:
        from pipeline.ports.text import WriteAsk

        return Paid(value=(await vendor.write(WriteAsk(theme="x"))).model_dump_json())

    return await spend(made, PROJECT, "write", writers, "made-from", send=send)


async def test_done_take_serves_the_same_wish_again(tmp_path: Path) -> None:
    """What was paid for once is not paid for twice."""
    writer = Writer()
    async with studio(tmp_path) as made:
        first = await _write(made, writer)
        second = await _write(made, writer)
    assert (first, writer.bills) == (second, 1)
    assert (first.state, first.cost, first.vendor) == ("done", 0.5, "paid")


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (Unsure("vendor.silent"), "unsure"),
        (Failed("vendor.failed"), "unsure"),
        (Surprise("vendor.odd"), "unsure"),
        (Refused("vendor.policy"), "rejected"),
        (BadInput("line.too_long"), "rejected"),
        (Busy("vendor.busy"), "new"),
    ],
)
async def test_each_fault_of_a_paid_submit_leaves_its_state(
    tmp_path: Path, fault: Trouble, state: str
) -> None:
    """A paid submit whose end is not known is in doubt; one surely not charged is not."""
    writer, other = Writer(fault), Writer(name="other")
    async with studio(tmp_path) as made:
        with pytest.raises(Trouble) as caught:
            await _write(made, writer, other)
        (take,) = await takes.of(made.db, PROJECT)
    assert take.state == state
    assert isinstance(caught.value, Unsure if state == "unsure" else type(fault))
    assert other.bills == 0


async def test_nobody_repeats_a_take_in_doubt(tmp_path: Path) -> None:
    """An unsure take stops the same wish until somebody has looked."""
    writer = Writer(Unsure("vendor.silent"))
    async with studio(tmp_path) as made:
        for _ in range(3):
            with pytest.raises(Unsure):
                await _write(made, writer)
        assert len(await takes.of(made.db, PROJECT)) == 1
    assert writer.bills == 0


async def test_the_next_vendor_takes_over_where_one_has_no_access(tmp_path: Path) -> None:
    """A key that is refused costs one look, not the film."""
    closed, open_one = Writer(NoAccess("vendor.key")), Writer(name="second")
    async with studio(tmp_path) as made:
        take = await _write(made, closed, open_one)
    assert (take.vendor, open_one.bills) == ("second", 1)


async def test_free_vendor_gets_a_second_take_then_gives_up(tmp_path: Path) -> None:
    """A job that ended badly is tried once more, under a take of its own, and then the film fails."""
    writer = Writer(Failed("a"), Failed("b"), Failed("c"), name="free", free=True)
    async with studio(tmp_path) as made:
        with pytest.raises(Failed):
            await _write(made, writer)
        assert [take.state for take in await takes.of(made.db, PROJECT)] == ["rejected", "rejected"]
        writer.fails.clear()
        assert (await _write(made, writer)).key.endswith(":3")


@pytest.mark.parametrize(("free", "ends"), [(True, "done"), (False, "unsure")])
async def test_an_attempt_cut_off_while_sending(tmp_path: Path, free: bool, ends: str) -> None:
    """After a crash in the middle of a submit only a vendor whose repeat is surely free is sent it again."""
    writer = Writer(free=free)
    async with studio(tmp_path) as made:
        crashed = Writer(KeyError(), free=free)  # stands for the plug being pulled: no state is written
        with pytest.raises(KeyError):
            await _write(made, crashed)
        assert [take.state for take in await takes.of(made.db, PROJECT)] == ["sending"]
        if free:
            await _write(made, writer)
        else:
            with pytest.raises(Unsure):
                await _write(made, writer)
        (take,) = await takes.of(made.db, PROJECT)
    assert (take.state, writer.bills) == (ends, 1 if free else 0)


async def test_no_vendor_is_one_clear_answer(tmp_path: Path) -> None:
    """An empty list of vendors is said as such."""
    async with studio(tmp_path) as made:
        with pytest.raises(NoAccess) as caught:
            await _write(made)
    assert caught.value.key == "vendor.none"
