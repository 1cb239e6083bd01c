"""The Bot API: one client, one pool of connections for everything, and answers as they came.

Addresses hold the token, so nothing here or below may log one: the libraries' own loggers, which do, are
turned off.
"""

import json
import logging
import os
from collections.abc import Mapping
from urllib.parse import urlencode

from telegram import Bot
from telegram.request import BaseRequest

from bot.channels.telegram.pool import READ_SECONDS, Pool

# The library would otherwise give durations as whole numbers, and say at each one that this will change.
os.environ.setdefault("PTB_TIMEDELTA", "true")

for _name in ("httpx", "httpcore", "telegram"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


def bot(token: str, base_url: str, *, local: bool = False, request: BaseRequest | None = None) -> Bot:
    """The client; it is not connected yet and knows nothing of itself before `initialize`.

    Args:
        base_url: the server's address, without a slash at its end.
        local: a server of our own on this machine's disks: no limits of size, files by their paths.
    """
    pool = request or Pool()
    return Bot(
        token,
        base_url=f"{base_url}/bot",
        base_file_url=f"{base_url}/file/bot",
        request=pool,
        get_updates_request=pool,
        local_mode=local,
    )


async def ask(
    client: Bot,
    method: str,
    values: Mapping[str, object] | None = None,
    *,
    read_timeout: float = READ_SECONDS,
) -> object:
    """Call a method and return its result as plain JSON, untouched by the library's classes.

    Raises:
        TelegramError: as everywhere in the library.
    """
    given = (values or {}).items()
    plain = {name: value if isinstance(value, str) else json.dumps(value) for name, value in given}
    query = f"?{urlencode(plain)}" if plain else ""
    return await client.request.post(f"{client.base_url}/{method}{query}", read_timeout=read_timeout)
