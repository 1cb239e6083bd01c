"""Where groups went: the number a chat goes by now, asked of the database once per group and process."""

from storage import moves
from storage.db import Database


class Moves:
    """Only groups move; their numbers are negative."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._now: dict[int, int] = {}

    async def newest(self, chat: int) -> int:
        """The number a chat goes by now."""
        if chat > 0:
            return chat
        if chat not in self._now:
            self._now[chat] = int(await moves.newest(self._db, "telegram", str(chat)))
        return self._now[chat]

    async def note(self, old: int, new: int) -> None:
        """It goes by another number from now on; whoever knew it by an earlier one asks again."""
        await moves.note(self._db, "telegram", str(old), str(new))
        self._now.clear()
