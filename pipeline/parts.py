"""What steps hand to recipes: ids of kept files and a few small figures."""

from pydantic import Field

from pipeline.model import Fault, Span
from pipeline.ports.text import Likely
from storage.model import Noun


class Seen(Noun):
    """`sight` is the asset of a `Sight`; `mouth` is "found", "given" or "none"."""

    sight: str
    mouth: str


class Known(Noun):
    """`described` is the asset of a `Described`, empty where nobody in use sees; `marks`: the model is sure
    of where the mouth is."""

    described: str = ""
    marks: bool = False


class Shown(Noun):
    """`marked` is the photo with marks; `grid` the part of it inside `box` ("x,y,w,h") with numbered fields,
    empty where the face is sure: then the same are `cells` and `around`. `width` and `height` are the upright
    photo's pixels."""

    marked: str
    grid: str = ""
    box: str = ""
    cells: str = ""
    around: str = ""
    species: str = ""
    pets: int = 0
    width: int
    height: int
    reason: str = ""


class Brought(Noun):
    """A part of what lay behind a link, as a sound."""

    sound: str
    seconds: float


class Judged(Noun):
    """What a sample is worth: `reasons` are text keys, the weightiest first."""

    seconds: float
    verdict: str
    reasons: tuple[str, ...] = ()


class Previewed(Noun):
    """A sentence in a voice just learnt; empty where hearing it would already be buying it."""

    sound: str


class Auditioned(Noun):
    """Each preset's short line, by the preset's name."""

    sounds: dict[str, str]


class Scripted(Noun):
    """`script` is the asset of a `Script`; `exact` is False when the theme was only the nearest one."""

    script: str
    exact: bool = True


class Options(Noun):
    """Assets of the script options, best first, and the same as JSON for whoever shows them."""

    scripts: tuple[str, ...]
    texts: tuple[str, ...] = ()
    exact: bool = True


class Edited(Noun):
    """The changed script, as an asset and as JSON for whoever shows it."""

    script: str
    text: str


class Picture(Noun):
    """One drawn picture as it came, and as the film shows it. `mouth` is "found", or "none" where no face in
    it is sure; `same`: the pet in it is the one on the photo, as far as a model that sees can tell."""

    picture: str
    shown: str
    mouth: str
    same: Likely = "unsure"


class Painted(Noun):
    """Pictures that came, by the number they were asked under."""

    pictures: dict[str, Picture]


class Compared(Noun):
    """For each picture (by its asset) whether the pet on the photo is in it. `doubt` is the vendor that gave
    no answer and may have charged for one, with how much; empty where there is none."""

    same: dict[str, Likely]
    doubt: dict[str, str] = Field(default_factory=dict)


class Drawn(Noun):
    """`frame` is a PNG, `framed` the asset of a `Framed`."""

    frame: str
    framed: str


class Shot(Noun):
    """What a vendor performed: `clip` is the asset of the clip as it came, `spans` where each of its lines
    lies in it, in seconds; `follows`: the mouth moves with them."""

    clip: str
    spans: tuple[Span, ...]
    follows: bool = True


class Voiced(Noun):
    """A clip in which a model says lines by itself, and its sound with silence between them, as long."""

    shot: Shot
    sound: str


class Speech(Noun):
    """One role's lines in one sound (mono WAV), and where each lies in it, in seconds; `shots` are the clips
    it was taken from, in order, where a model said them by itself."""

    sound: str
    spans: tuple[Span, ...]
    shots: tuple[Shot, ...] = ()


class Said(Noun):
    """`speech` is the asset of a `Speech`; `voice` is what spoke: a preset, "stand-in", "recorded",
    "lifted", or "own" for the voice of the model that performs, whose vendor is `maker`."""

    speech: str
    voice: str
    maker: str = ""


class Learnt(Noun):
    """A voice made from a sample: the params are for the vendor that made it. `likeness` is "clone" or
    "stand-in", `demo` the asset of a line it was tried with; both empty where there is none. "own":
    whoever performs speaks by itself, and nothing has to be learnt."""

    vendor: str
    params: str
    likeness: str = ""
    demo: str = ""


class Arranged(Noun):
    """`timeline` is the asset of a `Timeline`."""

    timeline: str
    seconds: float


class Animated(Noun):
    """`clip` is the performance, `track` the asset of its `Track` in pane pixels; `notes` are text keys of
    what is not as one might expect, such as a voice laid over a mouth that does not follow."""

    clip: str
    track: str
    notes: tuple[str, ...] = ()


class Ingredients(Noun):
    """What a film was cut from: assets, as the cut was handed them, and how it was dressed; `music` and
    `stickers` as in the brief."""

    script: str
    framed: str
    clip: str
    track: str
    timeline: str
    pet: str
    person: str
    look: str
    captions: bool
    stickers: bool | None = None
    music: str = ""


class Cut(Noun):
    """The finished film with its cover and sidecar; `parts` is the asset of its `Ingredients`; `notes` are
    text keys of what is not as it was asked for."""

    film: str
    cover: str
    sidecar: str
    seconds: float
    parts: str = ""
    notes: tuple[str, ...] = ()


class Exported(Noun):
    """An editing project, as an archive."""

    archive: str


class Varied(Noun):
    """The film in another shape, or a glimpse of it; a film has a cover and a sidecar of its own."""

    file: str
    cover: str = ""
    sidecar: str = ""


class Checked(Noun):
    """The film's report, kept; `sendable` says whether it may leave, `faults` are the keys of what was found,
    `stopping` is that of it which stops the film, whole."""

    report: str
    sendable: bool
    faults: tuple[str, ...]
    stopping: tuple[Fault, ...] = ()


class Told(Noun):
    """The state a project was left in, and what its making did cost as people write it; empty: nothing."""

    state: str
    cost: str = ""
