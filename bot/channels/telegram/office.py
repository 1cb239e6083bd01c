"""The office: what every kind of message is sent with: whom to, words with buttons, files by their names."""

import contextlib
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeVar

import structlog
from telegram import Bot, InlineKeyboardMarkup, InputFile, LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.channels.telegram import moves, shown, signs
from bot.channels.telegram.calls import Calls
from bot.channels.telegram.pace import Pace, hushed
from bot.channels.telegram.parts import place
from bot.channels.telegram.shown import Text
from pipeline.ports.errors import BadInput, Failed
from pipeline.studio import Studio
from storage import uploads
from storage.errors import StorageError
from storage.model import Asset

ANSWER, LEAVE = 120.0, 300.0
"""Seconds a file may take to be answered when it has left, and to leave."""

Sending = Callable[[str | InputFile], Awaitable[Message]]
Made = Callable[[Path, Path], Awaitable[Path]]
T = TypeVar("T")
_READ = 20.0
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_NAMES = 4_096
_ACTIONS = {
    "photo": ChatAction.UPLOAD_PHOTO,
    "voice": ChatAction.UPLOAD_VOICE,
    "audio": ChatAction.UPLOAD_VOICE,
    "document": ChatAction.UPLOAD_DOCUMENT,
}
_log = structlog.get_logger(__name__)


@dataclasses.dataclass(frozen=True)
class Where:
    """A chat, by the number it goes by now, and in a group whom of it."""

    chat: int
    user: int | None = None


class Office:
    """One per bot.

    Args:
        most_bytes: the largest upload; a film that is larger is encoded anew.
    """

    def __init__(self, bot: Bot, studio: Studio, pace: Pace, most_bytes: int) -> None:
        self.bot, self.studio, self.pace, self.most_bytes = bot, studio, pace, most_bytes
        self._moves = moves.Moves(studio.db)
        self.calls = Calls(pace, self._moves.note)
        # A file's name is good for one bot only, so it is kept under the bot's number.
        self._kept = f"telegram:{bot.token.partition(':')[0]}"
        self._names: dict[tuple[int, int], str] = {}

    async def where(self, address: str) -> Where:
        """Where an address is reached."""
        chat, _, user = address.partition(":")
        return Where(await self._moves.newest(int(chat)), int(user) if user else None)

    def busy(self, chat: int, action: str) -> contextlib.AbstractAsyncContextManager[None]:
        """Show a sign of life in a chat as long as the block lasts."""
        return signs.busy(self.bot, self.pace, chat, action)

    # words

    async def say(
        self, at: Where, said: Text, markup: InlineKeyboardMarkup | None = None, reply: int | None = None
    ) -> Message:
        """Send words."""

        async def send(said: Text, markup: InlineKeyboardMarkup | None) -> Message:
            return await self.calls.send(
                at.chat,
                lambda: self.bot.send_message(
                    at.chat,
                    said.words,
                    entities=said.entities or None,
                    reply_markup=markup,
                    link_preview_options=_NO_PREVIEW,
                    reply_parameters=ReplyParameters(reply, allow_sending_without_reply=True)
                    if reply
                    else None,
                    read_timeout=_READ,
                ),
            )

        return await self._plainly(send, said, markup)

    async def standing(self, receipt: str) -> tuple[int, int]:
        """The chat and number of a message that is to be changed.

        Raises:
            BadInput: its group has moved since, and left its messages behind.
        """
        chat, number = place(receipt)
        if await self._moves.newest(chat) != chat:
            raise BadInput("telegram.no_message")
        return chat, number

    async def rewrite(
        self, receipt: str, said: Text, markup: InlineKeyboardMarkup | None, *, now: bool = False
    ) -> None:
        """Put other words into a message.

        Args:
            now: rather not at all than later.
        """
        chat, number = await self.standing(receipt)

        async def edit(said: Text, markup: InlineKeyboardMarkup | None) -> None:
            change = self.calls.edit_now if now else self.calls.edit
            await change(
                chat,
                lambda: self.bot.edit_message_text(
                    said.words,
                    chat,
                    number,
                    entities=said.entities or None,
                    reply_markup=markup,
                    link_preview_options=_NO_PREVIEW,
                    read_timeout=_READ,
                ),
            )

        await self._plainly(edit, said, markup)

    async def _plainly(
        self,
        send: Callable[[Text, InlineKeyboardMarkup | None], Awaitable[T]],
        said: Text,
        markup: InlineKeyboardMarkup | None,
    ) -> T:
        """Send; what Telegram cannot read is our mistake, and goes once more without what may be wrong."""
        try:
            return await send(said, markup)
        except BadInput as error:
            if error.key != "telegram.malformed":
                raise
        _log.error("telegram.malformed", entities=len(said.entities), buttons=markup is not None)
        bare = Text(shown.pieces(said.words)[0])
        return await send(bare, markup if said.entities else None)

    async def addressed(self, at: Where, said: Text) -> Text:
        """What is asked of one person of a group is said to them; in a private chat it is as it was."""
        return said if at.user is None else shown.addressed(said, at.user, await self._name(at.chat, at.user))

    async def _name(self, chat: int, user: int) -> str:
        """What somebody is called in a group; kept in memory only."""
        if (chat, user) not in self._names:
            name = "🐾"
            with contextlib.suppress(TelegramError), hushed(self.pace, chat):  # a paw will do
                name = (await self.bot.get_chat_member(chat, user, read_timeout=5.0)).user.first_name or name
            if len(self._names) >= _NAMES:
                self._names.clear()
            self._names[chat, user] = name
        return self._names[chat, user]

    # files

    async def upload(
        self, at: Where, asset: str, form: str, send: Sending, *, made: Made | None = None
    ) -> Message:
        """Send a file by its name where Telegram has it already, else from the disk.

        Args:
            form: what it is sent as: photo, voice, audio, document.
            made: makes of the kept file the one that is sent, in an empty folder.
        """
        name = (await self.names(form, asset)).get(asset)
        if name:
            try:
                return await self.calls.send(at.chat, lambda: send(name))
            except BadInput as error:
                if error.key != "telegram.no_file":
                    raise
                await self.drop(asset)
        async with self.borrow(asset) as (path,), self.busy(at.chat, _ACTIONS[form]):
            with self.studio.bench() as folder:
                ready = await made(path, folder) if made else path
                sent = await self.calls.send(at.chat, lambda: _from(ready, send), upload=True)
        await self.note(form, {asset: _name(sent, form)})
        return sent

    async def kept(self, asset: str) -> Asset:
        """The row of a file.

        Raises:
            Failed: it is not kept any more.
        """
        try:
            return await self.studio.asset(asset)
        except LookupError as error:
            raise Failed("telegram.file_gone") from error

    async def names(self, form: str, *assets: str) -> dict[str, str]:
        """What Telegram calls files that it has got in that form."""
        return await uploads.known(self.studio.db, self._kept, form, assets)

    async def note(self, form: str, names: Mapping[str, str | None]) -> None:
        """Remember what it calls files."""
        for asset, name in names.items():
            if name:
                await uploads.note(self.studio.db, self._kept, asset, form, name)

    async def drop(self, *assets: str) -> None:
        """It does not know these any more."""
        for asset in assets:
            await uploads.drop(self.studio.db, self._kept, asset)

    @contextlib.asynccontextmanager
    async def borrow(self, *assets: str) -> AsyncIterator[list[Path]]:
        """Local files for the assets.

        Raises:
            Failed: one of them is not kept any more.
        """
        async with contextlib.AsyncExitStack() as stack:
            try:
                paths = await stack.enter_async_context(self.studio.borrow(*assets))
            except LookupError as error:
                raise Failed("telegram.file_gone") from error
            except StorageError as error:
                if error.key != "storage.blob_missing":
                    raise
                raise Failed("telegram.file_gone") from error
            yield paths


def opened(stack: contextlib.ExitStack, path: Path, *, name: str = "", attached: bool = False) -> InputFile:
    """A file to be sent straight from the disk, never whole in memory."""
    handle = stack.enter_context(path.open("rb"))
    return InputFile(handle, filename=name or path.name, attach=attached, read_file_handle=False)


async def _from(path: Path, send: Sending) -> Message:
    with contextlib.ExitStack() as stack:
        return await send(opened(stack, path))


def _name(message: Message, form: str) -> str | None:
    """What Telegram calls the file it has just got."""
    if message.photo:
        return message.photo[-1].file_id
    kinds = {"voice": message.voice, "audio": message.audio, "document": message.document}
    found = kinds.get(form)
    return found.file_id if found else None
