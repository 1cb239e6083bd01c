"""An update as Telegram writes it: only what is used of it, so that new fields never get in the way."""

from pydantic import BaseModel, ConfigDict, Field

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of update that are asked for; Telegram remembers them, so they are told every time."""


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class User(_Wire):
    """A person or a bot."""

    id: int
    is_bot: bool = False
    language_code: str = ""


class Chat(_Wire):
    """A chat; `type` is private, group, supergroup or channel."""

    id: int
    type: str


class Entity(_Wire):
    """A marked piece of a text, counted in UTF-16 units."""

    type: str
    offset: int
    length: int
    user: User | None = None


class Document(_Wire):
    """A file, as it is announced: what the sender's client says of it."""

    file_id: str
    file_unique_id: str = ""
    file_size: int = 0
    file_name: str = ""
    title: str = ""
    width: int = 0
    height: int = 0


class Replied(_Wire):
    """The message that was answered."""

    message_id: int
    sender: User | None = Field(default=None, alias="from")


class Message(_Wire):
    """One message; a press on an old one has hardly more than its number."""

    message_id: int
    chat: Chat
    sender: User | None = Field(default=None, alias="from")
    edit_date: int = 0
    text: str = ""
    caption: str = ""
    entities: tuple[Entity, ...] = ()
    caption_entities: tuple[Entity, ...] = ()
    media_group_id: str = ""
    reply_to_message: Replied | None = None
    photo: tuple[Document, ...] = ()
    animation: Document | None = None
    audio: Document | None = None
    document: Document | None = None
    video: Document | None = None
    video_note: Document | None = None
    voice: Document | None = None
    migrate_to_chat_id: int | None = None
    migrate_from_chat_id: int | None = None
    # What nothing can be made of; that it is there is enough.
    checklist: object = None
    contact: object = None
    dice: object = None
    game: object = None
    location: object = None
    paid_media: object = None
    poll: object = None
    sticker: object = None
    story: object = None
    venue: object = None


class Press(_Wire):
    """A button that was pressed."""

    id: str
    sender: User = Field(alias="from")
    message: Message | None = None
    data: str = ""


class Member(_Wire):
    """How somebody stands in a chat."""

    status: str
    is_member: bool = True


class Membership(_Wire):
    """That we stand differently in a chat from now on."""

    chat: Chat
    new_chat_member: Member


class Update(_Wire):
    """One update; one of the others is there."""

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: Press | None = None
    my_chat_member: Membership | None = None
