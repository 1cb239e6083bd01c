"""Calls: every request that a chat can see: in its turn, few at once, its errors in our words."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from telegram.error import ChatMigrated, TelegramError

from bot.channels.telegram.pace import Pace, hushed
from bot.channels.telegram.troubles import harmless, trouble
from pipeline.ports.errors import Busy

T = TypeVar("T")
Call = Callable[[], Awaitable[T]]


class Calls:
    """Telegram's numbers for chats; uploads have seats of their own, so that a slow one holds up no words.

    Args:
        moved: is told when a group goes by another number now: the old one, the new one.
        at_once: words on their way at once; more cost more work each.
    """

    def __init__(
        self,
        pace: Pace,
        moved: Callable[[int, int], Awaitable[None]],
        *,
        at_once: int = 8,
        uploads: int = 4,
    ) -> None:
        self._pace, self._moved = pace, moved
        self._words, self._uploads = asyncio.Semaphore(at_once), asyncio.Semaphore(uploads)

    async def send(self, chat: int, call: Call[T], *, count: int = 1, upload: bool = False) -> T:
        """Make a call when it is the chat's turn; it counts as that many messages.

        Raises:
            Trouble: as `troubles.trouble`; Busy holds how long Telegram wants to be left alone.
        """
        await self._pace.turn(chat, count)
        async with self._uploads if upload else self._words:
            return await self._made(chat, call)

    async def edit(self, chat: int, call: Call[T], *, upload: bool = False) -> T | None:
        """Change a message when it is the chat's turn; None when it is as it should be already."""
        await self._pace.turn(chat)
        async with self._uploads if upload else self._words:
            return await self._changed(chat, call)

    async def edit_now(self, chat: int, call: Call[T]) -> None:
        """Change a message this moment.

        Raises:
            Busy: it would have to wait, so it is left out.
        """
        if not self._pace.free(chat):
            raise Busy("telegram.slower", {"seconds": "0"})
        async with self._words:
            await self._changed(chat, call)

    async def _changed(self, chat: int, call: Call[T]) -> T | None:
        async def change() -> T | None:
            try:
                return await call()
            except TelegramError as error:
                if harmless(error):
                    return None
                raise

        return await self._made(chat, change)

    async def _made(self, chat: int, call: Call[T]) -> T:
        try:
            with hushed(self._pace, chat):
                return await call()
        except TelegramError as error:
            if isinstance(error, ChatMigrated):
                await self._moved(chat, error.new_chat_id)
            raise trouble(error, sent=True) from error
