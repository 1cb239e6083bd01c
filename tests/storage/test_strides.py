"""Progress: what is shown to whoever waits."""

from storage import strides
from storage.db import Database
from storage.model import Stride


async def test_steps_go_from_waiting_to_done(db: Database) -> None:
    """Protects the order of steps, their states and their times."""
    await strides.plan(db, "prj_1:film", {"speak": 10.0, "animate": 40.0, "cut": 8.0})
    await strides.begin(db, "prj_1:film", "animate", 5.0)
    await strides.advance(db, "prj_1:film", "animate", 0.25)
    await strides.begin(db, "prj_1:film", "speak", 4.0)
    await strides.end(db, "prj_1:film", "speak", "done", 6.5, "builtin", "kokoro")
    await strides.begin(db, "prj_1:film", "extra", 7.0)
    await strides.end(db, "prj_1:film", "extra", "failed", 8.0)
    speak, animate, cut, extra = await strides.of(db, "prj_1:film")
    assert speak == Stride(
        making="prj_1:film",
        step="speak",
        state="done",
        fraction=1.0,
        weight=10.0,
        vendor="builtin",
        model="kokoro",
        started=4.0,
        ended=6.5,
    )
    assert (animate.state, animate.fraction, animate.weight) == ("running", 0.25, 40.0)
    assert (cut.state, cut.started, cut.ended) == ("waiting", None, None)
    assert (extra.state, extra.fraction) == ("failed", 0.0)


async def test_progress_never_goes_back(db: Database) -> None:
    """Protects the bar from jumping backwards, beyond its ends, or on after the end."""
    await strides.begin(db, "m", "cut", 1.0)
    for fraction in (0.5, 0.25, 7.0, -1.0):
        await strides.advance(db, "m", "cut", fraction)
    assert (await strides.of(db, "m"))[0].fraction == 1.0
    await strides.begin(db, "m", "cut", 2.0)
    assert (await strides.of(db, "m"))[0].fraction == 0.0
    await strides.end(db, "m", "cut", "failed", 3.0)
    await strides.advance(db, "m", "cut", 0.75)
    await strides.end(db, "m", "cut", "done", 9.0)
    (cut,) = await strides.of(db, "m")
    assert (cut.state, cut.fraction, cut.ended) == ("failed", 0.0, 3.0)


async def test_planning_again_keeps_what_is_under_way(db: Database) -> None:
    """Protects a making that goes on after a crash."""
    await strides.plan(db, "m", {"a": 1.0, "b": 1.0})
    await strides.begin(db, "m", "a", 1.0)
    await strides.plan(db, "m", {"a": 2.0, "b": 2.0, "c": 2.0})
    await strides.plan(db, "m", {})
    assert [(one.step, one.state) for one in await strides.of(db, "m")] == [
        ("a", "running"),
        ("b", "waiting"),
        ("c", "waiting"),
    ]


async def test_a_typical_length_is_the_median_of_the_last_twenty(db: Database) -> None:
    """Protects the honest time left: recent, done, of the same vendor and model, and no outlier."""
    assert await strides.typical(db, "cut", "builtin", "") is None
    for number in range(30):
        length = 1000.0 if number < 10 else 10.0 + number % 3
        await strides.begin(db, f"m{number}", "cut", number * 2000.0)
        await strides.end(db, f"m{number}", "cut", "done", number * 2000.0 + length, "builtin")
    await strides.begin(db, "bad", "cut", 1e6)
    await strides.end(db, "bad", "cut", "failed", 9e6, "builtin")
    await strides.begin(db, "other", "cut", 1e6)
    await strides.end(db, "other", "cut", "done", 9e6, "kling")
    assert await strides.typical(db, "cut", "builtin", "") == 11.0


async def test_what_a_crash_cut_off_waits_again(db: Database) -> None:
    """A step of a dead process is not shown as running, nor its time counted."""
    await strides.plan(db, "m", {"look": 2.0, "cut": 8.0})
    await strides.begin(db, "m", "look", 1.0)
    await strides.end(db, "m", "look", "done", 2.0)
    await strides.begin(db, "m", "cut", 3.0)
    await strides.advance(db, "m", "cut", 0.5)
    await strides.wait_again(db)
    look, cut = await strides.of(db, "m")
    assert (look.state, cut.state, cut.fraction, cut.started) == ("done", "waiting", 0.0, None)


async def test_a_step_stands_in_for_a_planned_one(db: Database) -> None:
    """Protects the time left from a step that will never run, and the order from its stand-in."""
    await strides.plan(db, "m", {"clone": 1.0, "speak": 10.0, "cut": 8.0})
    await strides.begin(db, "m", "voice", 1.0)
    for _ in range(2):
        await strides.stand_in(db, "m", "voice", "speak")
    assert [(each.step, each.state) for each in await strides.of(db, "m")] == [
        ("clone", "waiting"), ("voice", "running"), ("cut", "waiting"),
    ]  # fmt: skip
    await strides.stand_in(db, "m", "cut", "voice")
    assert [each.step for each in await strides.of(db, "m")] == ["clone", "voice", "cut"]
