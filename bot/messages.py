"""What a conversation is made of, whatever the channel: what comes in, goes out, and is asked of makings."""

from typing import Literal

from pydantic import Field

from storage.model import Address, Lang, Notice, Noun, Point


class File(Noun):
    """A file somebody sent, kept already; `sort` is what it is, judged by its bytes, not by its name."""

    asset: str
    sort: Literal["picture", "sound", "video", "other"]
    name: str = ""
    bytes: int = 0


class Incoming(Noun):
    """One thing that reached us.

    `id` is the channel's own and unique for ever: the same twice is one. A `press` carries a button's value;
    a `tap` a place on a picture in fractions of its width and height (0..1), and the message it was on in
    `press`. A `notice` is how a making of this chat ended.
    """

    id: str
    address: Address
    at: float
    kind: Literal["start", "text", "files", "press", "tap", "notice"]
    lang: Lang | None = None
    text: str = ""
    files: tuple[File, ...] = ()
    press: str = ""
    tap: Point | None = None
    making: str = ""
    notice: Notice | None = None


class Button(Noun):
    """`value` comes back when it is pressed; its words are a text key with fields."""

    value: str
    key: str
    fields: dict[str, str] = Field(default_factory=dict)


class Outgoing(Noun):
    """One message to show.

    `key` and `fields` are its words; `body` follows them as it is (a script, a caption ready to copy).
    `assets` are shown: one picture, an album, voice notes, a film with its cover second, a document: a file
    to be saved under its label. `labels` are text keys, or words as they are. A `progress` message shows the
    strides of `making` and is edited until the making ends. `replaces` names an earlier message that this one
    takes the place of. `tappable`: a place on its picture may be pointed at.
    """

    id: str
    kind: Literal["say", "pictures", "voices", "film", "document", "progress"] = "say"
    key: str = ""
    fields: dict[str, str] = Field(default_factory=dict)
    body: str = ""
    buttons: tuple[tuple[Button, ...], ...] = ()
    assets: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    making: str = ""
    replaces: str = ""
    tappable: bool = False


class Errand(Noun):
    """A making to start: `making` is its id and so its idempotency key; `recipe` a function of `recipes`."""

    making: str
    recipe: Literal[
        "propose_scripts",
        "edit_script",
        "prepare_frame",
        "draw_frames",
        "prepare_voice",
        "bring_sound",
        "audition",
        "make_film",
        "edit_project",
        "vary_film",
        "redo_part",
    ]
    args: tuple[str | int, ...]
