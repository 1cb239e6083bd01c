"""Fetching what somebody sent: asked for first whether it may be that large, then straight to the disk."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from telegram import Bot
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError

from bot.channels.telegram.api import ask
from bot.channels.telegram.pool import Overlong, Pool
from bot.channels.telegram.read import Sent
from bot.channels.telegram.troubles import seconds_of
from pipeline.ports.errors import BadInput

FILE_BYTES = 20 << 20
"""The most Telegram's own servers hand out; a server of one's own has no such limit."""

_AT_ONCE = 4
_PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0)


class Fetch:
    """Gets files, a few at a time, and patiently: what breaks off is begun again.

    Args:
        local: the server is our own and names files on this machine's disks.
    """

    def __init__(
        self,
        client: Bot,
        pool: Pool,
        scratch: Path,
        *,
        local: bool = False,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._pool = pool
        self._scratch = scratch
        self._local = local
        self._sleep = sleep
        self._seats = asyncio.Semaphore(_AT_ONCE)

    @asynccontextmanager
    async def lend(self, sent: Sent) -> AsyncIterator[Path]:
        """Lend a file for as long as the block lasts.

        Raises:
            BadInput: it is too large, gone, or cannot be reached.
        """
        if sent.bytes > FILE_BYTES and not self._local:
            raise _too_large(sent)
        with tempfile.TemporaryDirectory(dir=self._scratch, prefix="telegram-") as folder:
            async with self._seats:
                path = await self._patiently(sent, Path(folder) / "file")
            yield path

    async def _patiently(self, sent: Sent, path: Path) -> Path:
        for pause in _PAUSES:
            try:
                return await self._fetch(sent, path)
            except RetryAfter as error:
                await self._sleep(seconds_of(error))
            except (BadRequest, Overlong) as error:
                too_large = isinstance(error, Overlong) or "too big" in str(error).casefold()
                raise _too_large(sent) if too_large else _gone(sent, error) from error
            except TelegramError:  # the connection, or an answer nobody can read
                await self._sleep(pause)
        try:
            return await self._fetch(sent, path)
        except TelegramError as error:
            raise BadInput("telegram.file_unreachable", {}, type(error).__name__) from error

    async def _fetch(self, sent: Sent, path: Path) -> Path:
        found = await ask(self._client, "getFile", {"file_id": sent.file})
        where = found.get("file_path") if isinstance(found, dict) else None
        if not isinstance(where, str) or not where:
            raise NetworkError("no file_path")
        if self._local and Path(where).is_absolute():
            if not await asyncio.to_thread(Path(where).is_file):
                raise BadRequest("no such file")
            return Path(where)
        most = FILE_BYTES if not self._local else 1 << 31
        await self._pool.download(f"{self._client.base_file_url}/{where}", path, most)
        return path


def _too_large(sent: Sent) -> BadInput:
    return BadInput("telegram.file_too_large", {"name": sent.name, "megabytes": str(FILE_BYTES >> 20)})


def _gone(sent: Sent, error: TelegramError) -> BadInput:
    return BadInput("telegram.file_expired", {"name": sent.name}, type(error).__name__)
