"""Channels: what every door onto the conversation has to be able to do when it is written to."""

from collections.abc import Callable, Mapping
from typing import Protocol

from bot.messages import Outgoing
from bot.tidings import Tiding
from storage.model import Address

Words = Callable[[str, Mapping[str, str]], str]
"""A text key and its fields, said in the person's language."""


class Channel(Protocol):
    """A channel messages are sent to. One whose page reads the outbox itself is none of these."""

    name: str

    async def write(self, address: Address, message: Outgoing, words: Words, earlier: str | None) -> str:
        """Send a message and return the channel's receipt, by which it can be edited.

        Args:
            earlier: the receipt of the message this one takes the place of; edit that one where possible.

        Raises:
            Busy: surely not sent; it is tried again.
            Unsure: perhaps sent.
            Trouble: it never will be.
        """
        ...

    async def tell(
        self, address: Address, receipt: str, message: Outgoing, tiding: Tiding, words: Words
    ) -> None:
        """Edit a progress message that was sent, so that it says how far its making is.

        Raises:
            Trouble: it could not; the next one says it all again.
        """
        ...
