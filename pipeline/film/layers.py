"""A film taken apart for somebody else's editor: what lies on which track, and its files.

Nothing is drawn into anything else: the ground, the moving picture cut at its pauses, every line's sound as
loud as it is in the film, the music as it plays under them, and the words with their places and colours.
"""

import itertools
from pathlib import Path
from shutil import copyfile

from PIL import Image

from pipeline.film import cover, fit, looks, sound, title
from pipeline.film.atomic import replacing
from pipeline.film.cut import CutJob, Reel, reel
from pipeline.film.mix import HERTZ
from pipeline.film.probe import probe
from pipeline.film.shapes import shape
from pipeline.film.shots import Shot
from pipeline.film.type import Faces
from pipeline.model import Box, Timeline
from storage.model import Noun, Speaker

_LARGEST = 15_000_000  # bytes of one clip: the whole project has to go through a messenger


class Piece(Noun):
    """A stretch of a file on a track, in seconds: from `start` in the file, shown or heard at `at`."""

    file: str
    name: str
    at: float
    seconds: float
    start: float = 0.0


class Words(Noun):
    """A text on a track: seconds, the middle of it and the size of its letters in canvas pixels, colours."""

    text: str
    at: float
    seconds: float
    x: float
    y: float
    letters: float
    fill: str
    stroke: str


class Clip(Noun):
    """A file with pictures: its size in pixels, its length in seconds."""

    file: str
    width: int
    height: int
    seconds: float


class Stuck(Noun):
    """A picture with nothing around it, on a track: seconds, and its box in canvas pixels."""

    file: str
    name: str
    at: float
    seconds: float
    box: Box


class Layers(Noun):
    """A film in tracks; `pictures` are stretches of `clips`, each of which fills the pane."""

    name: str
    width: int
    height: int
    fps: int
    seconds: float
    pane: Box
    ground: str | None
    clips: tuple[Clip, ...]
    pictures: tuple[Piece, ...]
    voices: dict[Speaker, tuple[Piece, ...]]
    music: Piece | None
    title: tuple[Words, ...]
    captions: tuple[Words, ...]
    label: tuple[Words, ...]
    stickers: tuple[Stuck, ...] = ()


def layers(job: CutJob, folder: Path) -> Layers:
    """Take a film apart: write its files into the folder, and return what lies where.

    Raises:
        Trouble: as `cut`.
    """
    made, layout = reel(job), job.layout
    clips, pictures = _pictures(job, folder)
    return Layers(
        name=" ".join(job.title) or job.timeline.cues[0].text,
        width=layout.width,
        height=layout.height,
        fps=job.timeline.fps,
        seconds=job.timeline.seconds,
        pane=layout.pane,
        ground=_ground(job, folder),
        clips=clips,
        pictures=pictures,
        voices=_voices(made, folder),
        music=_music(made, folder),
        title=_title(job),
        captions=_captions(made),
        label=_label(made),
        stickers=_stickers(made, folder),
    )


def _ground(job: CutJob, folder: Path) -> str | None:
    """Draw what lies around the picture, without a word on it."""
    ground = reel(job.model_copy(update={"title": (), "captions": False, "label": ""})).scene.ground()
    if ground is None:
        return None
    cover.write(folder / "ground.jpg", ground)
    return "ground.jpg"


def _pictures(job: CutJob, folder: Path) -> tuple[tuple[Clip, ...], tuple[Piece, ...]]:
    """Put the clips into the folder; one that lasts the whole film is cut where nobody speaks."""
    if isinstance(job.performance, Path):
        clip = _clip(job.performance, folder / "picture.mp4")
        edges = _pauses(job.timeline)
        stretches = [(clip.file, start, start, stop - start) for start, stop in itertools.pairwise(edges)]
        return (clip,), _named(stretches)
    paths = dict.fromkeys(shot.path for shot in job.performance)
    files = {path: f"picture-{number}.mp4" for number, path in enumerate(paths, 1)}
    clips = tuple(_clip(path, folder / name) for path, name in files.items())
    return clips, _named(_shots(job.performance, job.fade, files))


def _shots(
    shots: tuple[Shot, ...], fade: float, files: dict[Path, str]
) -> list[tuple[str, float, float, float]]:
    """Return file, start, place and length of each shot; one gives way in the middle of a cross-fade."""
    found, at = [], 0.0
    for number, shot in enumerate(shots):
        before = fade / 2 if number else 0.0
        after = fade / 2 if number + 1 < len(shots) else 0.0
        seconds = shot.seconds - before - after
        found.append((files[shot.path], shot.start + before, at, seconds))
        at += seconds
    return found


def _named(stretches: list[tuple[str, float, float, float]]) -> tuple[Piece, ...]:
    return tuple(
        Piece(file=file, name=f"{number:02}", start=start, at=at, seconds=seconds)
        for number, (file, start, at, seconds) in enumerate(stretches, 1)
    )


def _clip(source: Path, out: Path) -> Clip:
    if source.stat().st_size > _LARGEST:
        fit.fit(source, out, _LARGEST)
    else:
        copyfile(source, out)
    told = probe(out)
    return Clip(file=out.name, width=told.width, height=told.height, seconds=told.seconds)


def _pauses(timeline: Timeline) -> list[float]:
    """Return the film's beginning, the middle of every pause on a whole picture, and its end."""
    middles = [(before.end + after.start) / 2 for before, after in itertools.pairwise(timeline.cues)]
    return [0.0, *(round(at * timeline.fps) / timeline.fps for at in middles), timeline.seconds]


def _voices(made: Reel, folder: Path) -> dict[Speaker, tuple[Piece, ...]]:
    """Write every line as loud as it is in the film."""
    voices: dict[Speaker, tuple[Piece, ...]] = {}
    for cue in made.job.timeline.cues:
        samples = made.mix.line(cue.index)
        file = f"line-{cue.index + 1:02}-{cue.speaker}.wav"
        sound.write(folder / file, samples, HERTZ)
        piece = Piece(file=file, name=cue.text, at=cue.start, seconds=len(samples) / HERTZ)
        voices[cue.speaker] = (*voices.get(cue.speaker, ()), piece)
    return voices


def _music(made: Reel, folder: Path) -> Piece | None:
    played = made.mix.score()
    if played is None:
        return None
    sound.write(folder / "music.wav", played, HERTZ)
    return Piece(file="music.wav", name="music", at=0.0, seconds=len(played) / HERTZ)


def _title(job: CutJob) -> tuple[Words, ...]:
    """Return the title's lines, one text each, spread evenly over the band as they are drawn."""
    look = looks.load(job.look)
    sized = title.lines(job.title, job.layout, look, Faces.of(job.font_cute, job.font_sans, look.face))
    band, whole = job.layout.band, sum(size for _, size in sized) * title.LEADING
    found, y = [], band.y + (band.h - whole) / 2
    for (text, size), fill in zip(sized, itertools.cycle(look.band.lines), strict=False):
        y += size * title.LEADING
        found.append(
            Words(
                text=text,
                at=0.0,
                seconds=job.timeline.seconds,
                x=band.x + band.w / 2,
                y=y - size * title.LEADING / 2,
                letters=size,
                fill=fill,
                stroke=look.band.stroke,
            )
        )
    return tuple(found)


def _captions(made: Reel) -> tuple[Words, ...]:
    look = looks.load(made.job.look)
    found = []
    for page in made.page.captions:
        voice = look.speakers[made.job.timeline.cues[page.cue].speaker]
        high = len(page.lines) * page.letters * 1.28
        found.append(
            Words(
                text="\n".join(page.lines),
                at=page.start,
                seconds=page.end - page.start,
                x=page.box.x + page.box.w / 2,
                y=page.box.y + page.box.h - min(high, page.box.h) / 2,
                letters=page.letters,
                fill=voice.fill,
                stroke=voice.stroke,
            )
        )
    return tuple(found)


def _stickers(made: Reel, folder: Path) -> tuple[Stuck, ...]:
    """Write each sticker as it stands when it has come; in an editor it does not sway."""
    style, found = looks.load(made.job.look).sticker, []
    for number, each in enumerate(made.page.stickers, 1):
        file = f"sticker-{number}-{each.name}.png"
        drawn = shape(each.name, round(each.box.w), style.rim, style.weight)
        with replacing(folder / file) as part:
            Image.fromarray(drawn).save(part, "PNG")
        seconds = each.end - each.start
        found.append(Stuck(file=file, name=each.name, at=each.start, seconds=seconds, box=each.box))
    return tuple(found)


def _label(made: Reel) -> tuple[Words, ...]:
    label = made.page.label
    if label is None:
        return ()
    style = looks.load(made.job.look).label
    middle = label.box.x + label.box.w / 2, label.box.y + label.box.h / 2
    told = Words(
        text=label.text,
        at=label.start,
        seconds=label.end - label.start,
        x=middle[0],
        y=middle[1],
        letters=label.letters,
        fill=style.fill,
        stroke=style.ground,
    )
    return (told,)
