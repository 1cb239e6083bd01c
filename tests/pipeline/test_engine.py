"""The engine: steps that say how they went, makings that go on after the process was gone."""

import asyncio
import errno
from pathlib import Path

import pytest

from pipeline import engine
from pipeline.engine import Engine, Outcome, making, step
from pipeline.parts import Told
from pipeline.ports.errors import BadInput, Busy
from pipeline.recipes import propose_scripts
from pipeline.steps.write import propose
from pipeline.studio import Studio
from storage import stops, strides, takes
from storage.model import Notice, Script
from tests.pipeline.house import PROJECT, SCRIPT, Writer, studio

_calls: dict[str, int] = {}
_reached = asyncio.Event()
_held: list[asyncio.Event] = []  # or the hanging step would be collected, which is not how a process ends


async def _counted(studio: Studio, project: str, name: str) -> Told:
    _calls[name] = _calls.get(name, 0) + 1
    return Told(state=name)


async def _busy_once(studio: Studio, project: str) -> Told:
    _calls["busy"] = _calls.get("busy", 0) + 1
    if _calls["busy"] == 1:
        raise Busy("vendor.busy")
    return Told(state="served")


async def _refused(studio: Studio, project: str) -> Told:
    raise BadInput("photo.empty", {"name": "x.jpg"})


async def _meets_a_full_disk(studio: Studio, project: str) -> Told:
    raise OSError(errno.ENOSPC, "No space left on device")


async def _hangs_the_first_time(studio: Studio, project: str) -> Told:
    _calls["hang"] = _calls.get("hang", 0) + 1
    if _calls["hang"] == 1:
        _reached.set()
        never = asyncio.Event()
        _held.append(never)
        await never.wait()
    return Told(state="done")


@making({"_counted": 1.0})
async def answers(project: str) -> Notice:
    """Try each kind of outcome."""
    fine = await step(_counted, project, "first")
    busy = await step(_busy_once, project)
    bad: Outcome[Told] = await step(_refused, project)
    assert fine.value
    assert busy.value
    assert bad.value is None
    return bad.notice.model_copy(update={"assets": {"fine": fine.value.state, "busy": busy.value.state}})


async def _always_busy(studio: Studio, project: str) -> Told:
    """Busy for ever; the last try knows that it is the last."""
    assert studio.now is not None
    _calls["always"] = _calls.get("always", 0) + 1
    _calls["last"] = _calls.get("last", 0) + studio.now.last_try
    raise Busy("vendor.busy", {"vendor": "x", "model": "", "seconds": "0"})


@making({"_always_busy": 1.0})
async def waits_for_somebody(project: str) -> Notice:
    """Ask somebody who never has time."""
    outcome: Outcome[Told] = await step(_always_busy, project)
    return outcome.notice


@making({"_meets_a_full_disk": 1.0})
async def without_room(project: str) -> Notice:
    """Copy something where nothing fits."""
    outcome: Outcome[Told] = await step(_meets_a_full_disk, project)
    return outcome.notice


@making({"_counted": 1.0, "_hangs_the_first_time": 1.0})
async def interrupted(project: str) -> Notice:
    """Be cut off in the second step."""
    await step(_counted, project, "before")
    last = await step(_hangs_the_first_time, project)
    return Notice(kind="done", key=last.value.state if last.value else "")


async def _launched(folder: Path, made: Studio) -> Engine:
    return await Engine.launch(f"sqlite:///{folder / 'engine.db'}", made, poll_seconds=0.02, patience=0.0)


async def test_outcomes_not_exceptions_reach_the_recipe(tmp_path: Path) -> None:
    """A recipe sees values and keyed troubles; Busy is waited out where it happens."""
    _calls.clear()
    async with studio(tmp_path) as made:
        running = await _launched(tmp_path, made)
        try:
            await running.start(answers, "m1", PROJECT)
            await running.start(answers, "m1", PROJECT)
            notice = await running.finished("m1")
            rows = {row.step: row.state for row in await strides.of(made.db, "m1")}
        finally:
            await running.close()
    assert (notice.kind, notice.key, notice.fields) == ("failed", "photo.empty", {"name": "x.jpg"})
    assert notice.assets == {"fine": "first", "busy": "served"}
    assert _calls == {"first": 1, "busy": 2}
    assert rows == {"_counted": "done", "_busy_once": "done", "_refused": "failed"}


async def test_who_says_busy_is_asked_for_a_while(tmp_path: Path) -> None:
    """A rate limit is waited out; the last try knows that it is the last, and there is an end to it."""
    _calls.clear()
    async with studio(tmp_path) as made:
        running = await _launched(tmp_path, made)
        try:
            await running.start(waits_for_somebody, "m7", PROJECT)
            notice = await running.finished("m7")
        finally:
            await running.close()
    assert (notice.kind, notice.key) == ("failed", "vendor.busy")
    assert _calls == {"always": 9, "last": 1}


async def test_a_busy_vendor_gives_way_on_the_last_try(tmp_path: Path) -> None:
    """A vendor that never has time costs some waiting, not the film; nothing of it is paid."""
    busy, other = Writer(*[Busy("http.unreachable") for _ in range(9)]), Writer(name="other")
    async with studio(tmp_path, busy, other) as made:
        running = await _launched(tmp_path, made)
        try:
            await running.start(propose_scripts, f"{PROJECT}:scripts:1", PROJECT)
            notice = await running.finished(f"{PROJECT}:scripts:1")
            rows = {take.vendor: (take.state, take.making) for take in await takes.of(made.db, PROJECT)}
        finally:
            await running.close()
    assert notice.kind == "done"
    assert rows == {
        "paid": ("new", f"{PROJECT}:scripts:1"),
        "other": ("done", f"{PROJECT}:scripts:1"),
    }
    assert (busy.bills, other.bills, len(busy.fails)) == (0, 1, 5)


@making({"propose": 1.0, "_stopped_between": 1.0})
async def stopped_after_paying(project: str) -> Notice:
    """Pay for something, then be stopped."""
    await step(propose, project)
    stopped: Outcome[Told] = await step(_stopped_between, project)
    assert stopped.value
    never: Outcome[Told] = await step(_counted, project, "never")
    return never.notice


async def _stopped_between(studio: Studio, project: str) -> Told:
    assert studio.now is not None
    async with studio.db.writing() as conn:
        await stops.stop_within(conn, [studio.now.making], 1.0)
    return Told(state="stopped")


async def test_a_stopped_making_says_what_it_had_spent(tmp_path: Path) -> None:
    """Who cancels hears what is gone already."""
    _calls.clear()
    async with studio(tmp_path, Writer()) as made:
        running = await _launched(tmp_path, made)
        try:
            await running.start(stopped_after_paying, f"{PROJECT}:film:1", PROJECT)
            notice = await running.finished(f"{PROJECT}:film:1")
        finally:
            await running.close()
    assert (notice.kind, notice.fields, _calls) == ("cancelled", {"spent": "¥0.50"}, {})


async def test_a_full_disk_is_said_as_such(tmp_path: Path) -> None:
    """Whichever file of a step finds no room, the making ends with a sentence and not with a traceback."""
    async with studio(tmp_path) as made:
        running = await _launched(tmp_path, made)
        try:
            await running.start(without_room, "m5", PROJECT)
            notice = await running.finished("m5")
        finally:
            await running.close()
    assert (notice.kind, notice.key) == ("failed", "storage.full")
    assert notice.fields == {"place": str(made.scratch)}


async def test_a_making_goes_on_where_it_was_cut_off(tmp_path: Path) -> None:
    """After a stop in the middle, finished steps are not run again and the film still ends."""
    _calls.clear()
    async with studio(tmp_path) as made:
        running = await _launched(tmp_path, made)
        await running.start(interrupted, "m2", PROJECT)
        async with asyncio.timeout(20):
            await _reached.wait()
        await running.close()
        running = await _launched(tmp_path, made)
        try:
            notice = await running.finished("m2")
        finally:
            await running.close()
    assert notice.key == "done"
    assert _calls == {"before": 1, "hang": 2}


async def test_three_options_are_proposed_under_one_take(tmp_path: Path) -> None:
    """A real recipe ends with assets anybody can open, and one done take."""
    async with studio(tmp_path, Writer()) as made:
        running = await _launched(tmp_path, made)
        try:
            await running.start(propose_scripts, "m3", PROJECT)
            notice = await running.finished("m3")
        finally:
            await running.close()
        assert await made.noun(notice.assets["1"], Script) == SCRIPT
        assert [take.state for take in await takes.of(made.db, PROJECT)] == ["done"]


async def test_a_stopped_making_ends_before_its_next_step(tmp_path: Path) -> None:
    """Cancelling spends nothing more and says so, and another making of the same project begins at once."""
    writer = Writer()
    async with studio(tmp_path, writer) as made:
        await strides.plan(made.db, f"{PROJECT}:scripts:1", {"propose": 1.0})
        await stops.stop_all(made.db, PROJECT, 1.0)
        running = await _launched(tmp_path, made)
        try:
            await running.start(propose_scripts, f"{PROJECT}:scripts:1", PROJECT)
            stopped = await running.finished(f"{PROJECT}:scripts:1")
            bills = writer.bills
            await running.start(propose_scripts, f"{PROJECT}:scripts:2", PROJECT)
            other = await running.finished(f"{PROJECT}:scripts:2")
        finally:
            await running.close()
    assert (stopped.kind, stopped.key, bills) == ("cancelled", "making.cancelled", 0)
    assert (other.kind, writer.bills) == ("done", 1)


def test_what_is_stored_is_plain_json() -> None:
    """Nothing that could run code is ever read back from the database."""
    plain = engine.Plain()
    assert plain.deserialize(plain.serialize({"args": [1, "二"], "kwargs": {}})) == {
        "args": [1, "二"],
        "kwargs": {},
    }
    assert isinstance(plain.deserialize(plain.serialize(ValueError("private words"))), RuntimeError)
    assert "private" not in plain.serialize(ValueError("private words"))
    with pytest.raises(TypeError):
        plain.serialize(object())
