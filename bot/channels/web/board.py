"""Boards: what is on a visitor's page right now, for all the tabs that show it.

A board numbers its changes. A tab that comes back names the last one it has seen and gets only what is newer;
one that comes to another board, after a restart or a long absence, gets the whole chat.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import structlog

from bot.channels.web.desk import Chat, Desk
from bot.channels.web.shown import Bubble, bubbles, running
from storage.errors import StorageError
from storage.model import Address, Lang

News = dict[str, object]

_BETWEEN_STEPS = 0.5
"""How often a running making is looked at, in seconds."""

_LINGER = 60.0
"""How long a board stays when the last tab has gone, in seconds: a reload finds it."""


@dataclass
class Board:
    """One chat's bubbles in one language, each with the number of its last change.

    `ordered` is the number of the last change of their order.
    """

    address: Address
    lang: Lang
    name: str = field(default_factory=lambda: secrets.token_hex(4))
    number: int = 0
    ordered: int = 0
    chosen: Lang | None = None
    typing: bool = False
    shown: dict[str, tuple[int, Bubble]] = field(default_factory=dict)
    turned: asyncio.Condition = field(default_factory=asyncio.Condition)
    tabs: int = 0
    closed: bool = False

    def since(self, seen: int | None) -> News:
        """What a tab needs that has seen change number `seen`; everything for None."""
        whole = seen is None or seen > self.number
        least = -1 if whole or seen is None else seen
        news: News = {
            "whole": whole,
            "lang": self.chosen,
            "typing": self.typing,
            "bubbles": [bubble for number, bubble in self.shown.values() if number > least],
        }
        if self.ordered > least:
            news["order"] = list(self.shown)
        return news

    def seen_by(self, last: str) -> int | None:
        """The number a `Last-Event-ID` of this board stands for; None for another board's."""
        name, _, number = last.partition(".")
        return int(number) if name == self.name and number.isdecimal() else None

    async def turn(self, chat: Chat, made: list[Bubble]) -> None:
        """Show the chat as it is now, and tell the tabs if that changed anything."""
        before = {identity: bubble for identity, (_, bubble) in self.shown.items()}
        now = {str(bubble["id"]): bubble for bubble in made}
        moved = list(before) != list(now)
        spoke = (chat.lang, chat.typing) != (self.chosen, self.typing)
        if self.number and not moved and not spoke and before == now:
            return
        self.number += 1
        self.ordered = self.number if moved else self.ordered
        self.chosen, self.typing = chat.lang, chat.typing
        self.shown = {
            identity: (self.shown[identity][0] if before.get(identity) == bubble else self.number, bubble)
            for identity, bubble in now.items()
        }
        await self._tell()

    async def close(self) -> None:
        """Send the tabs away; they come back by themselves and find another board."""
        self.closed = True
        await self._tell()

    async def news(self, seen: int | None) -> bool:
        """Wait until there is something a tab has not seen; False when the board was closed."""
        async with self.turned:
            await self.turned.wait_for(lambda: self.closed or self.number > (seen or 0))
        return not self.closed

    async def _tell(self) -> None:
        async with self.turned:
            self.turned.notify_all()


class Boards:
    """The boards that are being looked at; each has one task that keeps it up to date."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._boards: dict[tuple[str, Lang], Board] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def looking(self, address: Address, lang: Lang) -> AsyncIterator[Board]:
        """Lend the visitor's board for as long as a tab is open."""
        board = self._boards.get((address.id, lang))
        if board is None:
            board = self._boards[address.id, lang] = Board(address, lang)
            task = asyncio.create_task(self._watch(board))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        board.tabs += 1
        try:
            yield board
        finally:
            board.tabs -= 1

    async def close(self) -> None:
        """Stop all boards."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self, board: Board) -> None:
        try:
            with self._desk.changes(board.address) as changed:
                await self._follow(board, changed)
        except StorageError as error:
            structlog.get_logger().error("web.board_lost", reason=error.key)
        finally:
            del self._boards[board.address.id, board.lang]
            await asyncio.shield(board.close())

    async def _follow(self, board: Board, changed: asyncio.Event) -> None:
        """Keep the board up to date until nobody has looked at it for a while."""
        left = asyncio.get_running_loop().time()
        chat: Chat | None = None
        while board.tabs or asyncio.get_running_loop().time() - left < _LINGER:
            if chat is None or changed.is_set():
                changed.clear()
                chat = await self._desk.chat(board.address)
            tidings = {making: await self._desk.tiding(making) for making in running(chat)}
            await board.turn(chat, bubbles(chat, tidings, board.lang))
            moving = any(not tiding.ended for tiding in tidings.values())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(
                    changed.wait(), _BETWEEN_STEPS if moving and board.tabs else _LINGER / 4
                )
            if board.tabs:
                left = asyncio.get_running_loop().time()
