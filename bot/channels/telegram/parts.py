"""Parts: a message that needs several calls goes on where it stopped, also in another process."""

from collections.abc import Awaitable, Callable, Sequence

from telegram import Message

from pipeline.ports.errors import Unsure
from storage import outbox
from storage.db import Database
from storage.model import Address

_LOST = "?"


class Parts:
    """What of one message has gone already; each part that goes is written down before the next one."""

    def __init__(self, db: Database, address: Address, message: str, gone: Sequence[str]) -> None:
        self._db, self._address, self._message = db, address, message
        self._gone = list(gone)
        self._at = 0

    @classmethod
    async def of(cls, db: Database, address: Address, message: str) -> "Parts":
        """What an earlier try left."""
        found = await outbox.get(db, address, message)
        return cls(db, address, message, found.receipt.split(",") if found and found.receipt else ())

    @property
    def begun(self) -> str | None:
        """The receipt of the first part, when it has gone."""
        return self._gone[0] if self._gone else None

    async def send(
        self,
        send: Callable[[], Awaitable[Sequence[Message]]],
        *,
        count: int = 1,
        last: bool = False,
        repeats: bool = False,
    ) -> None:
        """Send the next part, of `count` messages, unless it has gone.

        One of which nobody knows counts as gone, unless it `repeats` without harm.

        Raises:
            Trouble: it did not go; the parts before it are not sent again.
        """
        self._at += count
        if len(self._gone) >= self._at:
            return
        try:
            self._gone += [receipt(message) for message in await send()]
        except Unsure:
            if repeats:
                raise
            self._gone += [_LOST] * count
        if not last:
            await self.keep()
        elif _LOST in self._gone:  # in doubt as a whole; whose the rest is, buttons too, has to be known
            await outbox.hold(self._db, self._address, self._message, self._known())

    async def put(self, receipt: str) -> None:
        """Note a message that everything else is put into."""
        self._gone = [receipt]
        await self.keep()

    async def keep(self) -> None:
        """Write down what has gone."""
        await outbox.hold(self._db, self._address, self._message, ",".join(self._gone))

    def receipt(self, *, asked: bool = False) -> str:
        """The receipt of the whole, the last part first: it has the buttons.

        Args:
            asked: the last part asks something, and that it went is enough.

        Raises:
            Unsure: of one of them nobody knows.
        """
        if _LOST in self._gone and not asked:
            raise Unsure("telegram.no_answer")
        return self._known()

    def _known(self) -> str:
        """The receipts there are, the last one first."""
        return ",".join(one for one in [self._gone[-1], *self._gone[:-1]] if one != _LOST)


def receipt(message: Message) -> str:
    """By what a message can be found again."""
    return f"{message.chat.id}:{message.message_id}"


def place(receipt: str) -> tuple[int, int]:
    """The chat and the number of a receipt's first message."""
    chat, _, number = receipt.partition(",")[0].partition(":")
    return int(chat), int(number)
