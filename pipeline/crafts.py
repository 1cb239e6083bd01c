"""What runs inside the workshop: puppet, sound and film joined on local files, one function per job.

Heavy libraries are imported inside the functions, because the program that only asks for a job imports
this module too.
"""

from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipeline.model import Box, Credentials, Framed, Heard, Layout, Pet, Report, Sight, Span, Timeline, Track
from pipeline.ports.avatar import Job, Tell
from pipeline.ports.errors import BadInput, Failed
from pipeline.ports.voice import SpeakAsk, Spoken, Word
from storage.model import Lang, Noun, Taps

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.film.cut import CutJob
    from pipeline.sound import kokoro as kokoros

Role = Literal["pet", "person"]
_HERTZ = 48_000
_SAMPLED = 32_000  # hertz of what voices are learnt from
_LEAD = 0.15  # seconds kept around what is said in a sample
_SHOWN = 1_600  # pixels on the longer side of a picture that asks
_TOLD = 1_024  # pixels on the longer side of a picture a model looks at
_REFERENCE = 2_048  # pixels on the longer side of a photo that a painter starts from
_QUALITY, _FINE_QUALITY = 88, 93
_SHORTEST = 1.0  # seconds of a passage, and by so much times may be off at the end
_FACE_SIDE = 720  # pixels of the shorter side of a scene in which a face is looked for
_SCENE_FPS = 25


def look(photo: Path, detector: Path | None, proposals: Path | None, taps: Taps) -> Sight:
    """What is on the photo."""
    from pipeline.puppet.look import look as see

    return see(photo, detector, proposals, taps)


def snapshot(photo: Path, out: Path) -> None:
    """Write the photo as it is shown to a model: an upright JPEG, bare of where and when it was taken."""
    from PIL import Image

    from pipeline.puppet.photo import upright

    Image.fromarray(upright(photo, _TOLD)).save(out, "JPEG", quality=_QUALITY)


def show(photo: Path, sight: Sight, chosen: int | None, marked: Path, grid: Path) -> Box:
    """Write the photo with its marks as JPEG, and the part of it about the pet with numbered fields.

    Args:
        chosen: the number from 0 of the pet that a person chose: the numbers shown stay those of the choice.

    Returns:
        The part shown as a grid, in the upright photo's pixels.
    """
    from PIL import Image

    from pipeline.puppet import marks
    from pipeline.puppet.photo import upright
    from pipeline.puppet.place import Place

    picture = upright(photo, _SHOWN)
    near = Place(picture.shape[1] / sight.width)
    pets = tuple(near.put_pet(pet if pet.found else _bare(pet)) for pet in sight.pets)
    first, rest, at = pets[:1], pets[1:], chosen or 0
    drawn = marks.marked(picture, (*rest[:at], *first, *rest[at:]))
    Image.fromarray(drawn).save(marked, quality=_QUALITY)
    high, wide = picture.shape[:2]
    about = _within(pets[0].box if pets else Box(x=0, y=0, w=wide, h=high), wide, high)
    Image.fromarray(marks.gridded(picture, about)).save(grid, quality=_QUALITY)
    scale = 1 / near.scale
    return Box(x=about.x * scale, y=about.y * scale, w=about.w * scale, h=about.h * scale)


def _bare(pet: Pet) -> Pet:
    """The pet without what was only guessed about its face."""
    return pet.model_copy(update={"eyes": None, "nose": None, "mouth": None, "lip": ()})


def _within(box: Box, wide: int, high: int) -> Box:
    """The box on whole pixels inside the picture."""
    left, top = max(0, round(box.x)), max(0, round(box.y))
    right, bottom = min(wide, round(box.x + box.w)), min(high, round(box.y + box.h))
    return Box(x=left, y=top, w=max(1, right - left), h=max(1, bottom - top))


def draw(photo: Path, sight: Sight, saliency: Path | None, out: Path, width: int, height: int) -> Framed:
    """Frame the photo for the canvas."""
    from pipeline.puppet.frame import frame

    return frame(photo, sight, saliency, out, width, height)


def reference(photo: Path, out: Path) -> None:
    """Write the photo as painters start from it: an upright JPEG of full worth, bare as a snapshot is."""
    from PIL import Image

    from pipeline.puppet.photo import upright

    Image.fromarray(upright(photo, _REFERENCE)).save(out, "JPEG", quality=_FINE_QUALITY)


def receive(
    picture: Path, weights: tuple[Path | None, Path | None, Path | None], canvas: tuple[int, int], out: Path
) -> Sight:
    """What is on a drawn picture; the pane as the film will show it is written as JPEG.

    Args:
        weights: of detector, face proposals and saliency.

    Raises:
        Failed: it is no picture, or none a face can be worked on in.
    """
    from PIL import Image

    from pipeline.puppet.frame import frame
    from pipeline.puppet.look import look as see

    pane = out.with_suffix(".png")
    try:
        sight = see(picture, weights[0], weights[1], Taps())
        frame(picture, sight, weights[2], pane, *canvas)
    except BadInput as unusable:
        raise Failed("image.unusable", {}, repr(unusable)) from unusable
    with Image.open(pane) as whole:
        whole.convert("RGB").save(out, "JPEG", quality=_QUALITY)
    return sight


def hear(sound: Path, lines: int | None) -> Heard:
    """What is in a sound, over its own channels."""
    from pipeline.film import sound as files
    from pipeline.sound import hear as hearing

    return hearing.hear(files.read(sound, _HERTZ), _HERTZ, lines)


def passage(sound: Path, start: float, end: float | None, most: float, out: Path) -> float:
    """Write a part of a sound or film as WAV, and return its seconds.

    Args:
        end: None takes `most` seconds, or what there is.

    Raises:
        BadInput: `link.beyond_end`, it is not that long; `link.not_a_video`, `link.no_sound`.
    """
    from pipeline.film import sound as files

    try:
        samples, there = files.excerpt(sound, start, end or start + most, _HERTZ)
    except BadInput as error:
        key = "link.no_sound" if error.key == "sound.no_sound" else "link.not_a_video"
        raise BadInput(key, {}, error.cause) from error
    seconds = len(samples) / _HERTZ
    if seconds < _SHORTEST or (end is not None and there < end - _SHORTEST):
        minutes, rest = divmod(int(there), 60)
        raise BadInput("link.beyond_end", {"length": f"{minutes}:{rest:02}"})
    files.write(out, samples, _HERTZ)
    return seconds


def preset(name: str | None, role: Role) -> str:
    """The name we know a preset by, whichever of its names was given; without one, the role's first."""
    from pipeline.sound import presets as voices

    return voices.find(name or voices.names(role)[0]).name


def presets(role: Role) -> tuple[str, ...]:
    """The names of a role's preset voices."""
    from pipeline.sound import presets as voices

    return voices.names(role)


def gather(
    paths: Sequence[Path], lines: int, role: Role, out: Path, lifted: bool = False
) -> tuple[Span, ...]:
    """Put recordings into one sound, one piece per line: a file each, or one file cut at its pauses.

    Args:
        lifted: move each line to a child's register.

    Raises:
        BadInput: the recordings do not make that many lines.
    """
    from pipeline.film import sound as files
    from pipeline.sound import cut, speech

    sounds = [_mono(files.read(path, _HERTZ)) for path in paths]
    if len(sounds) == 1:
        try:
            spans = cut.spans(sounds[0], _HERTZ, lines)
        except BadInput as unclear:  # whose recording it is decides who is asked again
            raise BadInput(unclear.key, {**unclear.fields, "role": role}) from unclear
        pieces = cut.pieces(sounds[0], _HERTZ, spans)
    elif len(sounds) == lines:
        pieces = tuple(_only(sound) for sound in sounds)
    else:
        key = "lines.count_person" if role == "person" else "lines.count_pet"
        raise BadInput(key, {"files": str(len(paths)), "lines": str(lines)})
    if lifted:
        from pipeline.sound import tune

        pieces = tuple(tune.lifted(piece, _HERTZ) for piece in pieces)
    joined, spans = speech.join(pieces, _HERTZ)
    files.write(out, joined, _HERTZ)
    return spans


def divide(
    paths: Sequence[Path], lines: Sequence[str], lang: Lang, words: Sequence[Word], out: Path
) -> tuple[Span, ...]:
    """Put what a voice said into one sound with even pauses: one file of all lines, or one for each.

    Raises:
        Failed: that is not what it was to say; `paths` are as they were.
    """
    from pipeline.film import sound as files
    from pipeline.sound import cut, divide, speech
    from pipeline.themes.words import syllables

    try:
        sounds = [_mono(files.read(path, _HERTZ)) for path in paths]
    except BadInput as unread:
        raise Failed("voice.no_sound", {}, repr(unread)) from unread
    if len(sounds) == 1:
        said = [(word.text, word.start, word.end) for word in words]
        counts = [syllables(line, lang) for line in lines]
        spans = divide.spans(sounds[0], _HERTZ, lines, counts, said)
        pieces = cut.pieces(sounds[0], _HERTZ, spans)
    else:
        pieces = tuple(
            cut.pieces(sound, _HERTZ, divide.spans(sound, _HERTZ, [line], [syllables(line, lang)]))[0]
            for sound, line in zip(sounds, lines, strict=True)
        )
    joined, spans = speech.join(pieces, _HERTZ)
    files.write(out, joined, _HERTZ)
    return spans


def excerpt(sample: Path, seconds: tuple[float, float], out: Path) -> None:
    """Write the part of a sample that a vendor learns from: one channel from its first word on, no longer
    than is wanted; what is too short has silence behind it.

    Raises:
        BadInput: nobody speaks in it.
    """
    import numpy as np

    from pipeline.film import sound as files
    from pipeline.sound import cut

    least, most = (round(each * _SAMPLED) for each in seconds)
    whole = _mono(files.read(sample, _SAMPLED))
    words = cut.stretches(whole, _SAMPLED)
    if not words:
        raise BadInput("sound.silence")
    first = max(0, round((words[0][0] - _LEAD) * _SAMPLED))
    last = min(round((words[-1][1] + _LEAD) * _SAMPLED), first + most)
    part = whole[first:last]
    files.write(out, np.pad(part, (0, max(0, least - len(part)))), _SAMPLED)


class Kokoro(Noun):
    """Where the natural voice's parts lie; None where they were not fetched."""

    model: Path | None
    vocab: Path | None
    voices: Path | None


def speak(ask: SpeakAsk, kokoro: Kokoro, out: Path) -> Spoken:
    """Speak the lines in one take, with the natural voice or, without its weights, with espeak-ng."""
    from pipeline.film import sound as files
    from pipeline.sound import presets, speech
    from pipeline.sound.tune import Portrait

    preset = presets.find(ask.voice or presets.names(ask.role)[0])
    like = Portrait.model_validate_json(ask.params) if ask.params else None
    told, spans = speech.one_take(ask.lines, ask.lang, preset, _loaded(kokoro), like, ask.pause)
    files.write(out, told.samples, told.hertz)
    voice = f"stand-in:{preset.name}" if like else preset.name
    return Spoken(spans=spans, seconds=len(told.samples) / told.hertz, voice=voice)


@cache
def _loaded(kokoro: Kokoro) -> "kokoros.Kokoro | None":
    """The voice model, once per worker process; its room is closed when the stage is entered."""
    from pipeline.sound import kokoro as kokoros

    if not (kokoro.model and kokoro.vocab and kokoro.voices):
        return None
    return kokoros.Kokoro(kokoro.model, kokoro.vocab, kokoro.voices)


def portrait(sample: Path) -> str:
    """Learn a voice's register and colour from a sample, as JSON.

    Raises:
        BadInput: the sample is too poor to learn from; the key says why.
    """
    from pipeline.film import sound as files
    from pipeline.sound import hear as hearing
    from pipeline.sound import tune

    samples = files.read(sample, _HERTZ)
    heard = hearing.hear(samples, _HERTZ)
    if heard.verdict == "poor":
        raise BadInput(heard.reasons[0], {"seconds": f"{heard.seconds:.1f}"})
    learnt = tune.portrait(_mono(samples), _HERTZ)
    if learnt is None:
        raise BadInput("sound.little_speech")
    return learnt.model_dump_json()


def perform(job: Job, part: tuple[int, int], out: Path, *, tell: Tell) -> Track:
    """Draw pictures `part[0]` to `part[1]` of the performance into an MP4; returns their mouths."""
    import numpy as np
    from PIL import Image

    from pipeline.film import encode
    from pipeline.film import sound as files
    from pipeline.film import timeline as timing
    from pipeline.puppet import tracks
    from pipeline.puppet.puppet import Duet, Puppet

    with Image.open(job.frame) as image:
        picture = np.asarray(image.convert("RGB"))
    whole = _mono(files.read(job.speech, _HERTZ))
    sounds = _by_cue(job.timeline, "pet", whole, job.spans)
    pet, second = job.framed.pet, job.framed.second
    first, last = part
    height, width = picture.shape[:2]
    draw: Callable[[int], NDArray[np.uint8]]
    if pet and second and any(cue.speaker == "pet2" for cue in job.timeline.cues):
        own = [timing.pet_sound(job.timeline, sounds, _HERTZ, (each,)) for each in ("pet", "pet2")]
        both = tracks.play_both((own[0], own[1]), _HERTZ, job.timeline, (pet, second))
        duet = Duet(picture, (pet, second), floor=job.framed.floor)
        draw, mouth = partial(duet.draw, both), partial(duet.mouth_box, both)
        openness = np.maximum(both[0].open, both[1].open)
    else:
        heard = timing.pet_sound(job.timeline, sounds, _HERTZ)
        played = tracks.play(heard, _HERTZ, job.timeline, pet)
        puppet = Puppet(picture, pet, floor=job.framed.floor)
        draw, mouth, openness = partial(puppet.draw, played), partial(puppet.mouth_box, played), played.open
    with encode.Clip(out, width, height, job.timeline.fps) as clip:
        for n in range(first, last):
            clip.add(draw(n))
            tell((n + 1 - first) / (last - first))
    boxes = tuple(mouth(n) for n in range(first, last))
    return Track(mouths=boxes, openness=tuple(float(each) for each in openness[first:last]))


def join(parts: Sequence[Path], out: Path) -> None:
    """Put the pieces of a performance one behind the other."""
    from pipeline.film import encode

    encode.join(parts, out)


def sent(speech: Path, spans: Sequence[Span], quiet: Span, out: Path) -> tuple[tuple[Span, ...], float]:
    """Write the part of a sound that one job is made of: some lines and what lies between them, with seconds
    of quiet before and after; return where each line lies in it, and its length in seconds."""
    import numpy as np

    from pipeline.film import sound as files

    first, last = spans[0][0], spans[-1][1]
    whole = _mono(files.read(speech, _HERTZ))[round(first * _HERTZ) : round(last * _HERTZ)]
    before, after = (np.zeros(round(seconds * _HERTZ), np.float32) for seconds in quiet)
    padded = np.concatenate([before, whole, after])
    files.write(out, padded, _HERTZ)
    moved = quiet[0] - first
    return tuple((start + moved, end + moved) for start, end in spans), len(padded) / _HERTZ


def silence(seconds: float, out: Path) -> None:
    """Write a sound in which nothing is heard: what is sent to a model that speaks for itself."""
    import numpy as np

    from pipeline.film import sound as files

    files.write(out, np.zeros(round(seconds * _HERTZ), np.float32), _HERTZ)


def overhear(clip: Path, lines: Sequence[str], lang: Lang, out: Path) -> tuple[Span, ...]:
    """Where lines lie in a clip whose model says them by itself; its sound is written as long as it is, with
    silence between them. Where no way of cutting gives lines of the right lengths, it is guessed.

    Raises:
        Failed: the clip is none, or nobody speaks in it.
    """
    import numpy as np

    from pipeline.film import judged
    from pipeline.film import sound as files
    from pipeline.sound import cut, divide
    from pipeline.themes.words import syllables

    judged.judge(clip, None, 1.0)
    try:
        heard = _mono(files.read(clip, _HERTZ))
    except BadInput as mute:
        raise Failed("performance.silent", {}, mute.key) from mute
    counts = [syllables(line, lang) for line in lines]
    try:
        found = divide.spans(heard, _HERTZ, lines, counts)
    except Failed as unclear:
        if unclear.key == "voice.silent_take":
            raise Failed("performance.silent", {}, unclear.key) from unclear
        found = divide.guessed(heard, _HERTZ, counts)
    where = cut.roomy(found, len(heard) / _HERTZ)
    alone = np.zeros_like(heard)
    for start, end in where:
        first, last = round(start * _HERTZ), round(end * _HERTZ)
        alone[first:last] = cut.faded(heard[first:last], _HERTZ)
    files.write(out, alone, _HERTZ)
    return where


def chain(paths: Sequence[Path], out: Path) -> tuple[float, ...]:
    """Put sounds one behind the other; return when each of them begins."""
    import numpy as np

    from pipeline.film import sound as files

    sounds = [_mono(files.read(path, _HERTZ)) for path in paths]
    files.write(out, np.concatenate(sounds), _HERTZ)
    lengths = [len(each) / _HERTZ for each in sounds]
    return tuple(sum(lengths[:number]) for number in range(len(lengths)))


class Worth(Noun):
    """A vendor's clip that is one: seconds by which its sound is late, and whether its mouth follows ours."""

    late: float
    follows: bool


def judge(clip: Path, sound: Path | None, seconds: float, strict: bool) -> Worth:
    """What a vendor's clip is worth; `sound` is what was sent for it to say, None where it only moves.

    Raises:
        Failed: nothing.
    """
    from pipeline.film import judged

    found = judged.judge(clip, sound, seconds)
    return Worth(late=found.late, follows=sound is not None and judged.follows(found, strict=strict))


def scene(clip: Path, frame: Path, seconds: float, out: Path) -> None:
    """Make a scene as long as a sound, of the frame's shape and large enough for whoever looks for faces."""
    from PIL import Image

    from pipeline.film import stage as stages

    with Image.open(frame) as image:
        wide, high = image.size
    scale = max(1.0, _FACE_SIDE / min(wide, high))
    size = round(wide * scale / 2) * 2, round(high * scale / 2) * 2
    stages.swung(clip, size, _SCENE_FPS, seconds, out)


class Played(Noun):
    """One vendor's clip: which cues it says, by index, and where each lies in it, in seconds; `follows`: its
    mouth moves with them."""

    clip: Path
    cues: tuple[int, ...]
    spans: tuple[Span, ...]
    follows: bool = True


def stage(job: Job, parts: tuple[Played, ...], out: Path, *, tell: Tell) -> Track:
    """Make the film's performance of clips in which only the pet's speech is; return its mouths."""
    import numpy as np
    from PIL import Image

    from pipeline.film import sound as files
    from pipeline.film import stage as stages
    from pipeline.film import timeline as timing
    from pipeline.puppet import lipsync, tracks
    from pipeline.puppet.puppet import Puppet

    with Image.open(job.frame) as image:
        picture = np.asarray(image.convert("RGB"))
    sounds = _by_cue(job.timeline, "pet", _mono(files.read(job.speech, _HERTZ)), job.spans)
    heard = timing.pet_sound(job.timeline, sounds, _HERTZ)
    puppet = Puppet(picture, job.framed.pet)
    listening = tracks.play(np.zeros_like(heard), _HERTZ, job.timeline, job.framed.pet)
    given = [
        stages.Part(
            clip=part.clip,
            cues=tuple((cue, *span) for cue, span in zip(part.cues, part.spans, strict=True)),
            follows=part.follows,
        )
        for part in parts
    ]
    high, wide = picture.shape[:2]
    stages.stage(given, job.timeline, (wide, high), lambda n: puppet.draw(listening, n), out, tell)
    frames, fps = job.timeline.frames, job.timeline.fps
    box = _mouth_about(puppet.mouth_box(tracks.still(1), 0), job.framed.pet, wide, high)
    shut = tuple(0.0 for _ in range(frames))
    if not all(part.follows for part in parts):
        return Track(mouths=(box,) * frames, openness=shut)
    lines = [(cue.start, cue.end) for cue in job.timeline.cues if cue.speaker != "person"]
    openness, _ = lipsync.openings(heard, _HERTZ, frames, fps, lines)
    return Track(mouths=(box,) * frames, openness=tuple(float(each) for each in openness))


def _mouth_about(mouth: Box | None, pet: Pet | None, wide: int, high: int) -> Box:
    """Where the mouth of somebody who moves freely is at most: about the one on the first frame, else the
    lower half of the head, else of the picture's middle."""
    if mouth is not None:
        return Box(x=mouth.x - mouth.w * 0.3, y=mouth.y - mouth.h, w=mouth.w * 1.6, h=mouth.h * 3)
    if pet is not None:
        box = pet.box
        return Box(x=box.x + box.w * 0.25, y=box.y + box.h * 0.25, w=box.w * 0.5, h=box.h * 0.3)
    return Box(x=wide * 0.3, y=high * 0.45, w=wide * 0.4, h=high * 0.2)


class Finishing(Noun):
    """Everything the cutting room needs; the film, cover and sidecar are written into `folder`. `bed` is a
    name, "off", or empty for what suits the pet; `music` plays instead of one; `again`: the check held
    something against the film as it was made first."""

    performance: Path
    framed: Framed
    track: Track
    timeline: Timeline
    title: tuple[str, ...]
    lang: Lang
    look: str
    captions: bool = True
    stickers: bool | None = None
    pet_sound: Path
    pet_spans: tuple[Span, ...]
    person_sound: Path
    person_spans: tuple[Span, ...]
    font_cute: Path | None
    font_sans: Path | None
    label: str
    producer: str
    produce_id: str
    max_bytes: int
    bed: str = ""
    music: Path | None = None
    credentials: Credentials | None = None
    again: bool = False
    folder: Path


def finish(work: Finishing, *, tell: Tell) -> tuple[str, ...]:
    """Cut the film, its cover and its sidecar into the folder; returns text keys of what is not as asked."""
    from pipeline.film import cut

    job = _job(work)
    cut.cut(job, tell)
    return ("film.music_unusable",) if work.music is not None and job.music is None else ()


def square(work: Finishing, *, tell: Tell) -> None:
    """Cut the square film into the folder."""
    from pipeline.film import cut
    from pipeline.film import square as squares

    cut.cut(squares.squared(_job(work)), tell)


def teaser(film: Path, out: Path) -> None:
    """Write a film's animated preview: a picture that moves, or a film without sound for an `.mp4`."""
    from pipeline.film import teaser as teasers

    (teasers.loop if out.suffix == ".mp4" else teasers.teaser)(film, out)


def export(work: Finishing, cover: Path, out: Path) -> None:
    """Write the film's editing project."""
    from pipeline.film import project

    project.project(_job(work), cover, out)


def _job(work: Finishing) -> "CutJob":
    """The edit of a film; every line's sound is written into the folder."""
    from pipeline.film import bed, cut, mix
    from pipeline.film.emptied import emptied

    layout = work.framed.layout if work.captions else emptied(work.framed.layout)
    heads, faces = _heads(work.framed, layout)
    moods = [mood for mood in bed.MOODS if mood == work.bed]
    playable = work.music is not None and mix.plays(work.music, work.timeline.seconds)
    return cut.CutJob(
        performance=work.performance,
        layout=layout,
        timeline=work.timeline,
        track=_on_canvas(work.track, layout),
        heads=heads,
        faces=faces,
        title=work.title,
        lang=work.lang,
        look=work.look,
        captions=work.captions,
        stickers=work.stickers,
        sounds=_line_files(work),
        label=work.label,
        producer=work.producer,
        produce_id=work.produce_id,
        font_cute=work.font_cute,
        font_sans=work.font_sans,
        out=work.folder / "film.mp4",
        cover=work.folder / "cover.jpg",
        max_bytes=work.max_bytes,
        bed=None if work.bed == "off" else moods[0] if moods else bed.suiting(work.timeline),
        music=work.music if playable else None,
        credentials=work.credentials,
        again=work.again,
    )


_EARS, _CHEEKS = 0.25, 0.12  # of a head, from its top and its sides: they may be covered, a face not
_UPPER = 0.6  # of an animal whose face nobody is sure of


def _heads(framed: Framed, layout: Layout) -> tuple[tuple[Box, ...], tuple[Box, ...]]:
    """The heads of those in the picture, and what of them is never covered; on the canvas."""
    from pipeline.puppet.composition import head_box

    known = [head_box(pet) for pet in (framed.pet, framed.second) if pet and pet.found]
    unsure = [pet.box for pet in (framed.pet, framed.second) if pet and not pet.found]
    upper = [Box(x=box.x, y=box.y, w=box.w, h=box.h * _UPPER) for box in (*unsure, *framed.others)]
    faces = [
        Box(
            x=head.x + _CHEEKS * head.w,
            y=head.y + _EARS * head.h,
            w=(1 - 2 * _CHEEKS) * head.w,
            h=(1 - _EARS) * head.h,
        )
        for head in known
    ]
    heads = tuple(_shifted(box, layout) for box in (*known, *upper))
    return heads, tuple(_shifted(box, layout) for box in (*faces, *upper))


def check(film: Path, channel: Literal["telegram", "feishu"] | None) -> Report:
    """The film's own report."""
    from pipeline.film import check as checking

    return checking.check(film, channel)


class Packed(Noun):
    """A film as it is handed to a messenger: the file that fits, its shape, and its small picture."""

    film: Path
    thumbnail: Path | None
    width: int
    height: int
    seconds: float


def pack(film: Path, cover: Path | None, most: int, folder: Path) -> Packed:
    """Make a film ready to be sent: encoded anew in `folder` only where it has more than `most` bytes.

    Raises:
        BadInput: it is no film. Failed: `film.too_big`, it does not fit at any quality.
    """
    from pipeline.film import fit, small
    from pipeline.film.probe import probe

    fitting = film
    if film.stat().st_size > most:
        fitting = folder / "film.mp4"
        fit.fit(film, fitting, most)
    thumbnail = None if cover is None else folder / "thumbnail.jpg"
    if cover and thumbnail:
        small.small(cover, thumbnail)
    told = probe(fitting)
    shape = {"width": told.width, "height": told.height, "seconds": told.seconds}
    return Packed(film=fitting, thumbnail=thumbnail, **shape)


def fit(film: Path, out: Path, most: int) -> int:
    """Write a film so that it has at most that many bytes, its sidecar beside it; returns how many it has.

    Raises:
        BadInput: it is no film. Failed: `film.too_big`, it does not fit at any quality.
    """
    import shutil

    from pipeline.film import fit as fitting
    from pipeline.film import sidecar

    size = fitting.fit(film, out, most)
    if film.resolve() != out.resolve() and sidecar.beside(film).is_file():
        shutil.copyfile(sidecar.beside(film), sidecar.beside(out))
    return size


def voice_note(sound: Path, out: Path) -> float:
    """Write a sound as a voice note, or as a small piece of music for an `.m4a`, and return its seconds."""
    from pipeline.film.note import note

    return note(sound, out)


def sheet(film: Path, out: Path) -> None:
    """A contact sheet of a film."""
    from pipeline.film import sheet as sheets

    sheets.sheet(film, out)


def _on_canvas(track: Track, layout: Layout) -> Track:
    """The mouths of a performance, moved to where its pane lies on the canvas."""
    moved = tuple(box and _shifted(box, layout) for box in track.mouths)
    return track.model_copy(update={"mouths": moved})


def _shifted(box: Box, layout: Layout) -> Box:
    """A box of the pane where it lies on the canvas."""
    return box.model_copy(update={"x": box.x + layout.pane.x, "y": box.y + layout.pane.y})


def _line_files(work: Finishing) -> dict[int, Path]:
    """Each cue's own sound as a file of its own."""
    from pipeline.film import sound as files

    takes: list[tuple[Role, Path, tuple[Span, ...]]] = [
        ("pet", work.pet_sound, work.pet_spans),
        ("person", work.person_sound, work.person_spans),
    ]
    found: dict[int, Path] = {}
    for role, path, spans in takes:
        if not spans:
            continue
        for index, samples in _by_cue(work.timeline, role, _mono(files.read(path, _HERTZ)), spans).items():
            found[index] = work.folder / f"line-{index}.wav"
            files.write(found[index], samples, _HERTZ)
    return found


def _by_cue(
    timeline: Timeline, role: Role, whole: "NDArray[np.float32]", spans: Sequence[Span]
) -> "dict[int, NDArray[np.float32]]":
    """Each cue's own sound, cut out of the role's one take."""
    cues = [cue.index for cue in timeline.cues if (cue.speaker == "person") == (role == "person")]
    cuts = [whole[round(start * _HERTZ) : round(end * _HERTZ)] for start, end in spans]
    return dict(zip(cues, cuts, strict=True))


def _mono(samples: "NDArray[np.float32]") -> "NDArray[np.float32]":
    mono: NDArray[np.float32] = samples.mean(axis=1)
    return mono


def _only(samples: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """One line alone: silence before and after it is trimmed, pauses inside stay."""
    from pipeline.sound import cut

    spans = cut.spans(samples, _HERTZ, None)
    if not spans:
        raise BadInput("sound.silence")
    return cut.pieces(samples, _HERTZ, ((spans[0][0], spans[-1][1]),))[0]
