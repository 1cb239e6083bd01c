"""The menu: what Telegram shows before anybody has said anything: commands, and what the bot is."""

from collections.abc import Mapping

from telegram import Bot, BotCommand

from bot.texts import say
from storage.model import Lang

COMMANDS = ("new", "films", "voices", "settings", "help", "cancel", "forget")
_LANGS: Mapping[str | None, Lang] = {None: "en", "zh": "zh"}  # who speaks neither reads English


async def offer(bot: Bot) -> None:
    """Set the menu and the descriptions in both languages; again changes nothing.

    Raises:
        TelegramError: it could not be set; the bot works without.
    """
    for code, lang in _LANGS.items():
        commands = [BotCommand(name, say(f"telegram.commands.{name}", lang)) for name in COMMANDS]
        await bot.set_my_commands(commands, language_code=code)
        await bot.set_my_description(say("telegram.description", lang), language_code=code)
        await bot.set_my_short_description(say("telegram.short_description", lang), language_code=code)
