"""Coming up: who we are, and whether Telegram brings its updates or we fetch them."""

import asyncio
import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit, urlunsplit

import structlog
from telegram import Bot
from telegram.error import BadRequest, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.api import ask
from bot.channels.telegram.read import Me
from bot.channels.telegram.troubles import seconds_of
from bot.channels.telegram.wire import ALLOWED
from pipeline.ports.errors import BadInput, NoAccess

Say = Callable[[str, Mapping[str, str]], None]
"""Tells the operator one line: a text key and its fields."""

Sleep = Callable[[float], Awaitable[None]]
_LONGEST_PAUSE = 30.0
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_CONNECTIONS = 40
_log = structlog.get_logger(__name__)


async def who_we_are(client: Bot, tell: Say, sleep: Sleep = asyncio.sleep) -> Me:
    """Return who the token belongs to, as soon as Telegram can be reached.

    Raises:
        NoAccess: it belongs to nobody.
    """
    found = await patiently(client, "getMe", {}, tell, sleep)
    if not isinstance(found, dict):
        raise NoAccess("telegram.bad_token")
    return Me(id=int(found["id"]), name=str(found.get("username", "")))


async def fetch_by_ourselves(client: Bot, tell: Say, sleep: Sleep = asyncio.sleep) -> None:
    """Take a webhook away that was left set: with one, nothing can be fetched. What waits there stays."""
    told = await patiently(client, "getWebhookInfo", {}, tell, sleep)
    if isinstance(told, dict) and told.get("url"):
        await patiently(client, "deleteWebhook", {"drop_pending_updates": False}, tell, sleep)
        tell("telegram.webhook_removed", {})


async def have_brought(client: Bot, url: str, secret: str, tell: Say, sleep: Sleep = asyncio.sleep) -> None:
    """Have updates brought to an address of ours.

    Raises:
        NoAccess: Telegram does not want to bring them there.
    """
    values = {
        "url": url,
        "secret_token": secret,
        "allowed_updates": ALLOWED,
        "max_connections": _CONNECTIONS,
        "drop_pending_updates": False,
    }
    try:
        await patiently(client, "setWebhook", values, tell, sleep)
    except BadRequest as error:
        raise NoAccess("telegram.webhook_refused", {"why": str(error)}) from error


async def patiently(
    client: Bot, method: str, values: Mapping[str, object], tell: Say, sleep: Sleep = asyncio.sleep
) -> object:
    """Call a method until it is answered; that nobody answers is told once, and that somebody does again.

    Raises:
        NoAccess: the token is wrong.
        BadRequest: it is refused.
    """
    pause, told = 1.0, False
    while True:
        try:
            answer = await ask(client, method, values)
        except InvalidToken as error:
            raise NoAccess("telegram.bad_token", {}, type(error).__name__) from error
        except BadRequest:
            raise
        except RetryAfter as error:
            await sleep(seconds_of(error))
        except TelegramError as error:
            _log.warning("telegram.not_reached", method=method, kind=type(error).__name__)
            if not told:
                tell("telegram.out_of_reach", {"place": urlsplit(client.base_url).hostname or ""})
            told = True
            await sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        else:
            if told:
                tell("telegram.in_reach", {})
            return answer


def webhook_address(url: str) -> tuple[str, str]:
    """Where Telegram brings updates to, and the path that is here: what begins with /telegram/.

    A proxy in front may have taken away what stands before it.
    """
    parts = urlsplit(url)
    _, mark, rest = parts.path.rpartition("/telegram/")
    if mark and rest:
        return url, f"/telegram/{rest}"
    path = f"{parts.path.rstrip('/')}/telegram/updates"
    return urlunsplit(parts._replace(path=path)), "/telegram/updates"


def webhook_secret(chosen: str | None, token: str) -> str:
    """The word by which Telegram is known: as set, else one only somebody with the token can make.

    Raises:
        BadInput: it has other characters than Telegram takes.
    """
    if chosen is None:
        return hmac.new(token.encode(), b"pawlogue webhook", hashlib.sha256).hexdigest()
    if not _SECRET.fullmatch(chosen):
        raise BadInput("telegram.bad_secret")
    return chosen
