"""Courier: the outbox's messages, in order per chat, to channels that are written to.

Chats are served side by side; how many requests a channel makes at once, and how fast, is the channel's own
business. What a crash caught on its way is sent again where a second copy does no harm: of such messages it
is not even noted that they are. Of the others it is noted before, and they are doubtful afterwards. A channel
whose page reads the outbox itself needs no courier.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence

import structlog

from bot import metrics
from bot.batch import Batch
from bot.changes import Changes
from bot.channels import Channel, Words
from bot.messages import Outgoing
from bot.texts import known, say
from bot.tidings import Tidings
from pipeline.ports.errors import Busy, NoAccess, Trouble, Unsure
from pipeline.studio import Studio
from storage import chats, outbox
from storage.errors import StorageError
from storage.model import Address, Lang
from storage.outbox import Move, Outbound, State, Waiting

Pace = Callable[[Address], Awaitable[None]]
Joined = Callable[[Sequence[Outgoing], Words], tuple[int, Outgoing]]
_LONGEST_PAUSE = 30.0
_STOP = 5.0  # seconds for what is being sent when we are stopped
_GRACE = 2.0  # seconds after a making's end in which its own message usually takes the place of its progress
_log = structlog.get_logger(__name__)


async def at_once(_: Address) -> None:
    """No pacing: for channels without limits, and for measuring."""


def may_repeat(message: Outgoing) -> bool:
    """Whether a second copy does no harm: an edit is the same again, plain words are read twice.

    Of a making's progress only the copy that is known goes on; without it nobody would see how far it is.
    """
    return bool(message.replaces) or message.kind in {"say", "progress"}


def one_by_one(waiting: Sequence[Outgoing], _: Words) -> tuple[int, Outgoing]:
    """Every message is sent by itself."""
    return 1, waiting[0]


class Courier:
    """Serves one channel.

    `pace` is awaited before each writing and edit. Progress messages are edited when their words change, at
    most every `seconds_between_edits`; the last words they get are those of the making's end, where no other
    message has taken their place by then. `joined` says how many of the messages that wait in a chat are sent
    as one, and as which; only such as may be repeated.
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
        may_repeat: Callable[[Outgoing], bool] = may_repeat,
        joined: Joined = one_by_one,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._studio = studio
        self._changes = changes
        self._tidings = tidings
        self._channel = channel
        self._pace = pace
        self._between = seconds_between_edits
        self._may_repeat = may_repeat
        self._joined = joined
        self._sleep = sleep
        self._tasks: dict[object, asyncio.Task[None]] = {}
        self._again: set[Address] = set()
        self._sending: set[asyncio.Task[object]] = set()
        self._stopping = False
        self._reading = Batch[Address, Waiting](lambda who: outbox.waiting(studio.db, who))
        self._moving = Batch[Move, bool](lambda moves: outbox.move_all(studio.db, moves, studio.clock()))

    async def run(self) -> None:
        """Deliver until cancelled, beginning with what an earlier process left."""
        db, name = self._studio.db, self._channel.name
        with self._changes.of_channel(name) as changed:
            try:
                for letter in await outbox.showing_progress(db, name):
                    self._begin(letter.id, self._follow(letter))
                for address in await outbox.chats_waiting(db, name):
                    self._wake(address)
                while True:
                    self._wake(await changed.get())
            finally:
                await self._stop()

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
        if not done.cancelled() and (error := done.exception()) is not None:
            _log.error("courier.broke", channel=self._channel.name, kind=type(error).__name__)

    async def _stop(self) -> None:
        """Let what is being sent come to its end, so that it is neither said twice nor in doubt."""
        self._stopping = True
        tasks = set(self._tasks.values())
        for task in tasks - self._sending:
            task.cancel()
        if hands := tasks & self._sending:
            await asyncio.wait(hands, timeout=_STOP)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _deliver(self, address: Address) -> None:
        """Send what waits in one chat, one after the other, until nothing does."""
        pause = 0.5
        while True:
            self._again.discard(address)
            try:
                await self._send_all(await self._reading.add(address))
                pause = 0.5
            except (Busy, StorageError) as error:
                _log.info("courier.waits", channel=address.channel, reason=error.key)
                if self._stopping:
                    return
                await self._sleep(float(error.fields.get("seconds", pause)))
                pause = min(2 * pause, _LONGEST_PAUSE)
                continue
            if address not in self._again or self._stopping:
                self._tasks.pop(address, None)
                return

    async def _send_all(self, waiting: Waiting) -> None:
        words, letters = _words(waiting.lang), waiting.letters
        messages = [Outgoing.model_validate_json(letter.payload) for letter in letters]
        at = 0
        while at < len(letters) and not self._stopping:
            # On its way means: when an earlier process ended. It may be found so only where it was noted.
            if letters[at].state == "sending" and not self._may_repeat(messages[at]):
                await self._doubt(letters[at], "cut_off")
                at += 1
                continue
            count, message = self._joined(messages[at:], words)
            with self._in_hand():
                await self._send(letters[at : at + count], message, words)
            at += count

    @contextlib.contextmanager
    def _in_hand(self) -> Iterator[None]:
        """While this lasts the task is not stopped at once."""
        task = asyncio.current_task()
        assert task is not None
        self._sending.add(task)
        try:
            yield
        finally:
            self._sending.discard(task)

    async def _send(self, letters: Sequence[Outbound], message: Outgoing, words: Words) -> None:
        """Send a message that stands for some letters, and note how that went."""
        address, harmless = letters[0].address, self._may_repeat(message)
        earlier = await self._receipt(address, message.replaces)
        await self._unfollow(message.replaces)
        await self._pace(address)
        if not harmless:
            if not await self._moving.add(Move(letter=letters[0], state="sending")):
                return
            letters = [letters[0].model_copy(update={"state": "sending"})]
        try:
            receipt = await self._channel.write(address, message, words, earlier)
        except Busy:
            await self._back(letters)
            raise
        except Unsure as trouble:
            if harmless:
                raise Busy(trouble.key, trouble.fields, trouble.cause) from trouble
            await self._doubt(letters[0], trouble.key)
        except Trouble as trouble:
            for letter in letters:
                await self._doubt(letter, trouble.key, quietly=isinstance(trouble, NoAccess))
        except StorageError:
            await self._back(letters)
            raise
        except Exception as error:  # noqa: BLE001  a mistake of ours must not hold up what follows
            _log.error("courier.broke", channel=address.channel, kind=type(error).__name__)
            for letter in letters:
                await self._doubt(letter, type(error).__name__)
        else:
            await self._note(letters, "sent", receipt=receipt)
            if message.kind == "progress":
                sent = letters[0].model_copy(update={"state": "sent", "receipt": receipt})
                self._begin(sent.id, self._follow(sent))

    async def _back(self, letters: Sequence[Outbound]) -> None:
        """What surely did not go waits again."""
        await self._note([letter for letter in letters if letter.state == "sending"], "pending")

    async def _doubt(self, letter: Outbound, why: str, *, quietly: bool = False) -> None:
        """It is not sent (again); that somebody left is nothing to worry about."""
        write = _log.info if quietly else _log.warning
        write("courier.doubtful", channel=letter.address.channel, outgoing=letter.id, reason=why)
        await self._note([letter], "doubtful", error=why)

    async def _note(
        self,
        letters: Sequence[Outbound],
        state: State,
        *,
        receipt: str | None = None,
        error: str | None = None,
    ) -> None:
        """Write down how far letters came. What went has gone: nothing else happens until that is known."""
        pause = 0.5
        moves = [Move(letter=each, state=state, receipt=receipt, error=error) for each in letters]
        while moves:
            try:
                await asyncio.gather(*(self._moving.add(move) for move in moves))
            except StorageError as trouble:
                _log.error("courier.cannot_note", channel=self._channel.name, reason=trouble.key)
                await self._sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
            else:
                break
        if state != "pending":
            metrics.outgoing.labels(self._channel.name, state).inc(len(letters))

    async def _follow(self, letter: Outbound) -> None:
        """Edit a progress message while its making goes on, and once more when it has ended."""
        message, shown = Outgoing.model_validate_json(letter.payload), None
        while letter.receipt is not None:
            try:
                words = _words(await self._lang(letter.address))
                tiding = await self._tidings.of(message.making)
                if tiding.ended:
                    await self._sleep(_GRACE)
                if tiding != shown:
                    await self._pace(letter.address)
                    await self._channel.tell(letter.address, letter.receipt, message, tiding, words)
                    shown = tiding
                if tiding.ended:
                    return
            except (Busy, Unsure, StorageError) as error:  # the next edit says it all again
                _log.debug("courier.edit_left_out", channel=letter.address.channel, reason=error.key)
            except Trouble as error:
                _log.info("courier.edit_refused", channel=letter.address.channel, reason=error.key)
                return
            await self._sleep(self._between)

    async def _unfollow(self, message: str) -> None:
        """Stop editing a message whose place is taken: an edit that is late would undo what follows."""
        task = self._tasks.pop(message, None) if message else None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _receipt(self, address: Address, message: str) -> str | None:
        if not message:
            return None
        found = await outbox.get(self._studio.db, address, message)
        return found.receipt if found else None

    async def _lang(self, address: Address) -> Lang:
        chat = await chats.get(self._studio.db, address)
        return chat.lang if chat else "zh"


def _words(lang: Lang) -> Words:
    def words(key: str, fields: Mapping[str, str]) -> str:
        return say(key, lang, fields) if known(key) else key

    return words
