"""Two bots in processes of their own: ours with its pacing lifted, and the library's, which says all again.

`python -m tests.bench.bots lifted` · `python -m tests.bench.bots echo`, each set up by the environment.
"""

import asyncio
import os
import sys

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters
from telegram.request import HTTPXRequest


def lifted() -> None:
    """A `pawlogue run` that speaks as fast as it can."""
    from bot import log, settings
    from bot.run import run

    log.configure()
    asyncio.run(run(settings.load(), "en", lifted=True))


def echo() -> None:
    """The library as its first example has it, one update after the other, and nothing is kept."""
    base = os.environ["TELEGRAM_BASE_URL"]
    request, polling = (HTTPXRequest(httpx_kwargs={"trust_env": False}) for _ in range(2))
    builder = Application.builder().token(os.environ["TELEGRAM_BOT_TOKEN"]).base_url(f"{base}/bot")
    bot = builder.request(request).get_updates_request(polling).build()
    bot.add_handler(MessageHandler(filters.TEXT, _say_again))
    bot.run_polling()


async def _say_again(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    message = update.effective_message
    assert message is not None
    assert message.text
    await message.reply_text(message.text)


if __name__ == "__main__":
    {"lifted": lifted, "echo": echo}[sys.argv[1]]()
