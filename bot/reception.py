"""Reception: whatever reaches us is a row first; then each chat's rows are served in their order.

Chats are served side by side, up to a limit; within one, the next is served when the one before is answered.
Nothing is polled: a chat is woken by what arrives in it, and at the start those where something waits.
"""

import asyncio
import secrets
from collections.abc import Callable
from pathlib import Path

import structlog
from pydantic import ValidationError

from bot import metrics
from bot.batch import Batch
from bot.changes import Changes
from bot.errands import FILMS, Errands
from bot.messages import File, Incoming, Outgoing
from bot.sorts import sort_of
from bot.talk import Talk, Turn
from pipeline.engine import Engine
from pipeline.farewell import farewell
from pipeline.ports.errors import BadInput
from pipeline.studio import Studio
from storage import chats, projects
from storage.chats import Answer, Chat, Inbound
from storage.errands import Errand
from storage.errors import StorageError
from storage.forget import forget
from storage.model import Address, Lang
from storage.outbox import Outbound

FILE_BYTES = 50_000_000
_AT_ONCE = 64
_LONGEST_PAUSE = 30.0
_log = structlog.get_logger(__name__)


class Reception:
    """Between the channels and the conversation; `turn` and `fresh` are the conversation."""

    def __init__(
        self,
        studio: Studio,
        engine: Engine,
        changes: Changes,
        *,
        turn: Callable[[Talk, Incoming], Turn],
        fresh: Callable[[Address, Lang, str], Talk],
        at_once: int = _AT_ONCE,
    ) -> None:
        self._studio = studio
        self._engine = engine
        self._changes = changes
        self._turn = turn
        self._fresh = fresh
        self._errands = Errands(studio.db, engine, studio.clock, self._wake)
        self._seats = asyncio.Semaphore(at_once)
        self._serving: dict[Address, asyncio.Task[None]] = {}
        self._again: set[Address] = set()
        self._looking = Batch[Address, tuple[Chat | None, tuple[Inbound, ...]]](
            lambda who: chats.waiting(studio.db, who)
        )
        self._farewell: asyncio.Task[None] | None = None
        self._coming = Batch[Inbound, bool | None](lambda letters: chats.receive(studio.db, letters))
        self._going = Batch[tuple[Inbound, Answer], bool](
            lambda served: chats.answer(studio.db, served, studio.clock())
        )

    async def open(self) -> None:
        """Go on where an earlier process stopped."""
        await self._errands.resume()
        self._say_farewell()
        for address in await chats.unserved(self._studio.db):
            self._wake(address)

    async def close(self) -> None:
        """Stop; what was not served yet is served at the next start."""
        await self._errands.close()
        tasks = [*self._serving.values(), *filter(None, [self._farewell])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def receive(self, incoming: Incoming) -> None:
        """Take something in: when this returns it cannot be lost. The same id twice is once.

        Raises:
            StorageError: it could not be written down; the channel should let it be sent again.
        """
        letter = Inbound(
            id=incoming.id, address=incoming.address, payload=incoming.model_dump_json(), at=incoming.at
        )
        new = await self._coming.add(letter)
        if new is None:  # nobody ever wrote from there
            await self._chat(incoming.address, incoming.lang)
            new = await self._coming.add(letter)
        if new:
            self._wake(incoming.address)

    async def tell(
        self, address: Address, lang: Lang | None, identity: str, key: str, fields: dict[str, str]
    ) -> None:
        """Say something the conversation has no part in, such as that a file could not be fetched.

        Args:
            identity: the message's own id; the same twice is once.
        """
        await self._chat(address, lang)
        message = Outgoing(id=identity, key=key, fields=fields)
        if await chats.say(self._studio.db, _outbound(address, message), self._studio.clock()):
            self._changes.tell(address)

    async def earlier(self, address: Address, identity: str) -> Incoming | None:
        """What was received under an id, or None."""
        found = await chats.inbound(self._studio.db, address, identity)
        return Incoming.model_validate_json(found.payload) if found else None

    async def keep(self, address: Address, source: Path, name: str, lang: Lang | None = None) -> File:
        """Keep a copy of a file somebody sent and say what it is.

        Raises:
            BadInput: it is empty or too large.
            StorageError: it cannot be kept.
        """
        size = (await asyncio.to_thread(source.stat)).st_size
        if size == 0:
            raise BadInput("reception.file_empty", {"name": name})
        if size > FILE_BYTES:
            raise BadInput("reception.file_too_large", {"name": name, "megabytes": f"{FILE_BYTES / 1e6:.0f}"})
        sort, media_type = await asyncio.to_thread(sort_of, source)
        chat = await self._chat(address, lang)
        asset = await self._studio.keep(chat.project, sort, source, media_type)
        return File(asset=asset.id, sort=sort, name=name, bytes=size)

    async def _chat(self, address: Address, lang: Lang | None) -> Chat:
        """The chat of an address, begun when it is new."""
        found = await chats.get(self._studio.db, address)
        if found is not None:
            return found
        talk = self._fresh(address, lang or "zh", secrets.token_hex(8))
        return await chats.begin(
            self._studio.db, address, talk.model_dump_json(), talk.project, talk.lang, self._studio.clock()
        )

    def _wake(self, address: Address) -> None:
        self._changes.tell(address)
        if address in self._serving:
            self._again.add(address)
        else:
            self._serving[address] = asyncio.create_task(self._serve(address))

    async def _serve(self, address: Address) -> None:
        """Answer what waits in one chat, one after the other, until nothing does."""
        pause = 0.5
        try:
            async with self._seats:
                while True:
                    self._again.discard(address)
                    try:
                        await self._take_all(address)
                    except StorageError as error:
                        _log.error("reception.waits", reason=error.key)
                        await asyncio.sleep(pause)
                        pause = min(2 * pause, _LONGEST_PAUSE)
                        continue
                    if address not in self._again:
                        return
        finally:
            del self._serving[address]

    async def _take_all(self, address: Address) -> None:
        """Answer all that waits in a chat at this moment."""
        chat, letters = await self._looking.add(address)
        if chat is None:
            return
        talk = self._talk(chat)
        for inbound in letters:
            taken = await self._take(inbound, talk)
            if taken is None:  # somebody else served it, or the chat is another one now: look again
                self._again.add(address)
                return
            talk = taken

    async def _take(self, inbound: Inbound, talk: Talk) -> Talk | None:
        """Answer one thing; what cannot be answered is set aside, and the person is told.

        Returns:
            The talk it led to; None when what was read before is not true any more.
        """
        try:
            turn = self._turn(talk, Incoming.model_validate_json(inbound.payload))
            kept = await self._keep_turn(inbound, turn)
        except Exception as error:
            if isinstance(error, StorageError) and error.passing:  # waited for; nothing is set aside for it
                raise
            await self._set_aside(inbound, error)
            return talk
        return turn.talk if kept and not turn.forget else None

    def _talk(self, chat: Chat) -> Talk:
        try:
            return Talk.model_validate_json(chat.talk)
        except ValidationError:
            _log.error("reception.talk_unreadable", chat=chat.project)
            return self._fresh(chat.address, chat.lang, secrets.token_hex(8))

    async def _keep_turn(self, inbound: Inbound, turn: Turn) -> bool:
        if turn.forget:
            inbound = await self._forgotten(inbound, turn)
        address, talk = inbound.address, turn.talk
        wanted = tuple(
            Errand(making=each.making, address=address, recipe=each.recipe, args=each.args)
            for each in turn.errands
        )
        answer = Answer(
            talk=talk.model_dump_json(),
            project=talk.project,
            lang=talk.lang,
            brief=talk.brief,
            making=any(errand.recipe in FILMS for errand in wanted),
            says=tuple(_outbound(address, each) for each in turn.says),
            errands=wanted,
            cancel=turn.cancel,
        )
        if not await self._going.add((inbound, answer)):
            return False
        if inbound.at and not turn.forget and not inbound.id.startswith("notice:"):
            metrics.answered.labels(address.channel).observe(max(0.0, self._studio.clock() - inbound.at))
        self._changes.tell(address)
        if turn.cancel:
            self._studio.bell.ring()
        for errand in wanted:
            self._errands.see_to(errand)
        return True

    async def _forgotten(self, inbound: Inbound, turn: Turn) -> Inbound:
        """Remove everything of the person, and begin a new chat with what they said last, to be answered."""
        studio, address, talk = self._studio, inbound.address, turn.talk
        mine = await projects.belonging_to(studio.db, address)
        await forget(studio.db, studio.blobs, address)
        for project in mine:
            await self._engine.forget(project.id)
        self._say_farewell()
        now = studio.clock()
        await chats.begin(studio.db, address, talk.model_dump_json(), talk.project, talk.lang, now)
        bare = Incoming(id=inbound.id, address=address, at=now, kind="start", lang=talk.lang)
        letter = Inbound(id=bare.id, address=address, payload=bare.model_dump_json(), at=now)
        await chats.receive(studio.db, [letter])
        return letter

    def _say_farewell(self) -> None:
        """Have forgotten voices deleted at their vendors, while everything else goes on."""
        if self._farewell is None or self._farewell.done():
            self._farewell = asyncio.create_task(self._farewells())

    async def _farewells(self) -> None:
        try:
            await farewell(self._studio.db, self._studio.catalogue.voice)
        except StorageError as error:
            _log.error("farewell.waits", reason=error.key)  # until the next start

    async def _set_aside(self, inbound: Inbound, error: Exception) -> None:
        _log.error("reception.set_aside", kind=type(error).__name__, where=_where(error))
        sorry = Outgoing(id=f"aside:{inbound.number}", key="reception.stumbled")
        says = (_outbound(inbound.address, sorry),)
        await chats.set_aside(self._studio.db, inbound, type(error).__name__, says, self._studio.clock())
        self._changes.tell(inbound.address)


def _outbound(address: Address, message: Outgoing) -> Outbound:
    making = message.making if message.kind == "progress" else ""
    return Outbound(id=message.id, address=address, payload=message.model_dump_json(), making=making)


def _where(error: BaseException) -> str:
    """The line of ours that failed: its words, which may quote a person, stay out of the log."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
