"""Fetching updates: rows first, then the next question, which tells Telegram that these have arrived."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence

import structlog
from telegram import Bot
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.api import ask
from bot.channels.telegram.connect import Say, Sleep, fetch_by_ourselves
from bot.channels.telegram.troubles import seconds_of
from bot.channels.telegram.wire import ALLOWED
from pipeline.ports.errors import NoAccess
from storage.errors import StorageError

WAIT_SECONDS = 30
"""How long Telegram may wait for something to tell; it waits 50 s at most."""

_MARGIN = 10.0
_LIMIT = 100
_LONGEST_PAUSE = 30.0
_LAST_WORD_SECONDS = 0.5  # it counts when it arrives; the answer may take a while
_log = structlog.get_logger(__name__)

Take = Callable[[Sequence[dict[str, object]]], Awaitable[None]]


class Poll:
    """Asks again and again. `trouble` is a text key while something is wrong, else None."""

    def __init__(
        self,
        client: Bot,
        take: Take,
        tell: Say,
        *,
        wait_seconds: int = WAIT_SECONDS,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._client = client
        self._take = take
        self._tell = tell
        self._wait = wait_seconds
        self._sleep = sleep
        self._offset = 0
        self._unconfirmed = False
        self._pause = 1.0
        self._freed = False
        self._stumbled = False  # one answer in some thousands goes astray; nobody has to hear of it
        self.trouble: str | None = None

    async def run(self) -> None:
        """Fetch until cancelled.

        Raises:
            NoAccess: the token is not good any more.
        """
        try:
            while True:
                await self._once()
        finally:
            await self._last_word()

    async def _once(self) -> None:
        try:
            raws = await self._ask(self._wait)
            self._well()
            if raws:
                await self._take(raws)
                self._offset = max(self._offset, *(_number(raw) + 1 for raw in raws))
                self._unconfirmed = True
        except InvalidToken as error:
            raise NoAccess("telegram.bad_token", {}, type(error).__name__) from error
        except RetryAfter as error:
            await self._sleep(seconds_of(error))
        except Conflict as error:
            if "webhook" in str(error).casefold() and not self._freed:  # once: two of us would go on for ever
                self._freed = True
                await fetch_by_ourselves(self._client, self._tell, self._sleep)
            else:
                await self._badly("telegram.other_poller", error)
        except TelegramError as error:
            await self._badly("telegram.out_of_reach", error)
        except StorageError as error:  # not written down: it is asked for again from the same place
            _log.error("telegram.not_kept", reason=error.key)
            await self._sleep(self._longer())

    async def _ask(self, wait: int) -> list[dict[str, object]]:
        values: dict[str, object] = {"timeout": wait, "limit": _LIMIT, "allowed_updates": ALLOWED}
        if self._offset:
            values["offset"] = self._offset
        found = await ask(self._client, "getUpdates", values, read_timeout=wait + _MARGIN)
        self._unconfirmed = False
        return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []

    def _well(self) -> None:
        if self.trouble:
            self._tell("telegram.in_reach", {})
        self.trouble, self._pause, self._stumbled = None, 1.0, False

    async def _badly(self, key: str, error: TelegramError) -> None:
        """Say once what is wrong, when it is so twice in a row, and wait a little longer each time."""
        _log.warning("telegram.poll_trouble", kind=type(error).__name__, key=key)
        if self._stumbled and self.trouble != key:
            self._tell(key, {"place": self._client.base_url.split("/bot")[0]})
            self.trouble = key
        self._stumbled = True
        await self._sleep(self._longer())

    def _longer(self) -> float:
        pause, self._pause = self._pause, min(2 * self._pause, _LONGEST_PAUSE)
        return pause

    async def _last_word(self) -> None:
        """Tell Telegram that the last ones have arrived; without it they would only come once more."""
        if self._unconfirmed:
            with contextlib.suppress(TelegramError, TimeoutError):
                async with asyncio.timeout(_LAST_WORD_SECONDS):
                    values = {"offset": self._offset, "limit": 1, "timeout": 0, "allowed_updates": ALLOWED}
                    await ask(self._client, "getUpdates", values)


def _number(raw: dict[str, object]) -> int:
    number = raw.get("update_id")
    return number if isinstance(number, int) else 0
