"""Intake: one update after another becomes what the conversation takes in, or is put aside.

An update is closed when what was made of it cannot be lost any more, or a moment later. One that is cut off
in between is read again at the next start; everything here may therefore run twice, and the second time
changes nothing.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial

import structlog
from telegram import Bot
from telegram.error import TelegramError

from bot.batch import Batch
from bot.channels.telegram.api import ask
from bot.channels.telegram.fetch import Fetch
from bot.channels.telegram.pace import Pace, hushed
from bot.channels.telegram.read import Me, Seen, addressed_id, seen
from bot.messages import File, Incoming
from bot.reception import Reception
from bot.texts import say
from pipeline.ports.errors import BadInput
from storage import blocked, moves, updates
from storage.db import Database
from storage.errors import StorageError
from storage.model import Address
from storage.updates import Update

CHANNEL = "telegram"
NOT_INVITED = "not_invited"
_LONGEST_PAUSE = 30.0
_TRIES_WHEN_GONE = 3
_MOMENT = 0.25
_log = structlog.get_logger(__name__)


class Intake:
    """Serves updates; `invited` are the ids of those who may use the bot; everybody when it is None."""

    def __init__(
        self,
        client: Bot,
        me: Me,
        db: Database,
        reception: Reception,
        fetch: Fetch,
        pace: Pace,
        *,
        clock: Callable[[], float],
        invited: frozenset[str] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._me = me
        self._db = db
        self._reception = reception
        self._fetch = fetch
        self._pace = pace
        self._clock = clock
        self._invited = invited
        self._sleep = sleep
        self._closing = Batch[Update, bool](lambda rows: updates.close(db, rows))
        self._done: list[Update] = []
        self._sweeping: asyncio.Task[None] | None = None
        self._aside: set[asyncio.Task[None]] = set()

    async def serve(self, rows: list[Update]) -> None:
        """Take in one update, or the parts of one album; what cannot be is put aside."""
        legible = []
        for row in rows:
            try:
                legible.append((row, seen(updates.raw(row), self._me)))
            except (ValueError, TypeError) as error:
                await self._patiently((), partial(self._put_aside, row, error))
        if legible:
            taken = [row for row, _ in legible]
            await self._patiently(taken, partial(self._take, taken, [part for _, part in legible]))

    async def close(self) -> None:
        """Close what was taken in, and give up what is not needed for an answer."""
        if self._sweeping:
            self._sweeping.cancel()
            await asyncio.gather(self._sweeping, return_exceptions=True)
        with contextlib.suppress(StorageError):  # it is read again at the next start, and is nothing new then
            await updates.close(self._db, self._done)
        for task in list(self._aside):
            task.cancel()
        await asyncio.gather(*self._aside, return_exceptions=True)

    async def _patiently(self, rows: Sequence[Update], work: Callable[[], Awaitable[None]]) -> None:
        """Do it; wait for what passes by itself, and put aside what does not."""
        pause, tries = 0.5, 0
        while True:
            try:
                return await work()
            except Exception as error:  # noqa: BLE001  its class is kept with the update, for the operator
                tries += 1
                if not _passes(error, tries):
                    for row in rows:
                        await self._patiently((), partial(self._put_aside, row, error))
                    return None
                _log.warning("telegram.intake_waits", reason=getattr(error, "key", ""))
            await self._sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _put_aside(self, row: Update, error: Exception) -> None:
        _log.error("telegram.set_aside", update=row.id, kind=type(error).__name__)
        await updates.set_aside(self._db, row, type(error).__name__)

    async def _take(self, rows: list[Update], parts: list[Seen]) -> None:
        first = parts[0]
        remark: str | None = None
        match first.kind:
            case "left":
                await blocked.block(self._db, CHANNEL, first.chat, self._clock())
            case "returned":
                await blocked.unblock(self._db, CHANNEL, first.chat)
            case "start" | "said" | "pressed" | "unusable" if any(part.addressed for part in parts):
                remark = await self._from_a_person(rows, parts)
        if remark or first.album:  # somebody may look for these in the very next moment
            for row in rows:
                await self._closing.add(row.model_copy(update={"error": remark}))
            return
        self._done += rows
        if self._sweeping is None or self._sweeping.done():
            self._sweeping = asyncio.create_task(self._sweep())

    async def _sweep(self) -> None:
        """Close together what was taken in within a moment: nobody waits for it, and each costs a write."""
        while self._done:
            await asyncio.sleep(_MOMENT)
            rows = tuple(self._done)
            try:
                await updates.close(self._db, rows)
            except StorageError as error:
                _log.warning("telegram.not_closed", reason=error.key)
                await asyncio.sleep(_LONGEST_PAUSE)
            else:
                del self._done[: len(rows)]

    async def _from_a_person(self, rows: list[Update], parts: list[Seen]) -> str | None:
        first = parts[0]
        if self._invited is not None and first.person not in self._invited:
            return await self._turn_away(rows[0], first)
        chat = await moves.first(self._db, CHANNEL, first.chat) if first.group else first.chat
        address = Address(channel=CHANNEL, id=addressed_id(chat, first.person, group=first.group))
        if first.kind == "unusable":
            await self._tell(address, first, "telegram.unusable")
        elif first.album and await updates.bundle_taken(self._db, rows[0]):
            await self._tell(address, first, "telegram.late_part")
        elif any(part.file for part in parts):
            await self._files(address, parts)
        elif not (first.edited and await self._unchanged(address, first)):
            await self._reception.receive(_incoming(address, first, self._clock()))
        return None

    async def _turn_away(self, row: Update, one: Seen) -> str:
        """Say once, and only where it is meant for us, that this bot is for others."""
        if one.kind != "pressed" and not await updates.ended_so(self._db, CHANNEL, row.chat, NOT_INVITED):
            words = say("telegram.not_invited", one.lang or "en")
            self._beside(self._quietly("sendMessage", one.chat, {"text": words}))
        return NOT_INVITED

    async def _files(self, address: Address, parts: Sequence[Seen]) -> None:
        """Keep the files there are; what cannot be is told in one sentence, whatever it was a part of."""
        first, kept, refused = parts[0], list[File](), None
        for part in parts:
            if part.file is None:
                continue
            try:
                async with self._fetch.lend(part.file) as path:
                    kept.append(await self._reception.keep(address, path, part.file.name, part.lang))
            except BadInput as trouble:
                refused = refused or trouble
        if refused:
            await self._tell(address, first, refused.key, refused.fields)
        text = "\n".join(part.text for part in parts if part.text)
        if first.edited:
            kept, text = await self._changed(address, first, kept, text)
        if not (kept or text):
            return
        incoming = _incoming(address, first, self._clock())
        await self._reception.receive(
            incoming.model_copy(
                update={"kind": "files" if kept else "text", "files": tuple(kept), "text": text}
            )
        )
        if kept:
            eyes = [{"type": "emoji", "emoji": "👀"}]
            seen_it = {"message_id": first.message, "reaction": eyes}
            self._beside(self._quietly("setMessageReaction", first.chat, seen_it))

    async def _changed(
        self, address: Address, edit: Seen, kept: list[File], text: str
    ) -> tuple[list[File], str]:
        """What an edit of a message with a file brought that was not there before."""
        earlier = await self._reception.earlier(address, _edited(edit))
        if earlier is None:
            return kept, text
        had = {file.asset for file in earlier.files}
        return [file for file in kept if file.asset not in had], "" if text == earlier.text else text

    async def _unchanged(self, address: Address, edit: Seen) -> bool:
        """Whether an edit changed nothing we look at: a preview of a link, for instance."""
        earlier = await self._reception.earlier(address, _edited(edit))
        return earlier is not None and earlier.text == edit.text

    async def _tell(
        self, address: Address, one: Seen, key: str, fields: dict[str, str] | None = None
    ) -> None:
        identity = f"{key}:{one.chat}:{one.album or one.message}"
        await self._reception.tell(address, one.lang, identity, key, fields or {})

    async def _quietly(self, method: str, chat: str, values: dict[str, object]) -> None:
        """Do something nice in a chat that nobody misses when it fails."""
        if not self._pace.open(int(chat)):
            return
        try:
            with hushed(self._pace, int(chat)):
                await ask(self._client, method, {"chat_id": chat, **values})
        except TelegramError as error:
            _log.info("telegram.nicety_failed", method=method, kind=type(error).__name__)

    def _beside(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)


def _incoming(address: Address, one: Seen, now: float) -> Incoming:
    kind = {"pressed": "press", "start": "start"}.get(one.kind, "text")
    return Incoming.model_validate(
        {
            "id": one.id,
            "address": address,
            "at": now,
            "kind": kind,
            "lang": one.lang,
            "text": one.text,
            "press": one.press,
        }
    )


def _edited(edit: Seen) -> str:
    """The id under which the message was received before it was edited."""
    return f"message:{edit.chat}:{edit.message}"


def _passes(error: Exception, tries: int) -> bool:
    """Whether it is worth waiting: a database that is away, or a chat that was forgotten this very moment."""
    if not isinstance(error, StorageError):
        return False
    return error.passing or (error.key == "storage.gone" and tries < _TRIES_WHEN_GONE)
