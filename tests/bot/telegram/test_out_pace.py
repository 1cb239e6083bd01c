"""The pace: never faster than Telegram lets us, and no slower than that."""

import asyncio
from pathlib import Path

import pytest

from bot.channels.telegram.pace import Pace
from bot.tidings import Tiding
from pipeline.ports.errors import Busy
from storage.model import Address, Stride
from tests.bot.telegram.out_house import Time, delivering, desk, persons, said, words
from tests.fakes.telegram import Limits


class Clock:
    """A clock for one who sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let it pass."""
        self.now += seconds


async def test_what_an_earlier_process_sent_still_counts() -> None:
    """Started again in the middle of a group's busy minute, we go on at the same pace."""
    clock = Clock()
    clock.now = 1_000.0
    pace = Pace(clock=clock, sleep=clock.sleep)
    for ago in range(18, 0, -1):
        pace.recall(-5, float(ago))
    times = await _times(pace, clock, -5, 4)
    earlier = [1_000.0 - ago for ago in range(18, 0, -1)]
    assert _most_within(earlier + times, 60.0) <= 20


async def _times(pace: Pace, clock: Clock, chat: int, count: int) -> list[float]:
    times = []
    for _ in range(count):
        await pace.turn(chat)
        times.append(clock())
    return times


def _most_within(times: list[float], seconds: float) -> int:
    return max(sum(begin <= each < begin + seconds for each in times) for begin in times)


@pytest.mark.parametrize(("chat", "most", "seconds"), [(7, 3, 3.0), (-7, 20, 60.0)])
async def test_one_chat(chat: int, most: int, seconds: float) -> None:
    """A few at once, then about one a second; a group twenty a minute; and no slower than it must be."""
    clock = Clock()
    times = await _times(Pace(clock=clock, sleep=clock.sleep), clock, chat, 60)
    assert _most_within(times, seconds) == most
    assert times[2] == 0.0
    assert times[-1] <= 60 / most * seconds * 1.05


async def test_all_chats_together() -> None:
    """Thirty a second, however many chats there are."""
    clock = Clock()
    pace = Pace(clock=clock, sleep=clock.sleep)
    times = [time for chat in range(1, 101) for time in await _times(pace, clock, chat, 1)]
    assert _most_within(times, 1.0) == 30
    assert times[-1] < 3.5


async def test_edits_leave_room_for_messages() -> None:
    """What cannot go now is left out, and a group's minute is never spent on edits alone."""
    clock = Clock()
    pace = Pace(clock=clock, sleep=clock.sleep)
    edits = 0
    for _ in range(60):
        edits += pace.free(-7)
        clock.now += 1.0
    assert edits == 15
    assert await _times(pace, clock, -7, 2) == [60.0, 60.0]
    assert pace.free(-8)


async def test_quiet_when_told() -> None:
    """One chat for exactly as long as it was told; all of them when two are told; also when lifted."""
    clock = Clock()
    for lifted in (False, True):
        pace = Pace(clock=clock, sleep=clock.sleep, lifted=lifted)
        pace.shut(1, 30.0)
        begun = clock()
        assert not pace.open(1)
        assert await _times(pace, clock, 2, 1) == [begun]
        pace.shut(3, 10.0)
        assert not pace.open(2)
        assert await _times(pace, clock, 2, 1) == [begun + 10.0]
        assert await _times(pace, clock, 1, 1) == [begun + 30.0]


async def test_lifted_is_no_limit() -> None:
    """For measuring nothing waits."""
    clock = Clock()
    assert await _times(Pace(clock=clock, sleep=clock.sleep, lifted=True), clock, 7, 500) == [0.0] * 500


async def test_forty_messages_in_five_chats_never_flood(tmp_path: Path) -> None:
    """The server never has to say "too many", every message arrives, each chat's in order."""
    async with Time.passing() as time, desk(tmp_path, limits=Limits(chat_burst=3.0), time=time) as each:
        people = persons(each.fake, 4)
        group = each.fake.group(members=people)
        places = [f"{person.id}" for person in people] + [f"{group.id}:{people[0].id}"]
        began = time()
        async with delivering(each, sleep=time.sleep):
            for number in range(8):
                for place in places:
                    await each.send(said(f"n{number}"), to=Address(channel="telegram", id=place))
            assert await each.until_done() == [("sent", None)] * 40
        for chat in (*(person.chat for person in people), group.chat):
            assert chat.texts == [f"n{number}" for number in range(8)]
        assert each.fake.stats.violations == 0
        assert time() - began < 60.0


async def test_progress_never_floods_and_its_end_arrives(tmp_path: Path) -> None:
    """Edits that would be too quick are left out; the making's end is told whatever it takes."""
    async with Time.passing() as time, desk(tmp_path, limits=Limits(), time=time) as each:
        group = each.fake.group(members=[each.ann])
        to = Address(channel="telegram", id=f"{group.id}:{each.ann.id}")
        message = said("Working", kind="progress", making="m")
        receipt = await each.write(message, to=to)
        left_out = 0
        for number in range(40):
            step = Stride(making="m", step="animate", state="running", fraction=number / 40)
            tiding = Tiding(steps=(step,), fraction=number / 40, ended=number == 39)
            try:
                await each.post.tell(to, receipt, message, tiding, words)
            except Busy:
                left_out += 1
            if number < 39:
                await time.sleep(1.0)
        edits = each.fake.stats.calls["editMessageText"]
        assert (left_out, edits) == (40 - edits, edits)
        assert 7 <= edits <= 8
        assert each.fake.stats.violations == 0
        assert "▓" not in group.chat.answers[0].text
    await asyncio.sleep(0)
