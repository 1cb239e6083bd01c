"""The edit: performance, lines, title, captions, marks become one film with its cover and sidecar."""

import hashlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.container import OutputContainer
from numpy.typing import NDArray
from pydantic import Field

from pipeline.film import cover, credentials, looks, marks, sidecar, sound, title
from pipeline.film.atomic import replacing
from pipeline.film.backdrop import backdrop
from pipeline.film.captions import Page, captions
from pipeline.film.encode import video_stream
from pipeline.film.fitted import MIDDLE, Focus, fitted
from pipeline.film.mix import HERTZ, Mix, music
from pipeline.film.scene import Scene, even
from pipeline.film.shots import Shot, decoded, pictures
from pipeline.film.stickers import Sticker, begin, moving, stickers
from pipeline.film.type import Faces
from pipeline.model import Box, Credentials, Layout, Mood, Timeline, Track
from pipeline.ports.errors import BadInput, Failed, Surprise
from storage.model import Lang, Noun, Speaker

SMALL = 9_500_000  # bytes: under the 10 MB at which chats begin to treat films as documents
_CRF, _WORST = 20, 34
_AUDIO_BITS = 128_000  # per second
_SEARCH = {"aac_coder": "fast"}  # at this rate nobody hears the other, which takes twice as long
_LIGHTER = "subme=1:weightp=0:rc-lookahead=6"  # a quarter less work, and less kept
_FINER = 1.1  # of a step of quality, so that the likeness is none the less for it
_KEY = 4  # seconds between two pictures that need no other: where a player may jump to
_BLOCK = 1024  # samples in one AAC frame
_LOWER, _FEWER = 1.0, 0.9  # dB and share of the bytes, when a film is made again
_GONE = 0.5  # seconds after its end in which the label fades
_LATE = 3  # frames a performance may be short of the film


class CutJob(Noun):
    """Everything one edit needs.

    `performance` is a clip whose frames are the film's, one for one, or shots which are cross-faded over
    `fade` seconds; `focus` is what is kept of pictures larger than the pane; `track` tells the mouth's boxes
    in canvas pixels; `sounds` maps each cue's index to its line. `label` and `producer` may be empty: then
    that mark is left out. `music` is a file that plays instead of the bed. `tags` names the speakers other
    than the look does (an empty word: no tag). `heads` are where label and stickers are rather not,
    `faces` where stickers never are. `stickers` come with the punchline, None as the look has it.
    `credentials` sign the film. `again` mends what a check holds against a film: lower peaks, fewer bytes.
    The same job makes the same film.
    """

    performance: Path | tuple[Shot, ...]
    fade: float = Field(default=0.3, ge=0)
    focus: Focus = MIDDLE
    layout: Layout
    timeline: Timeline
    track: Track
    title: tuple[str, ...] = ()
    lang: Lang = "zh"
    look: str = "classic"
    tags: dict[Speaker, str] = Field(default_factory=dict)
    sounds: dict[int, Path]
    bed: Mood | None = "tender"
    music: Path | None = None
    captions: bool = True
    heads: tuple[Box, ...] = ()
    faces: tuple[Box, ...] = ()
    stickers: bool | None = None
    credentials: Credentials | None = None
    label: str = "AI生成"
    producer: str = ""
    produce_id: str = ""
    font_cute: Path | None = None
    font_sans: Path | None = None
    out: Path
    cover: Path
    max_bytes: int = Field(default=SMALL, gt=0)
    again: bool = False


class Made(Noun):
    """What an edit left behind; `crf` is the quality it ended at."""

    film: Path
    cover: Path
    sidecar: Path
    seconds: float
    frames: int
    bytes: int
    crf: int


@dataclass(frozen=True)
class Reel:
    """An edit in the making: what goes over the pictures, the sound, the page beside it, who is told."""

    job: CutJob
    scene: Scene
    mix: Mix
    page: sidecar.Sidecar
    tell: Callable[[float], None]


def cut(job: CutJob, tell: Callable[[float], None] = lambda fraction: None) -> Made:
    """Make the film, its cover and its sidecar, each whole or not at all, and return where they are.

    Args:
        tell: hears the fraction done, 0..1.

    Raises:
        BadInput: a sound or the performance cannot be read; `film.no_look`; `film.cannot_write`.
        NoAccess: `film.no_font`; `credentials.unusable`. Surprise: `film.short_performance`.
        Failed: `film.disk_full`; `film.too_big`, it does not fit into `max_bytes` at any decent quality.
    """
    prepared = reel(job, tell)
    beside = sidecar.beside(job.out)
    # All three take their places together, so that a disk that fills up leaves none of them.
    with replacing(job.cover) as picture, replacing(beside) as text, replacing(job.out) as part:
        crf, best = _within(prepared, part)
        if job.credentials is not None:
            credentials.sign(part, job.credentials, job.producer, " ".join(job.title) or job.out.stem)
        cover.write(picture, best)
        sidecar.write(text, prepared.page)
        size = part.stat().st_size
    tell(1.0)
    return Made(
        film=job.out,
        cover=job.cover,
        sidecar=beside,
        seconds=job.timeline.seconds,
        frames=job.timeline.frames,
        bytes=size,
        crf=crf,
    )


def finished(job: CutJob) -> Iterator[av.VideoFrame]:
    """Yield the film's pictures as they go to the encoder: for whoever wants to judge the encoding.

    Raises:
        Trouble: as `cut`.
    """
    scene = reel(job).scene
    for number, picture in enumerate(performed(job)):
        yield scene.compose(number, picture)


def reel(job: CutJob, tell: Callable[[float], None] = lambda fraction: None) -> Reel:
    """Draw and place everything that does not change from picture to picture.

    Raises:
        Trouble: as `cut`.
    """
    look = looks.load(job.look)
    faces = Faces.of(job.font_cute, job.font_sans, look.face)
    timeline, layout = job.timeline, job.layout
    mark = marks.mark(job.label, layout, look, faces, timeline.seconds, job.heads)
    label = None if mark is None else mark.label
    tags = {speaker: voice.tag[job.lang] for speaker, voice in look.speakers.items()} | job.tags
    taken = None if label is None else label.box
    words = captions(timeline, layout, job.track, look, faces, tags, taken) if job.captions else []
    band, title_box = title.band(job.title, layout, look, faces)
    played = Mix(
        timeline,
        lambda index: _line(job.sounds, index),
        music(job.bed, job.music, timeline.seconds),
        _LOWER if job.again else 0.0,
    )
    shown = tuple(text for text, _ in title.lines(job.title, layout, look, faces))
    pages = tuple({(word.page.cue, word.page.start): word.page for word in words}.values())
    stuck = _stickers(job, look, pages, label)
    page = sidecar.page(timeline, layout, shown, title_box, pages, label, job.track, stuck)
    behind = backdrop(next(performed(job)), layout.width, layout.height) if look.backdrop else None
    reacting = [moving(each, look, timeline.fps) for each in stuck]
    scene = Scene(layout, look, band, words, mark, timeline.fps, behind, reacting)
    return Reel(job, scene, played, page, tell)


def _stickers(
    job: CutJob, look: looks.Look, pages: tuple[Page, ...], label: marks.Label | None
) -> tuple[Sticker, ...]:
    """Return the film's stickers, where they are wanted."""
    if not (look.sticker.usual if job.stickers is None else job.stickers):
        return ()
    start = begin(job.timeline)
    mouths = [box for box in job.track.mouths[round(start * job.timeline.fps) :] if box is not None]
    words = [page.box for page in pages if page.end > start]
    labelled = [] if label is None or label.end + _GONE < start else [label.box]
    return stickers(job.timeline, job.layout, look, job.heads, [*mouths, *job.faces, *words, *labelled])


def _within(reel: Reel, part: Path) -> tuple[int, av.VideoFrame]:
    """Encode, again at a lower quality while the file is too large; return quality and cover frame."""
    crf = _CRF
    most = round(reel.job.max_bytes * (_FEWER if reel.job.again else 1.0))
    most -= credentials.ROOM if reel.job.credentials is not None else 0
    while True:
        best = _encode(reel, part, crf)
        size = part.stat().st_size
        if size <= most:
            return crf, best
        if crf >= _WORST:
            raise Failed("film.too_big", {"megabytes": f"{most / 1e6:.1f}"}, f"{size} at {crf}")
        crf = min(_WORST, crf + _steps(size, most, reel.job.timeline.seconds))


def _steps(size: int, limit: int, seconds: float) -> int:
    """Return how many steps of quality bring a film of that size under the limit; about six halve it."""
    sound_bytes = _AUDIO_BITS / 8 * seconds * 1.05
    room = max(limit - sound_bytes, 1.0)
    return max(1, math.ceil(6 * math.log2(max(size - sound_bytes, 1.0) / room) + 0.5))


def _encode(reel: Reel, part: Path, crf: int) -> av.VideoFrame:
    """Write one whole MP4, pictures and sound side by side, and return the frame that makes the cover."""
    job, count = reel.job, reel.job.timeline.frames
    wanted = cover.moment(job.timeline, job.track)
    best: av.VideoFrame | None = None
    flags = {"movflags": "+faststart+use_metadata_tags"}
    with av.open(str(part), "w", format="mp4", options=flags) as sink:
        _sign(sink, job)
        fps = job.timeline.fps
        video = video_stream(
            sink,
            job.layout.width,
            job.layout.height,
            fps,
            {
                "preset": "veryfast",
                "crf": f"{crf - _FINER:.1f}",
                "g": str(_KEY * fps),
                "x264-params": _LIGHTER,
            },
        )
        audio = sink.add_stream("aac", rate=HERTZ, layout="stereo", options=_SEARCH)
        assert isinstance(audio, av.AudioStream)
        audio.bit_rate = _AUDIO_BITS
        blocks = _blocks(reel.mix)
        heard = 0
        for number, picture in enumerate(performed(job)):
            frame = reel.scene.compose(number, picture)
            frame.pts = number
            sink.mux(video.encode(frame))
            while heard < (number + 1) * HERTZ // fps and (block := next(blocks, None)) is not None:
                sink.mux(audio.encode(block))
                heard += block.samples
            if number == wanted:
                best = reel.scene.compose(number, picture, cover=True)
            if number % 10 == 0:
                reel.tell(0.98 * number / count)
        for block in blocks:
            sink.mux(audio.encode(block))
        sink.mux(video.encode(None))
        sink.mux(audio.encode(None))
    assert best is not None
    return best


def performed(job: CutJob) -> Iterator[av.VideoFrame]:
    """Yield the performance, exactly as many pictures as the film has and of its pane's size.

    A clip a few short holds its last, a longer one is cut.

    Raises:
        BadInput: `film.not_a_film`. Surprise: `film.short_performance`.
    """
    count, fps = job.timeline.frames, job.timeline.fps
    _, _, wide, high = even(job.layout.pane, job.layout)
    coming: Iterator[av.VideoFrame]
    if isinstance(job.performance, Path):
        coming = (fitted(each.frame, wide, high, each.aspect, job.focus) for each in decoded(job.performance))
    else:
        coming = pictures(job.performance, fps, (wide, high), job.fade, job.focus)
    number, last = 0, None
    for last in coming:
        yield last
        number += 1
        if number == count:
            return
    if last is None or count - number > _LATE:
        raise Surprise("film.short_performance", {"frames": str(number), "wanted": str(count)})
    for _ in range(count - number):
        yield last


def _blocks(mix: Mix) -> Iterator[av.AudioFrame]:
    start = 0
    for block in mix.blocks(_BLOCK):
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block.T), "fltp", "stereo")
        frame.sample_rate, frame.pts = HERTZ, start
        start += len(block)
        yield frame


def _sign(sink: OutputContainer, job: CutJob) -> None:
    """Put title and AIGC field into the file."""
    if job.title:
        sink.metadata["title"] = " ".join(job.title)
    if job.producer:
        number = job.produce_id or _number(job)
        field = marks.Aigc(
            content_producer=job.producer,
            produce_id=number,
            content_propagator=job.producer,
            propagate_id=number,
        )
        sink.metadata[marks.FIELD] = field.written()


def _number(job: CutJob) -> str:
    """Return a number for this film that depends on what is in it, not on when or where it was made."""
    said = job.timeline.model_dump_json() + "\n".join(job.title) + job.look
    digest = hashlib.sha256(said.encode())
    for index in sorted(job.sounds):
        digest.update(job.sounds[index].read_bytes())
    return digest.hexdigest()[:32]


def _line(sounds: dict[int, Path], index: int) -> NDArray[np.float32]:
    if index not in sounds:
        raise BadInput("film.silent_line", {"line": str(index + 1)})
    return sound.read(sounds[index], HERTZ, mono=True)[:, 0]
