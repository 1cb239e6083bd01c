"""The room `stage` again: films cut, checked, and made fit for where they go."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipeline.crafts.samples import HERTZ, Role, by_cue, mono
from pipeline.model import Box, Credentials, Framed, Layout, Report, Span, Timeline, Track
from pipeline.ports.avatar import Tell
from storage.model import Lang, Noun

if TYPE_CHECKING:
    from pipeline.film.cut import CutJob

_EARS, _CHEEKS = 0.25, 0.12  # of a head, from its top and its sides: they may be covered, a face not
_UPPER = 0.6  # of an animal whose face nobody is sure of


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
        for index, samples in by_cue(work.timeline, role, mono(files.read(path, HERTZ)), spans).items():
            found[index] = work.folder / f"line-{index}.wav"
            files.write(found[index], samples, HERTZ)
    return found
