"""What there is in a chat: people, messages with all they once were, buttons, media as it really is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tests.fakes.telegram.news import News

Json = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class Button:
    """An inline button as a person sees it; only one with `data` can be pressed."""

    words: str
    row: int
    data: str | None = None
    url: str | None = None
    copies: str | None = None
    style: str | None = None


@dataclass(frozen=True)
class Media:
    """A file in a message: what was told about it, and what it really is (`seconds` and pixels by looking).

    `oddities` lists what the real service takes without a word and people then complain about: a shape or
    length told wrongly, an index at the end, no thumbnail, a square tile.
    """

    kind: str
    content: bytes
    file_id: str
    unique: str
    size: int
    name: str | None = None
    mime: str | None = None
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    codec: str | None = None
    sound: str | None = None
    faststart: bool = False
    streaming: bool = False
    told: Json = field(default_factory=dict)
    thumbnail: bytes | None = None
    cover: bytes | None = None
    uploaded: bool = True
    oddities: tuple[str, ...] = ()


@dataclass(frozen=True)
class Version:
    """A message before an edit."""

    at: float
    content: Json
    markup: Json | None
    media: Media | None

    @property
    def text(self) -> str:
        """Its words then, or its caption."""
        return words_of(self.content)


@dataclass
class Message:
    """A message as it stands; `history` holds what it was before each edit, oldest first."""

    id: int
    chat: "Chat"
    sender: Json
    at: float
    content: Json
    mine: bool = False
    markup: Json | None = None
    media: Media | None = None
    extra: Json = field(default_factory=dict)
    reply_to: "Message | None" = None
    history: list[Version] = field(default_factory=list)
    edited_at: float | None = None
    deleted: bool = False
    reactions: dict[int, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Its words, or its caption."""
        return words_of(self.content)

    @property
    def kind(self) -> str:
        """`text`, or what it carries: photo, video, audio, voice, document, …"""
        return next((name for name in KINDS if name in self.content), "text")

    @property
    def album(self) -> str | None:
        """What joins the items of an album."""
        found = self.extra.get("media_group_id")
        return str(found) if found else None

    @property
    def buttons(self) -> list[Button]:
        """The inline buttons that are there now, row by row."""
        rows = (self.markup or {}).get("inline_keyboard", [])
        return [_button(row, shape) for row, shapes in enumerate(rows) for shape in shapes]

    def wire(self, nested: bool = False) -> Json:
        """The message as the Bot API writes it."""
        made = {"message_id": self.id, "from": self.sender, "chat": self.chat.wire(), "date": int(self.at)}
        made |= self.extra | self.content
        if self.edited_at is not None:
            made["edit_date"] = int(self.edited_at)
        if self.reply_to is not None and not nested:
            made["reply_to_message"] = self.reply_to.wire(nested=True)
        if self.markup and "inline_keyboard" in self.markup:
            made["reply_markup"] = self.markup
        return made

    def change(self, at: float, content: Json, markup: Json | None, media: Media | None) -> None:
        """Become another, and remember what it was."""
        self.history.append(Version(self.edited_at or self.at, self.content, self.markup, self.media))
        self.content, self.markup, self.media, self.edited_at = content, markup, media, at


KINDS = (
    "photo",
    "video",
    "animation",
    "audio",
    "voice",
    "video_note",
    "document",
    "sticker",
    "location",
    "contact",
    "poll",
    "dice",
)


@dataclass
class Chat:
    """A chat as its people see it."""

    id: int
    kind: str
    news: News = field(repr=False)
    title: str = ""
    opened: bool = True
    barred: str | None = None
    voices_forbidden: bool = False
    moved_to: int | None = None
    admin: bool = False
    members: set[int] = field(default_factory=set)
    everything: list[Message] = field(default_factory=list, repr=False)
    actions: list[tuple[float, str]] = field(default_factory=list, repr=False)
    drafts: list[str] = field(default_factory=list, repr=False)
    by_id: dict[int, Message] = field(default_factory=dict, repr=False)
    numbers: int = 0
    spoke: int = 0
    waiting_since: float | None = None

    @property
    def messages(self) -> list[Message]:
        """What can be seen, oldest first, edits applied."""
        with self.news.lock:
            return [message for message in self.everything if not message.deleted]

    @property
    def answers(self) -> list[Message]:
        """What the bot said, oldest first."""
        return [message for message in self.messages if message.mine]

    @property
    def texts(self) -> list[str]:
        """The words of what the bot said, captions too, oldest first."""
        return [message.text for message in self.answers]

    @property
    def last(self) -> Message | None:
        """The newest message."""
        seen = self.messages
        return seen[-1] if seen else None

    async def until(self, look: Callable[["Chat"], T | None], timeout: float = 10.0) -> T:  # noqa: ASYNC109 - the hand's promise
        """Wait until `look(chat)` finds something and return it.

        Raises:
            TimeoutError: nothing for that long; it tells the last few messages.
        """
        try:
            return await self.news.until(lambda: look(self), timeout)
        except TimeoutError:
            seen = [f"{'bot' if m.mine else 'person'} {m.kind}: {m.text}" for m in self.messages[-6:]]
            raise TimeoutError(f"chat {self.id} after {timeout} s shows {seen}") from None

    async def shows(self, words: str, timeout: float = 10.0) -> Message:  # noqa: ASYNC109 - the hand's promise
        """Wait until a message of the bot holds these words, or its caption does; return the newest."""
        return await self.until(
            lambda chat: next((m for m in reversed(chat.answers) if words in m.text), None), timeout
        )

    def wire(self) -> Json:
        """The chat as the Bot API writes it."""
        if self.kind == "private":
            return {"id": self.id, "type": "private", "first_name": self.title}
        return {"id": self.id, "type": self.kind, "title": self.title}


@dataclass
class User:
    """A person's account."""

    id: int
    name: str
    lang: str | None
    chat: Chat

    def wire(self) -> Json:
        """The account as the Bot API writes it."""
        made: Json = {"id": self.id, "is_bot": False, "first_name": self.name}
        return made | ({"language_code": self.lang} if self.lang else {})


def words_of(content: Json) -> str:
    """A content's text or caption."""
    return str(content.get("text", content.get("caption", "")))


def _button(row: int, shape: Json) -> Button:
    copies = shape.get("copy_text", {}).get("text")
    return Button(
        shape["text"], row, shape.get("callback_data"), shape.get("url"), copies, shape.get("style")
    )
