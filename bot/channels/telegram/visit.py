"""A look at how things stand with Telegram, for the operator: one question, no patience, nothing changed."""

from telegram.error import TelegramError

from bot.channels.telegram import api
from bot.channels.telegram.pool import Pool
from bot.channels.telegram.troubles import trouble
from pipeline.ports.errors import Trouble
from storage.model import Noun

_SECONDS = 10.0


class Standing(Noun):
    """Whose token it is, whether a webhook is set, and how many updates wait."""

    name: str
    webhook: bool
    waiting: int


async def ask_how_it_stands(token: str, base_url: str, *, trust_env: bool = True) -> Standing:
    """Ask Telegram who we are and what waits.

    Raises:
        Trouble: the token is wrong, or nobody answers.
    """
    pool = Pool(connections=1, trust_env=trust_env)
    client = api.bot(token, base_url, request=pool)
    try:
        me = await api.ask(client, "getMe", read_timeout=_SECONDS)
        hook = await api.ask(client, "getWebhookInfo", read_timeout=_SECONDS)
    except TelegramError as error:
        raise _said(error) from error
    finally:
        await pool.shutdown()
    who, told = me if isinstance(me, dict) else {}, hook if isinstance(hook, dict) else {}
    return Standing(
        name=str(who.get("username", "")),
        webhook=bool(told.get("url")),
        waiting=int(told.get("pending_update_count", 0)),
    )


def _said(error: TelegramError) -> Trouble:
    found = trouble(error, sent=False)
    keys = {"telegram.token": "telegram.bad_token", "telegram.unreachable": "doctor.telegram_out_of_reach"}
    return type(found)(keys.get(found.key, "doctor.telegram_out_of_reach"), found.fields, found.cause)
