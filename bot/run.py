"""The bot with its channels: today the web chat, until somebody stops it."""

import typer

from bot import settings
from bot.app import opened, receiving
from bot.channels.web.front import Front
from bot.channels.web.guard import Rules
from bot.channels.web.server import Door, listen
from bot.texts import say
from pipeline.ports.errors import NoAccess
from storage.model import Lang


async def run(chosen: settings.Settings, lang: Lang) -> None:
    """Open the house and the web chat's door, and serve until cancelled.

    Raises:
        BadInput: the address may not be served, or is taken. NoAccess: no channel is to be started.
        StorageError: the data folder, database or blobs cannot be used.
    """
    if chosen.telegram_bot_token or chosen.feishu_app_id:
        typer.echo(say("not_yet.channels", lang), err=True)
    if chosen.web_chat is False:
        raise NoAccess("run.no_channel")
    token = chosen.web_token.get_secret_value() if chosen.web_token else None
    rules = Rules(chosen.web_host, token, chosen.public_base_url)
    rules.check()
    listening = listen(chosen.web_host, chosen.web_port)
    async with opened(chosen) as house, receiving(house) as lobby:
        front = Front(house.studio, lobby.reception, lobby.changes, lobby.tidings)
        typer.echo(say("run.open", lang, {"url": f"http://{chosen.web_host}:{chosen.web_port}"}))
        await Door(front, rules, house.studio.scratch).serve(listening)
