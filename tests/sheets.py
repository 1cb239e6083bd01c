"""Contact sheets of the puppet: `python -m tests.sheets [PHOTO …]` writes `out/sheets/`, to be looked at.

Each photo plays the same short performance; its moments are picked by what the tracks do, and shown at the
film's own size. Where the finder rather asks, the hand-measured features of the test photos answer.
"""

import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from bot.app import weights
from bot.demo import TAPS
from pipeline import crafts, packaged
from pipeline.model import Cue, Sight, Timeline
from pipeline.puppet import tracks
from pipeline.puppet.puppet import Puppet
from pipeline.puppet.tracks import Tracks
from storage.model import Direction, Taps
from tests.pipeline.puppet import sights

OUT = Path("out") / "sheets"
FPS, HERTZ = 25, 16_000
_SIZE = 720, 1280
_IN_A_ROW = 4
_PHOTOS = {".jpg", ".jpeg", ".png", ".heic", ".webp"}
_SYLLABLES = (2.65, 2.95, 3.25, 3.60, 6.35, 6.65, 6.95, 7.25, 7.60)


def main(names: list[str]) -> None:
    """Make the sheet of every photo named, or of the sample and the folder of test photos."""
    OUT.mkdir(parents=True, exist_ok=True)
    for photo in map(Path, names) if names else found():
        print(made(photo, OUT / f"{photo.stem}.png"))  # noqa: T201  its answer


def found() -> Iterable[Path]:
    """Return the sample photo and those in `$PAWLOGUE_PHOTOS`, else in the folder the tests use."""
    folder = Path(os.environ.get("PAWLOGUE_PHOTOS") or sights.PHOTOS)
    sample = packaged.path("sample-photo")
    more = sorted(folder.iterdir()) if folder.is_dir() else []
    return [*([sample] if sample else []), *(path for path in more if path.suffix.lower() in _PHOTOS)]


def made(photo: Path, out: Path) -> str:
    """Write one photo's sheet; return a line that says what was seen."""
    sight, by_hand = looked(photo)
    with tempfile.TemporaryDirectory() as name:
        frame = Path(name) / "frame.png"
        framed = crafts.sight.draw(photo, sight, weights()["saliency"], frame, *_SIZE)
        with Image.open(frame) as image:
            pane = np.asarray(image.convert("RGB"))
    plan = performance()
    played = tracks.play(voice(plan), HERTZ, plan, framed.pet)
    puppet = Puppet(pane, framed.pet, floor=framed.floor)
    shown = [(f"{name} {n / FPS:.2f}s", puppet.draw(played, n)) for name, n in moments(played, plan)]
    Image.fromarray(sheet(shown)).save(out)
    known = (
        "by hand" if by_hand else "found" if framed.pet and framed.pet.found else sight.reason or "no face"
    )
    return f"{out}: {framed.layout.kind}, {known}"


def looked(photo: Path) -> tuple[Sight, bool]:
    """Return what is on a photo, and whether it took a hand-measured face."""
    parts = weights()
    sight = crafts.sight.look(photo, parts["pet-detector"], Taps())
    if sight.pets and not sight.pets[0].found and (taps := _measured(photo)):
        return crafts.sight.look(photo, parts["pet-detector"], taps), True
    return sight, False


def _measured(photo: Path) -> Taps | None:
    """Return the face a person measured on one of the known photos."""
    if photo == packaged.path("sample-photo"):
        return TAPS
    for (name, _), (left, right, mouth) in sights.FEATURES.items():
        if name == photo.name:
            return Taps(mouth=mouth, eyes=(left, right))
    return None


def performance() -> Timeline:
    """Return a crying answer with a bite, and a happy one with a hop."""
    weeping = Direction(emotion="crying", action="bite", camera="push", prop="bun")
    hopping = Direction(emotion="happy", action="hop", prop="bun")
    cues = (
        Cue(index=0, speaker="person", text="?", start=0.4, end=1.5),
        Cue(index=1, speaker="pet", text="!", start=2.6, end=3.9, direction=weeping),
        Cue(index=2, speaker="person", text="?", start=4.5, end=5.7),
        Cue(index=3, speaker="pet", text="!", start=6.3, end=7.9, direction=hopping),
    )
    return Timeline(seconds=9.0, fps=FPS, cues=cues)


def voice(plan: Timeline) -> NDArray[np.float32]:
    """Return a buzz with a vowel's formants, a hill of loudness per syllable."""
    time = np.arange(round(plan.seconds * HERTZ)) / HERTZ
    buzz = np.zeros_like(time)
    for number in range(1, 24):
        near = sum(np.exp(-(((number * 330 - formant) / 250) ** 2)) for formant in (850, 1400, 2600))
        buzz += (near + 0.05) * np.sin(2 * np.pi * number * 330 * time)
    hills = [
        np.where(np.abs(time - at - 0.1) < 0.1, np.cos(5 * np.pi * (time - at - 0.1)) ** 2, 0)
        for at in _SYLLABLES
    ]
    return np.asarray(0.1 * buzz * sum(hills), np.float32)


def moments(played: Tracks, plan: Timeline) -> list[tuple[str, int]]:
    """Return frames by what is to be seen on them; with no face they are simply the same times."""
    time = (np.arange(len(played)) + 0.5) / FPS
    asked, wept, hopped = plan.cues[0], plan.cues[1], plan.cues[3]
    calm = (played.open == 0) & (played.lift == 0) & (np.abs(played.tilt) < 3)
    return [
        ("closed", int(np.argmin(played.blink + played.open + (time < 0.1) + (time > asked.start)))),
        ("blink", int(np.argmax(played.blink * calm))),
        ("half blink", int(np.argmin(np.abs(played.blink - 0.5) + ~calm))),
        ("tilt", int(np.argmax(np.abs(played.tilt) * (time < asked.end)))),
        ("cry", int(np.argmax(played.open * (time > wept.start + 0.5) * (time < wept.end)))),
        ("bun", int(np.argmax(played.lift + 0.1 * (time < wept.start)))),
        ("open", int(np.argmax(played.open * (time > hopped.start) * (time < hopped.end - 0.75)))),
        ("hop", int(np.argmax(-played.y * (time > hopped.start)))),
    ]


def sheet(shown: list[tuple[str, NDArray[np.uint8]]]) -> NDArray[np.uint8]:
    """Return the pictures side by side, each under its name."""
    high, wide = shown[0][1].shape[:2]
    rows, head, font = -(-len(shown) // _IN_A_ROW), 40, ImageFont.load_default(28)
    out = Image.new("RGB", (_IN_A_ROW * wide, rows * (high + head)), "white")
    pen = ImageDraw.Draw(out)
    for index, (name, picture) in enumerate(shown):
        x, y = index % _IN_A_ROW * wide, index // _IN_A_ROW * (high + head)
        pen.text((x + 8, y + 4), name, fill="black", font=font)
        out.paste(Image.fromarray(picture), (x, y + head))
    return np.asarray(out)


if __name__ == "__main__":
    main(sys.argv[1:])
