"""The bot with its channels, until somebody stops it: one server, one shift, and what is done in it."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Literal

import typer

from bot import metrics, settings
from bot.app import House, Lobby, furnished, receiving, working
from bot.channels.web.front import Front
from bot.channels.web.guard import Rules
from bot.channels.web.server import Door as Page
from bot.courier import Courier
from bot.loans import lending
from bot.served import Health, Served, listen
from bot.shift import Shift
from bot.texts import say
from pipeline.ports.errors import NoAccess
from pipeline.studio import Studio
from storage import outbox
from storage.errors import StorageError
from storage.model import Lang

if TYPE_CHECKING:  # its library costs a third of a second and some memory: only where there is a token
    from bot.channels.telegram.door import Door as Telegram

Tell = Callable[[str, Mapping[str, str]], None]


async def run(chosen: settings.Settings, lang: Lang, *, lifted: bool = False) -> None:
    """Open the house and its doors, and serve until cancelled.

    Args:
        lifted: for measuring only: speak as fast as we can, where the other side sets no limits.

    Raises:
        BadInput: the address may not be served, or is taken. NoAccess: no channel is to be started, or one
            does not take what was set. StorageError: the data folder, database or blobs cannot be used.
    """

    def tell(key: str, fields: Mapping[str, str]) -> None:
        typer.echo(say(key, lang, fields), err=True)

    if chosen.feishu_app_id:
        tell("not_yet.channels", {})
    rules = page_rules(chosen)
    if rules is None and chosen.telegram_bot_token is None:
        raise NoAccess("run.no_channel")
    listening = listen(chosen.web_host, chosen.web_port)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(listening.close)
        studio = await stack.enter_async_context(furnished(chosen))
        telegram = _telegram(chosen, studio, tell, lifted=lifted)
        shift = Shift(studio.db, "work", tell=lambda key: tell(key, {}))
        served = Served(
            lambda: _health(studio, shift, telegram, shows=rules is None or served.page is not None),
            lambda: metrics.page(studio.db),
            chosen.web_token.get_secret_value() if chosen.web_token else None,
        )
        stack.enter_context(served.opening(lending(studio)))
        beside = [served.serve(listening)]
        if telegram:
            stack.push_async_callback(telegram.close)
            if hearing := telegram.hearing():
                stack.enter_context(served.opening(hearing))
            beside.append(telegram.introduce())

        async def work() -> None:
            async with working(chosen, studio) as house, receiving(house) as lobby:
                doors = [telegram.work(lobby.reception), _speak(telegram, house, lobby)] if telegram else []
                if rules:
                    typer.echo(say("run.open", lang, {"url": f"http://{chosen.web_host}:{chosen.web_port}"}))
                    doors.append(_show_page(served, rules, house, lobby))
                await together(*doors)

        await together(*beside, shift.run(work))


def page_rules(chosen: settings.Settings) -> Rules | None:
    """Who may come to the web chat; None where there is none: others have credentials, or it is off.

    Raises:
        BadInput: it would be open to others without a token.
    """
    wanted = not chosen.telegram_bot_token if chosen.web_chat is None else chosen.web_chat
    if not wanted:
        return None
    token = chosen.web_token.get_secret_value() if chosen.web_token else None
    rules = Rules(chosen.web_host, token, chosen.public_base_url)
    rules.check()
    return rules


def invited(users: str, channel: str) -> frozenset[str] | None:
    """Whom of a channel ALLOWED_USERS lets in; None where it is not set and everybody may come."""
    named = [each.strip().partition(":") for each in users.split(",") if each.strip()]
    return frozenset(person for where, _, person in named if where == channel) if named else None


async def together(*works: Coroutine[None, None, None]) -> None:
    """Do several things side by side; when one fails, or we are cancelled, all of them end.

    Raises:
        Exception: what the first one failed with, by itself, so that it can be told in one line.
    """
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _telegram(chosen: settings.Settings, studio: Studio, tell: Tell, *, lifted: bool) -> "Telegram | None":
    if chosen.telegram_bot_token is None:
        return None
    from bot.channels.telegram.door import Door, Wishes
    from bot.channels.telegram.pace import Pace

    secret = chosen.telegram_webhook_secret
    wishes = Wishes(
        token=chosen.telegram_bot_token.get_secret_value(),
        base_url=chosen.telegram_base_url,
        local=chosen.telegram_local_mode,
        webhook=chosen.telegram_webhook_url,
        secret=secret.get_secret_value() if secret else None,
        invited=invited(chosen.allowed_users, "telegram"),
    )
    return Door(wishes, studio.db, studio.scratch, Pace(lifted=lifted), clock=studio.clock, tell=tell)


async def _speak(telegram: "Telegram", house: House, lobby: Lobby) -> None:
    """Send what there is to say on Telegram, until cancelled."""
    from bot.channels.telegram import shown
    from bot.channels.telegram.pace import REMEMBERED
    from bot.channels.telegram.post import MOST_BYTES, MOST_BYTES_LOCAL, Post, may_repeat
    from bot.channels.telegram.signs import Signs

    client, studio, pace = telegram.client, house.studio, telegram.pace
    now = studio.clock()
    for receipt, at in await outbox.lately(studio.db, "telegram", now - REMEMBERED):
        for part in receipt.split(","):
            pace.recall(int(part.partition(":")[0]), now - at)
    post = Post(client, studio, pace, most_bytes=MOST_BYTES_LOCAL if client.local_mode else MOST_BYTES)
    courier = Courier(
        studio, lobby.changes, lobby.tidings, post, may_repeat=may_repeat, joined=shown.together
    )
    await together(courier.run(), Signs(client, pace, studio.db, studio.clock).run())


async def _show_page(served: Served, rules: Rules, house: House, lobby: Lobby) -> None:
    """The web chat, on the server, until cancelled."""
    front = Front(house.studio, lobby.reception, lobby.changes, lobby.tidings)
    page = Page(front, rules, house.studio.scratch)
    with served.showing(page.app()):
        try:
            await asyncio.Event().wait()
        finally:
            await page.close()


async def _health(studio: Studio, shift: Shift, telegram: "Telegram | None", *, shows: bool) -> Health:
    """Whether the rows can be reached, and Telegram where it is this process that speaks to it; at work it
    is ready once it `shows` what it is to show."""
    does: Literal["start", "work", "stand_by"] = "work" if shift.working and shows else "start"
    if shift.standing_by:
        does = "stand_by"
    why = ["run.starting"] if does == "start" else []
    if telegram and telegram.trouble:
        why.append(telegram.trouble)
    try:
        await studio.db.read("SELECT 1 AS one")
    except StorageError as error:
        why.append(error.key)
    return Health(ready=not why, does=does, why=tuple(why))
