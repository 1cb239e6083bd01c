"""Arrivals: what Telegram hands over is a row before it is anything else; buttons stop spinning at once."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping, Sequence

import structlog
from pydantic import ValidationError
from telegram import Bot
from telegram.error import TelegramError

from bot import metrics
from bot.batch import Batch
from bot.channels.telegram.api import ask
from bot.channels.telegram.intake import CHANNEL
from bot.channels.telegram.read import Me, Seen, addressed_id, queue_of, seen
from bot.texts import say
from storage import moves, receipts, updates
from storage.db import Database
from storage.updates import Update

_log = structlog.get_logger(__name__)


class Arrivals:
    """The way in of every process that hears of updates, whether or not it is the one that serves them."""

    def __init__(self, client: Bot, me: Me, db: Database, clock: Callable[[], float]) -> None:
        self._client = client
        self._me = me
        self._db = db
        self._clock = clock
        self._keeping = Batch[Update, bool](self._keep)
        self._answering: set[asyncio.Task[None]] = set()

    async def take(self, raws: Sequence[Mapping[str, object]]) -> tuple[Update, ...]:
        """Write down what is for us; when this returns it cannot be lost.

        Returns:
            What was not there before, to be served.

        Raises:
            StorageError: it could not be written down, and has to be delivered again.
        """
        wanted = [raw for raw in raws if await self._wanted(raw)]
        rows = [row for row in map(self._row, wanted) if row is not None]
        kept = await asyncio.gather(*map(self._keeping.add, rows))
        fresh = tuple(row for row, new in zip(rows, kept, strict=True) if new)
        metrics.taken_in.labels(CHANNEL).inc(len(fresh))
        return fresh

    async def close(self) -> None:
        """Give up the answers that are still on their way."""
        for task in list(self._answering):
            task.cancel()
        await asyncio.gather(*self._answering, return_exceptions=True)

    async def _keep(self, rows: Sequence[Update]) -> list[bool]:
        fresh = {row.id for row in await updates.keep(self._db, rows)}
        return [row.id in fresh for row in rows]

    async def _wanted(self, raw: Mapping[str, object]) -> bool:
        """Whether it is kept at all: what people in a group say to each other is none of our business."""
        try:
            found = seen(raw, self._me)
        except (ValidationError, ValueError):
            return True
        if found.query:
            return await self._answered(found)
        if found.moved:  # noted here, before anybody's next words are filed under the new number
            await moves.note(self._db, CHANNEL, *found.moved)
            return False
        return found.kind != "nothing" and (found.addressed or bool(found.album))

    async def _answered(self, press: Seen) -> bool:
        """Answer a press; False when there is nothing in it for us, or the button was somebody else's."""
        theirs = await self._somebody_elses(press)
        words = {"text": say("telegram.not_yours", press.lang or "en"), "show_alert": True} if theirs else {}
        self._beside(self._answer({"callback_query_id": press.query, **words}))
        return press.kind == "pressed" and not theirs

    async def _somebody_elses(self, press: Seen) -> bool:
        if not press.group or press.kind != "pressed":
            return False
        chat = await moves.first(self._db, CHANNEL, press.chat)
        owner = await receipts.owner(self._db, CHANNEL, chat, f"{press.chat}:{press.message}")
        return owner is not None and owner.id != addressed_id(chat, press.person, group=True)

    async def _answer(self, values: dict[str, object]) -> None:
        try:
            await ask(self._client, "answerCallbackQuery", values)
        except TelegramError as error:  # too old, mostly; the press itself counts all the same
            _log.info("telegram.press_unanswered", kind=type(error).__name__)

    def _row(self, raw: Mapping[str, object]) -> Update | None:
        number = raw.get("update_id")
        if not isinstance(number, int):
            _log.error("telegram.update_without_number")
            return None
        chat, bundle = queue_of(raw)
        return Update(
            channel=CHANNEL,
            id=f"{self._me.id}:{number}",
            place=number,
            chat=chat,
            bundle=bundle,
            payload=json.dumps(raw, ensure_ascii=False),
            at=self._clock(),
        )

    def _beside(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)
