"""What a conversation remembers, and what one turn of it brings about."""

import hashlib
from typing import Literal

from pydantic import ConfigDict, Field

from bot.messages import Errand, File, Outgoing
from pipeline.model import Box
from pipeline.quote import Prices
from storage.model import Address, Brief, Lang, Noun, Point, Script

CELLS = 6  # numbered fields along each side of the grid a mouth is pointed out on

Extra = Literal["project", "square", "preview"]
"""What else is made of a finished film."""

What = Literal[
    "frame",
    "pictures",
    "scripts",
    "edit",
    "voice",
    "link",
    "audition",
    "film",
    "project",
    "square",
    "preview",
]
Role = Literal["pet", "person"]
Mood = Literal["sadder", "happier", "slyer"]


class _Kept(Noun):
    """What is stored with a chat: a field this version does not know any more is let go."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Seen(_Kept):
    """What was found on a photo, and the picture that shows it.

    `width` and `height` are the upright photo's pixels; `box` is the part of it that `picture` shows when it
    is a grid, else None. `cells` and `around` are a grid and its part for when the marks turn out to be off.
    `mouth` is "found", "given" or "none".
    """

    photo: str
    mouth: str
    species: str = ""
    pets: int = 1
    picture: str = ""
    width: float = 1.0
    height: float = 1.0
    box: Box | None = None
    cells: str = ""
    around: Box | None = None


class Offered(_Kept):
    """A picture that was drawn: as it came, and as the film shows it. `mouth` is "none" where no face in it
    is sure, `same` "no" where it is another pet."""

    asset: str
    shown: str
    mouth: str = "found"
    same: str = "unsure"


class Made(_Kept):
    """A finished film; `parts` is what it was cut from, `extras` the files of what else was made of it."""

    project: str
    title: str
    film: str
    cover: str
    caption: str
    sidecar: str = ""
    parts: str = ""
    extras: dict[Extra, tuple[str, ...]] = Field(default_factory=dict)


class Clip(_Kept):
    """A part of what lies behind a link, in seconds; without an end as much as is needed."""

    link: str
    start: float = 0.0
    end: float | None = None


class Later(_Kept):
    """Something that came while a film was being made."""

    text: str = ""
    files: tuple[File, ...] = ()


class Talk(_Kept):
    """One chat as it stands; JSON-able, and every field has a default, so that an older one can be read.

    `wanted` are questions asked out of order, the last one on top: a side question, or an answer to be given
    anew. `round` counts questions: a button of another round is stale. `question` is what was asked last.
    `options` are the scripts on offer as shown; `offers` counts the offers. `running` are makings under way
    by id, `stopped` the films among them that were stopped last; `last` names messages by their role, so that
    a later one can take their place. `quoted` is the plan and price shown last, `doubt` the take that may
    have been charged, `filmed` the brief the last film was made from. `likeness` is what the sample `learnt`
    became, "clone" or "stand-in". `draws`: pictures can be drawn here; `pictures` are those on offer,
    drawn by the wish `painted`; `framed` is the photo for which it is settled what the film begins with.
    `own` is how the voice made after the sample that was learnt last sounds; `listening` while somebody waits
    to hear voices.
    """

    version: int = 1
    address: Address
    chat: str
    project: str
    lang: Lang = "zh"
    lang_chosen: bool = False
    film: int = 1
    turn: int = 0
    round: int = 0
    question: str = ""
    wanted: tuple[str, ...] = ()
    brief: Brief = Brief()
    options: tuple[Script, ...] = ()
    offers: int = 0
    edits: tuple[tuple[int, str], ...] = ()
    mood: Mood | None = None
    seen: Seen | None = None
    draws: bool = False
    pictures: tuple[Offered, ...] = ()
    framed: str = ""
    painted: str = ""
    points: tuple[Point, ...] = ()
    voice_over: bool = False
    consent: str = ""
    learnt: str = ""
    likeness: str = ""
    approved: str = ""
    whole: tuple[Role, ...] = ()
    recording: Role | None = None
    clip: Clip | None = None
    pending: tuple[File, ...] = ()
    spare: tuple[File, ...] = ()
    later: tuple[Later, ...] = ()
    words: str = ""
    auditions: dict[str, str] = Field(default_factory=dict)
    listening: bool = False
    own: str = ""
    running: dict[str, What] = Field(default_factory=dict)
    stopped: tuple[str, ...] = ()
    quoted: str = ""
    doubt: str = ""
    filmed: Brief | None = None
    last: dict[str, str] = Field(default_factory=dict)
    done: bool = False
    films: tuple[Made, ...] = ()


class Means(Noun):
    """What the vendors in use can do, as far as the conversation's words depend on it.

    `edits`: a text model changes a script as free words wish; `pictures`: an image vendor draws new scenes;
    `clones`: a voice vendor makes a real clone of a sample, else it is a stand-in. `prices`: who may be asked
    for how much; without anybody hosted, money is not talked about. `width` of the house's films in pixels.
    """

    edits: bool = False
    pictures: bool = False
    clones: bool = False
    prices: Prices = Prices()
    width: int = 720


NOTHING_HOSTED = Means()


class Turn(Noun):
    """What one incoming message brings about; all of it is kept in one transaction.

    `cancel` are makings to stop. With `forget` everything of this person is removed first; then `talk` and
    `says` are kept like those of any turn.
    """

    talk: Talk
    says: tuple[Outgoing, ...] = ()
    errands: tuple[Errand, ...] = ()
    cancel: tuple[str, ...] = ()
    forget: bool = False


def fresh(address: Address, lang: Lang, born: str = "") -> Talk:
    """Return a chat in which nothing was said; `born` tells it from earlier ones of the same person."""
    return Talk(
        address=address,
        lang=lang,
        brief=Brief(lang=lang),
        chat=digest(address.channel, address.id),
        project=project_id(address, born),
    )


def project_id(address: Address, born: str) -> str:
    """Return a project's id: the person's, and what it began with; neither can be read from it."""
    return "chat-" + digest(address.channel, address.id, born)


def digest(*words: str) -> str:
    """Return sixteen letters that stand for these words."""
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]
