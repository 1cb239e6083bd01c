"""Steps on real stores and real crafts: what they find again, and what the brief changes about them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline import packaged
from pipeline.film import sound
from pipeline.film.sidecar import Sidecar
from pipeline.model import Framed, Track
from pipeline.parts import Speech
from pipeline.sound import speech, tune
from pipeline.steps.check import check
from pipeline.steps.cut import cut
from pipeline.steps.look import look
from pipeline.steps.speak import speak_pet
from pipeline.studio import Studio
from storage import projects
from storage.errors import StorageError
from storage.model import Brief, Line, Script, Taps
from tests.pipeline.film import made
from tests.pipeline.house import PROJECT, studio
from tests.pipeline.sound.made import silence, talk


async def _fill(house: Studio, **fields: object) -> Brief:
    brief = (await house.project(PROJECT)).brief.model_copy(update=fields)
    await projects.change_brief(house.db, PROJECT, brief)
    return brief


async def test_a_photo_is_looked_at_once(tmp_path: Path) -> None:
    """The film does not look again at what the preview saw; other taps, or another photo, are looked at."""
    Image.effect_noise((320, 240), 40).convert("RGB").save(tmp_path / "photo.png")
    async with studio(tmp_path) as house:
        photo = await house.keep(PROJECT, "picture", tmp_path / "photo.png", "image/png")
        await _fill(house, photo=photo.id)
        seen = await look(house, PROJECT)
        await house.blobs.delete(photo.key)  # whoever looked again would stumble
        assert await look(house, PROJECT) == seen
        await _fill(house, taps=Taps(mouth=(160.0, 120.0)))
        with pytest.raises(StorageError):
            await look(house, PROJECT)


async def _film(house: Studio, folder: Path) -> tuple[str, str, str, str, str, str, str]:
    """Everything a small film is cut from, kept: the ids `cut` takes."""
    times = made.timeline()
    track = made.perform(folder / "performance.mp4", made.FULL, times)
    pane = made.FULL.pane
    inside = [
        box and box.model_copy(update={"x": box.x - pane.x, "y": box.y - pane.y}) for box in track.mouths
    ]
    script = Script(
        title=("养不养",),
        lines=tuple(Line.model_validate({"speaker": s, "text": t}) for s, t, _, _ in made.LINES),
    )
    clip = await house.keep(PROJECT, "performance", folder / "performance.mp4", "video/mp4")
    nouns = {
        "script": script,
        "framed": Framed(layout=made.FULL, pet=None),
        "track": Track(mouths=tuple(inside), openness=track.openness),
        "timeline": times,
    }
    kept = {name: (await house.keep_noun(PROJECT, name, noun)).id for name, noun in nouns.items()}
    said = [await _said(house, folder, who) for who in ("pet", "person")]
    return kept["script"], kept["framed"], clip.id, kept["track"], kept["timeline"], said[0], said[1]


async def _said(house: Studio, folder: Path, who: str) -> str:
    pieces = tuple(made.sounds()[n] for n, line in enumerate(made.LINES) if line[0] == who)
    joined, spans = speech.join(pieces, made.HERTZ)
    sound.write(folder / f"{who}.wav", joined, made.HERTZ)
    kept = await house.keep(PROJECT, "speech", folder / f"{who}.wav", "audio/wav")
    return (await house.keep_noun(PROJECT, "speech", Speech(sound=kept.id, spans=spans))).id


async def test_without_captions_the_same_film_is_cut(tmp_path: Path) -> None:
    """The brief leaves the words out of the picture; sound, times and label stay, and it may be sent."""
    fonts = {name: packaged.path(name) for name in ("font-cute", "font-sans")}
    if None in fonts.values():
        pytest.skip("the fonts have not been fetched; make setup does it")
    async with studio(tmp_path, weights=fonts) as house:
        parts = await _film(house, tmp_path)
        pages = {}
        for captions in (True, False):
            await _fill(house, captions=captions)
            film = await cut(house, PROJECT, *parts)
            pages[captions] = await house.noun(film.sidecar, Sidecar)
            checked = await check(house, PROJECT, film.film, film.sidecar)
            assert (checked.sendable, checked.faults) == (True, ())
    assert [len(pages[captions].captions) for captions in (True, False)] == [4, 0]
    assert pages[True].label == pages[False].label is not None


@pytest.mark.parametrize(
    ("lifted", "lowest", "highest"), [(False, 100, 150), (None, 100, 150), (True, 280, 380)]
)
async def test_recorded_lines_are_kept_or_lifted(
    tmp_path: Path, lifted: bool | None, lowest: float, highest: float
) -> None:
    """A grown-up's own words sound like a child where that was chosen, and stay theirs where it was not."""
    one = talk(6, pitch=120.0, hertz=48_000)
    sound.write(tmp_path / "one.wav", np.concatenate([one, silence(1.2, 48_000), one]), 48_000)
    lines = tuple(Line(speaker="pet", text=text) for text in ("不要", "养你"))
    async with studio(tmp_path) as house:
        file = await house.keep(PROJECT, "sound", tmp_path / "one.wav", "audio/wav")
        script = await house.keep_noun(PROJECT, "script", Script(lines=lines))
        await _fill(house, pet_lines=(file.id,), lifted=lifted)
        said = await speak_pet(house, PROJECT, script.id, "", "")
        spoken = await house.noun(said.speech, Speech)
        async with house.borrow(spoken.sound) as (path,):
            heard = sound.read(path)
    like = tune.portrait(heard[:, 0], 48_000)
    assert said.voice == ("lifted" if lifted else "recorded")
    assert len(spoken.spans) == 2
    assert like is not None
    assert lowest < like.f0 < highest
