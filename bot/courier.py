"""Courier: the outbox's messages, in order per chat, to channels that are written to.

A message is noted as `sending` before it is handed over. One that a crash caught there is sent again where a
second copy does no harm, and is noted as doubtful where it would confuse. A channel whose page reads the
outbox itself needs no courier.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping

import structlog

from bot.changes import Changes
from bot.channels import Channel, Words
from bot.messages import Outgoing
from bot.texts import known, say
from bot.tidings import Tidings
from pipeline.ports.errors import Busy, Trouble, Unsure
from pipeline.studio import Studio
from storage import chats, outbox
from storage.errors import StorageError
from storage.model import Address, Lang
from storage.outbox import Outbound

Pace = Callable[[Address], Awaitable[None]]
_AT_ONCE = 32
_LONGEST_PAUSE = 60.0
_log = structlog.get_logger(__name__)


async def at_once(_: Address) -> None:
    """No pacing: for channels without limits, and for measuring."""


class Courier:
    """Serves one channel.

    `pace` is awaited before each writing and edit. Progress messages are edited when their words change, at
    most every `seconds_between_edits`.
    """

    def __init__(
        self,
        studio: Studio,
        changes: Changes,
        tidings: Tidings,
        channel: Channel,
        *,
        pace: Pace = at_once,
        seconds_between_edits: float = 3.0,
    ) -> None:
        self._studio = studio
        self._changes = changes
        self._tidings = tidings
        self._channel = channel
        self._pace = pace
        self._between = seconds_between_edits
        self._seats = asyncio.Semaphore(_AT_ONCE)
        self._tasks: dict[object, asyncio.Task[None]] = {}
        self._again: set[Address] = set()

    async def run(self) -> None:
        """Deliver until cancelled, beginning with what an earlier process left."""
        db, name = self._studio.db, self._channel.name
        with self._changes.of_channel(name) as changed:
            try:
                for letter in await outbox.showing_progress(db, name):
                    self._begin(letter.id, self._follow(letter))
                for address in await outbox.chats_waiting(db, name):
                    await self._recover(address)
                    self._wake(address)
                while True:
                    self._wake(await changed.get())
            finally:
                await self._stop()

    async def _recover(self, address: Address) -> None:
        """Decide about the message that was on its way when an earlier process ended."""
        letter = await outbox.first_unsent(self._studio.db, address)
        if letter is None or letter.state != "sending":
            return
        message = Outgoing.model_validate_json(letter.payload)
        if may_repeat(message):
            await outbox.move(self._studio.db, letter, "pending", self._studio.clock())
        else:
            await self._doubt(letter, "cut_off")

    def _wake(self, address: Address) -> None:
        if address in self._tasks:
            self._again.add(address)
        else:
            self._begin(address, self._deliver(address))

    def _begin(self, name: object, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks[name] = task
        task.add_done_callback(lambda done: self._ended(name, done))

    def _ended(self, name: object, done: asyncio.Task[None]) -> None:
        if self._tasks.get(name) is done:  # else the next one has begun already
            del self._tasks[name]

    async def _stop(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _deliver(self, address: Address) -> None:
        """Send what waits in one chat, one after the other, until nothing does."""
        pause = 0.5
        async with self._seats:
            while True:
                self._again.discard(address)
                try:
                    letter = await outbox.first_unsent(self._studio.db, address)
                    if letter is None:
                        if address in self._again:
                            continue
                        self._tasks.pop(address, None)
                        return
                    await self._send(letter)
                    pause = 0.5
                except (Busy, StorageError) as error:
                    _log.info("courier.waits", channel=address.channel, reason=error.key)
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, _LONGEST_PAUSE)

    async def _send(self, letter: Outbound) -> None:
        db, clock = self._studio.db, self._studio.clock
        message = Outgoing.model_validate_json(letter.payload)
        words = await self._words(letter.address)
        earlier = await self._receipt(letter.address, message.replaces)
        await self._pace(letter.address)
        if not await outbox.move(db, letter, "sending", clock()):
            return
        sending = letter.model_copy(update={"state": "sending"})
        try:
            receipt = await self._channel.write(letter.address, message, words, earlier)
        except Busy:
            await outbox.move(db, sending, "pending", clock())
            raise
        except Unsure as trouble:
            if may_repeat(message):
                await outbox.move(db, sending, "pending", clock())
                raise Busy(trouble.key, trouble.fields, trouble.cause) from trouble
            await self._doubt(sending, trouble.key)
        except Trouble as trouble:
            await self._doubt(sending, trouble.key)
        else:
            await outbox.move(db, sending, "sent", clock(), receipt=receipt)
            if message.kind == "progress":
                sent = sending.model_copy(update={"state": "sent", "receipt": receipt})
                self._begin(letter.id, self._follow(sent))

    async def _doubt(self, letter: Outbound, why: str) -> None:
        _log.warning("courier.doubtful", channel=letter.address.channel, outgoing=letter.id, reason=why)
        await outbox.move(self._studio.db, letter, "doubtful", self._studio.clock(), error=why)

    async def _follow(self, letter: Outbound) -> None:
        """Edit a progress message while its making goes on."""
        message, shown = Outgoing.model_validate_json(letter.payload), None
        words = await self._words(letter.address)
        while True:
            with contextlib.suppress(Trouble, StorageError):  # the next edit says it all again
                tiding = await self._tidings.of(message.making)
                if tiding.ended:
                    return
                if tiding != shown and letter.receipt is not None:
                    await self._pace(letter.address)
                    await self._channel.tell(letter.address, letter.receipt, message, tiding, words)
                    shown = tiding
            await asyncio.sleep(self._between)

    async def _receipt(self, address: Address, message: str) -> str | None:
        if not message:
            return None
        found = await outbox.get(self._studio.db, address, message)
        return found.receipt if found else None

    async def _words(self, address: Address) -> Words:
        chat = await chats.get(self._studio.db, address)
        lang: Lang = chat.lang if chat else "zh"

        def words(key: str, fields: Mapping[str, str]) -> str:
            return say(key, lang, fields) if known(key) else key

        return words


def may_repeat(message: Outgoing) -> bool:
    """Whether a second copy does no harm: an edit is the same again, plain words are read twice."""
    return bool(message.replaces) or message.kind == "say"
