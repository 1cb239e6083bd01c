"""Signs of life: "typing…" at the top of a chat, while something is being prepared for it.

Telegram shows one for five seconds or until the next message. It is a courtesy: one that cannot be given is
left out, and nothing waits for it.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Final

from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.channels.telegram.pace import Pace, hushed
from storage import errands
from storage.db import Database
from storage.errors import StorageError

EVERY: Final = 4.0
_MOST = 30  # chats at a time: a sign for everybody would take the room of the messages
_LONGEST = 120.0  # seconds: what takes longer is told in words

# The film has its own message; the others are a sentence that says "in a moment".
_SIGNS: Mapping[str, str] = {
    "propose_scripts": ChatAction.TYPING,
    "prepare_frame": ChatAction.UPLOAD_PHOTO,
    "prepare_voice": ChatAction.RECORD_VOICE,
    "bring_sound": ChatAction.RECORD_VOICE,
    "edit_project": ChatAction.UPLOAD_DOCUMENT,
    "vary_film": ChatAction.UPLOAD_VIDEO,
}


async def sign(bot: Bot, pace: Pace, chat: int, action: str) -> None:
    """Give one sign, unless the chat is to be left alone."""
    if pace.open(chat):
        with contextlib.suppress(TelegramError), hushed(pace, chat):
            await bot.send_chat_action(chat, action, read_timeout=EVERY)


@contextlib.asynccontextmanager
async def busy(
    bot: Bot, pace: Pace, chat: int, action: str, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> AsyncIterator[None]:
    """Show a sign as long as the block lasts."""

    async def show() -> None:
        while True:
            await sign(bot, pace, chat, action)
            await sleep(EVERY)

    task = asyncio.create_task(show())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Signs:
    """Shows in every chat that waits for a short making that it is being made."""

    def __init__(
        self,
        bot: Bot,
        pace: Pace,
        db: Database,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bot, self._pace, self._db = bot, pace, db
        self._clock, self._sleep = clock, sleep

    async def run(self) -> None:
        """Give signs until cancelled."""
        while True:
            with contextlib.suppress(StorageError):  # the next look is in four seconds
                await self.look()
            await self._sleep(EVERY)

    async def look(self) -> None:
        """Give one sign to every chat that waits."""
        since = self._clock() - _LONGEST
        waiting = await errands.running_since(self._db, "telegram", since)
        shown = {errand.address.id: _SIGNS[errand.recipe] for errand in waiting if errand.recipe in _SIGNS}
        for person, action in list(shown.items())[:_MOST]:
            await sign(self._bot, self._pace, int(person.partition(":")[0]), action)
