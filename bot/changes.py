"""Changes: who looks at a chat hears that something in it is new; what it is, they read for themselves."""

import asyncio
import contextlib
from collections.abc import Iterator

from storage.model import Address


class Changes:
    """One per process. Costs nothing for chats nobody looks at."""

    def __init__(self) -> None:
        self._listeners: dict[Address, set[asyncio.Event]] = {}
        self._channels: dict[str, set[asyncio.Queue[Address]]] = {}

    @contextlib.contextmanager
    def listening(self, address: Address) -> Iterator[asyncio.Event]:
        """Lend an event that is set whenever the chat has changed; whoever reads the chat clears it first."""
        event = asyncio.Event()
        self._listeners.setdefault(address, set()).add(event)
        try:
            yield event
        finally:
            rest = self._listeners[address]
            rest.discard(event)
            if not rest:
                del self._listeners[address]

    @contextlib.contextmanager
    def of_channel(self, channel: str) -> Iterator[asyncio.Queue[Address]]:
        """Lend a queue of the channel's chats as they change; the same one may come more than once."""
        queue: asyncio.Queue[Address] = asyncio.Queue()
        self._channels.setdefault(channel, set()).add(queue)
        try:
            yield queue
        finally:
            self._channels[channel].discard(queue)

    def tell(self, address: Address) -> None:
        """Say that something in the chat is new."""
        for event in self._listeners.get(address, ()):
            event.set()
        for queue in self._channels.get(address.channel, ()):
            queue.put_nowait(address)
