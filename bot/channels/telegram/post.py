"""Post: messages on their way to Telegram, each kind as it reads best there.

Which one a message is, and that it went, is the receipt: `chat:number`, several with commas, the one with the
buttons first.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import structlog
from telegram import Bot, InlineKeyboardMarkup, Message

from bot.channels import Words
from bot.channels.telegram import shown
from bot.channels.telegram.films import Film
from bot.channels.telegram.media import Media
from bot.channels.telegram.office import Office, Where
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.parts import Parts, place, receipt
from bot.channels.telegram.shown import Text
from bot.messages import Outgoing
from bot.tidings import Tiding
from pipeline.ports.errors import BadInput, Busy, NoAccess, Refused
from pipeline.studio import Studio
from storage import blocked
from storage.model import Address

MOST_BYTES = 45_000_000
"""Telegram takes 50 MB; a form around the film and a little doubt are left out of it."""

MOST_BYTES_LOCAL = 1_900_000_000
"""A server of one's own takes 2000 MB."""

_NAME = 128  # units kept free for whom it is said to
_BETWEEN = 3.0
_BETWEEN_IN_GROUPS = 6.0
_TOKEN_PAUSE = 30.0  # seconds: with a wrong token nothing goes, and nothing is lost by waiting
_log = structlog.get_logger(__name__)


def may_repeat(message: Outgoing) -> bool:
    """Whether sending it again does no harm: words and progress come twice, a film is put where it was.

    A picture that asks something may come twice as well: without it nobody would know what to answer.
    """
    asks = message.kind == "pictures" and bool(message.buttons)
    return asks or bool(message.replaces) or message.kind in {"say", "progress", "film"}


class Post:
    """The channel the courier writes to.

    Args:
        most_bytes: the largest file; more with a server of one's own.
        clock: seconds for the pace of edits.
    """

    name = "telegram"

    def __init__(
        self,
        bot: Bot,
        studio: Studio,
        pace: Pace,
        *,
        most_bytes: int = MOST_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._office = Office(bot, studio, pace, most_bytes)
        self._clock = clock
        self._edited: dict[str, tuple[float, str]] = {}
        self._no_voices: set[int] = set()
        self._kinds: dict[str, Callable[..., Awaitable[str]]] = {
            "say": self._say,
            "progress": self._say,
            "pictures": self._pictures,
            "voices": self._voices,
            "film": self._film,
            "document": self._document,
        }

    async def write(self, address: Address, message: Outgoing, words: Words, earlier: str | None) -> str:
        """Send a message, or put it in the place of an earlier one."""
        at = await self._office.where(address.id)
        if earlier:
            self._edited.pop(earlier, None)
        try:
            return await self._kinds[message.kind](address, at, message, words, earlier)
        except NoAccess as error:
            await self._shut_out(at, error)
            raise

    async def tell(
        self, address: Address, receipt: str, message: Outgoing, tiding: Tiding, words: Words
    ) -> None:
        """Edit a progress message: rather not at all than too often, and its end for certain."""
        said = shown.progress(message, tiding, words)
        when, last = self._edited.get(receipt, (-_BETWEEN_IN_GROUPS, ""))
        if said != last:
            between = _BETWEEN if place(receipt)[0] > 0 else _BETWEEN_IN_GROUPS
            if not tiding.ended and self._clock() - when < between:
                raise Busy("telegram.slower", {"seconds": "0"})
            markup = None if tiding.ended else shown.keyboard(message, words)
            await self._office.rewrite(receipt, Text(said), markup, now=not tiding.ended)
        if tiding.ended:
            self._edited.pop(receipt, None)
        else:
            self._edited[receipt] = (self._clock() if said != last else when, said)

    async def _shut_out(self, at: Where, error: NoAccess) -> None:
        """Remember who does not want to hear from us; with a wrong token everything waits.

        Raises:
            Busy: it is the token.
        """
        if error.key == "telegram.token":
            _log.error("telegram.token_refused")
            raise Busy(error.key, {"seconds": f"{_TOKEN_PAUSE:g}"}, error.cause) from error
        db, clock = self._office.studio.db, self._office.studio.clock
        await blocked.block(db, self.name, str(at.chat), clock())

    async def _say(
        self, address: Address, at: Where, message: Outgoing, words: Words, earlier: str | None
    ) -> str:
        """Words, in as many messages as they need; the buttons are under the last."""
        markup, whole = shown.keyboard(message, words), shown.text(message, words)
        said = await self._asked(at, Text(whole), markup)
        if len(said) <= shown.LONGEST:
            return await self._in_place(at, said, markup, earlier)
        parts = await Parts.of(self._office.studio.db, address, message.id)
        *more, last = shown.pieces(whole, shown.LONGEST - _NAME)
        for piece in more:
            await parts.send(partial(self._sent, at, Text(piece), None), repeats=True)
        ending = await self._asked(at, Text(last), markup)
        await parts.send(partial(self._sent, at, ending, markup), last=True, repeats=True)
        return parts.receipt()

    async def _in_place(
        self, at: Where, said: Text, markup: InlineKeyboardMarkup | None, earlier: str | None
    ) -> str:
        """Words in the place of an earlier message; by themselves where there is none, or none any more."""
        if earlier:
            try:
                await self._office.rewrite(earlier, said, markup)
            except BadInput as error:
                if error.key != "telegram.no_message":
                    raise
            else:
                return earlier
        return receipt(await self._office.say(at, said, markup))

    async def _asked(self, at: Where, said: Text, markup: InlineKeyboardMarkup | None) -> Text:
        """What has buttons is said to whom they are for."""
        return said if markup is None else await self._office.addressed(at, said)

    async def _sent(self, at: Where, said: Text, markup: InlineKeyboardMarkup | None) -> Sequence[Message]:
        return [await self._office.say(at, said, markup)]

    async def _pictures(self, address: Address, at: Where, message: Outgoing, words: Words, _: object) -> str:
        return await (await self._media(address, at, message, words)).pictures()

    async def _voices(self, address: Address, at: Where, message: Outgoing, words: Words, _: object) -> str:
        """Voice notes; to people who take none, pieces of music from the one on that they refused."""
        try:
            media = await self._media(address, at, message, words)
            return await media.voices(silent=at.chat in self._no_voices)
        except Refused as error:
            if error.key != "telegram.no_voices" or at.chat in self._no_voices:
                raise
            self._no_voices.add(at.chat)
            return await self._voices(address, at, message, words, None)

    async def _document(self, address: Address, at: Where, message: Outgoing, words: Words, _: object) -> str:
        return await (await self._media(address, at, message, words)).document()

    async def _film(
        self, address: Address, at: Where, message: Outgoing, words: Words, earlier: str | None
    ) -> str:
        parts = await Parts.of(self._office.studio.db, address, message.id)
        return await Film(self._office, at, message, words, parts).show(earlier)

    async def _media(self, address: Address, at: Where, message: Outgoing, words: Words) -> Media:
        parts = await Parts.of(self._office.studio.db, address, message.id)
        return Media(self._office, at, message, words, parts)
