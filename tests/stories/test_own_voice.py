"""Films in which a model says the pet's lines by itself: heard, cut, in sync, and each clip paid once."""

from pathlib import Path

import pytest

from pipeline import packaged, recipes
from pipeline.engine import Engine
from pipeline.model import Report, Timeline, Track
from pipeline.parts import Said, Speech
from pipeline.ports.errors import NoAccess
from pipeline.steps.animate import animate
from pipeline.steps.arrange import arrange
from pipeline.steps.redo import redo
from pipeline.steps.voice import voice_pet
from pipeline.studio import Studio
from storage import projects, strides, takes
from tests.fakes import clips
from tests.fakes.kling import Kling
from tests.fakes.omnihuman import OmniHuman
from tests.fakes.seedance import Seedance
from tests.fakes.veo import Veo
from tests.pipeline.stagehouse import PROJECT, SCRIPT, Shelf, shelf, standing_studio


async def _choose(studio: Studio, **chosen: object) -> None:
    """Put choices into the brief."""
    brief = (await studio.project(PROJECT)).brief
    await projects.change_brief(studio.db, PROJECT, brief.model_copy(update={"own_voice": True, **chosen}))


async def _asked(studio: Studio, folder: Path) -> tuple[str, ...]:
    """The person's two lines, as somebody recorded them."""
    for number, seconds in enumerate((1.5, 1.2)):
        clips.lines(folder / f"{number}.wav", (seconds,))
    return tuple(
        [(await studio.keep(PROJECT, "person", folder / f"{n}.wav", "audio/wav")).id for n in (0, 1)]
    )


async def _played(studio: Studio, things: Shelf) -> tuple[Said, Timeline, Track]:
    """The pet's part as a film's recipe has it made: said, laid in time with ours, staged."""
    said = await voice_pet(studio, PROJECT, things.script, things.frame, things.framed)
    laid = await arrange(studio, PROJECT, things.script, said.speech, things.person)
    made = await animate(studio, PROJECT, things.frame, things.framed, said.speech, laid.timeline)
    assert made.notes == ()
    return said, await studio.noun(laid.timeline, Timeline), await studio.noun(made.track, Track)


async def test_a_whole_film_in_klings_own_voice(tmp_path: Path) -> None:
    """The first clip is silent and the second is heard: a film in sync, at the price with sound, and the
    clone that was chosen before is neither learnt nor paid."""
    photo = packaged.path("sample-photo")
    if photo is None or packaged.path("font-cute") is None:
        pytest.skip("the sample photo and the fonts are not fetched")
    fake = Kling("silent")
    async with standing_studio(tmp_path, (fake,), ("kling:kling-2.6", "builtin")) as studio:
        kept = await studio.keep(PROJECT, "photo", photo, "image/png")
        await _choose(studio, photo=kept.id, sample=kept.id, person_lines=await _asked(studio, tmp_path))
        engine = await Engine.launch(f"sqlite:///{tmp_path / 'engine.db'}", studio)
        try:
            await engine.start(recipes.make_film, f"{PROJECT}:film:1", PROJECT)
            notice = await engine.finished(f"{PROJECT}:film:1")
        finally:
            await engine.close()
        ledger = [take for take in await takes.of(studio.db, PROJECT) if take.account]
        report = await studio.noun(notice.assets["report"], Report)
        states = {stride.step: stride.state for stride in await strides.of(studio.db, f"{PROJECT}:film:1")}
    assert notice.kind == "done", notice
    assert (notice.fields["voice"], notice.fields["maker"]) == ("own", "kling")
    assert [(take.step, take.state) for take in ledger] == [("voice_pet", "failed"), ("voice_pet", "done")]
    assert [take.cost for take in ledger] == pytest.approx([0.14 * 5] * 2)
    assert notice.fields["cost"] == "¥9.94 ($1.40)"
    assert report.sendable, report.faults
    assert set(states.values()) == {"done"}
    assert (fake.bills, len(fake.sessions)) == (2, 0)


async def test_veo_says_each_line_where_it_falls(tmp_path: Path) -> None:
    """Lines go to Veo untranslated; what it said is laid in time with our questions and opens its mouth
    there. The same lines are not paid twice, and a person's other words change nothing."""
    fake = Veo()
    async with standing_studio(tmp_path, (fake,), ("veo",)) as studio:
        things = await shelf(studio, tmp_path)
        await _choose(studio)
        said, times, track = await _played(studio, things)
        asked = SCRIPT.model_copy(
            update={"lines": (SCRIPT.lines[0].model_copy(update={"text": "养不养我？"}), *SCRIPT.lines[1:])}
        )
        other = (await studio.keep_noun(PROJECT, "script", asked)).id
        assert await voice_pet(studio, PROJECT, other, things.frame, things.framed) == said
        speech = await studio.noun(said.speech, Speech)
    pets = [cue for cue in times.cues if cue.speaker == "pet"]
    assert [cue.end - cue.start for cue in pets] == pytest.approx(
        [end - start for start, end in speech.spans], abs=0.05
    )
    spoken = [number for cue in pets for number in range(round(cue.start * 25), round(cue.end * 25))]
    assert max(track.openness[number] for number in spoken) > 0.5
    assert (said.maker, len(speech.shots), fake.bills) == ("veo", 1, 1)


async def test_seedance_begins_with_the_picture_and_is_billed_by_its_count(tmp_path: Path) -> None:
    """What it says by itself has a first frame and no reference; a lost answer is looked up."""
    fake = Seedance("lost")
    async with standing_studio(tmp_path, (fake,), ("seedance",)) as studio:
        things = await shelf(studio, tmp_path)
        await _choose(studio)
        said = await voice_pet(studio, PROJECT, things.script, things.frame, things.framed)
        (take,) = [take for take in await takes.of(studio.db, PROJECT) if take.account]
    assert (said.maker, fake.bills, take.state) == ("seedance", 1, "done")
    assert take.cost == pytest.approx(take.quote, rel=0.01)


async def test_who_has_no_voice_is_passed_over_and_says_why(tmp_path: Path) -> None:
    """Alone it ends the film with that reason, unpaid; with somebody behind it that one is asked. Wanting the
    voice anew is wanting ours."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    dumb, fake = OmniHuman(), Kling()
    async with standing_studio(tmp_path / "a", (dumb,), ("omnihuman",)) as studio:
        things = await shelf(studio, tmp_path)
        await _choose(studio)
        with pytest.raises(NoAccess) as caught:
            await voice_pet(studio, PROJECT, things.script, things.frame, things.framed)
    assert (caught.value.key, dumb.bills) == ("choose.no_own_voice", 0)
    async with standing_studio(tmp_path / "b", (dumb, fake), ("omnihuman", "kling:kling-3.0")) as studio:
        things = await shelf(studio, tmp_path)
        await _choose(studio)
        said = await voice_pet(studio, PROJECT, things.script, things.frame, things.framed)
        await redo(studio, PROJECT, "speak_pet", 1)
        assert not (await studio.project(PROJECT)).brief.own_voice
        left = next(take for take in await takes.of(studio.db, PROJECT) if take.vendor == "omnihuman")
    assert (said.maker, left.error, dumb.bills, fake.bills) == ("kling", "choose.no_own_voice", 0, 1)
