"""What the web chat asks of reception: the whole of its knowledge of what lies behind it."""

import asyncio
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from pathlib import Path
from typing import Protocol

from bot.messages import File, Incoming, Outgoing
from bot.tidings import Tiding
from storage.model import Address, Lang, Noun


class Entry(Noun):
    """One thing that was said, by the visitor (`incoming`) or to them (`outgoing`); `at` in seconds."""

    at: float
    incoming: Incoming | None = None
    outgoing: Outgoing | None = None


class Chat(Noun):
    """One chat as it stands; `typing` while something of the visitor's waits for an answer."""

    lang: Lang | None = None
    entries: tuple[Entry, ...] = ()
    typing: bool = False


class Lent(Noun):
    """A file to be shown: where it lies while it is lent, what it is, and its sum."""

    path: Path
    media_type: str
    sha256: str


class Desk(Protocol):
    """Reception, seen from the page."""

    async def receive(self, incoming: Incoming) -> None:
        """Take something in; the same id twice is once."""
        ...

    async def keep(self, address: Address, source: Path, name: str) -> File:
        """Keep a copy of a file somebody sent and say what it is.

        Raises:
            Trouble: it cannot be kept; its key and fields are the sentence.
        """
        ...

    async def chat(self, address: Address) -> Chat:
        """The chat as it stands now; an empty one for an address nobody knows."""
        ...

    def changes(self, address: Address) -> AbstractContextManager[asyncio.Event]:
        """Lend an event that is set whenever the chat has changed; whoever reads the chat clears it first."""
        ...

    async def tiding(self, making: str) -> Tiding:
        """How far a making is."""
        ...

    def lend(self, address: Address, asset: str) -> AbstractAsyncContextManager[Lent | None]:
        """Lend a file of this very person; None for anybody else's and for what is not there."""
        ...
