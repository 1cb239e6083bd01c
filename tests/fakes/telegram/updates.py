"""What waits for the bot: kept until confirmed, handed out by polls or by the webhook, broken on demand."""

import itertools
import math
from collections.abc import Callable, Collection
from dataclasses import dataclass

from tests.fakes.telegram.news import News
from tests.fakes.telegram.nouns import Json

_NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
_DAY = 24 * 3600.0
_PRESS_SECONDS = 150.0
_MOST = 100


@dataclass
class Waiting:
    """An update; `queue` is whose order it keeps: one a chat for messages, one a person for presses."""

    id: int
    kind: str
    body: Json
    queue: str
    until: float

    def wire(self) -> Json:
        """The update as the Bot API writes it."""
        return {"update_id": self.id, **self.body}


class Updates:
    """The bot's updates."""

    def __init__(self, news: News, clock: Callable[[], float], first_id: int = 500_000_001) -> None:
        self._news, self._clock = news, clock
        self._ids = itertools.count(first_id)
        self._waiting: dict[int, Waiting] = {}
        self._again: list[Waiting] = []
        self._last: Waiting | None = None
        self._reverse = False
        self._next_end = math.inf
        self.allowed: frozenset[str] | None = None
        self.handed_out = 0
        self.expired = 0

    def __len__(self) -> int:
        self._expire()
        return len(self._waiting)

    def wants(self, kind: str) -> bool:
        """Whether the bot asked for updates of this kind."""
        return kind in self.allowed if self.allowed else kind not in _NOT_BY_DEFAULT

    def allow(self, kinds: Collection[str] | None) -> None:
        """Remember which kinds are wanted; None leaves it as it was, an empty list is the default again."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    def add(self, kind: str, body: Json, queue: str) -> Json | None:
        """Keep an update, unless the bot does not want its kind; return it as it will be sent."""
        with self._news.lock:
            if not self.wants(kind):
                return None
            lives = _PRESS_SECONDS if kind == "callback_query" else _DAY
            made = Waiting(next(self._ids), kind, {kind: body}, queue, self._clock() + lives)
            self._waiting[made.id] = made
            self._next_end = min(self._next_end, made.until)
        self._news.tell()
        return made.wire()

    def poison(self, queue: str = "poison") -> int:
        """Add an update no library's classes can read; return its id."""
        made = self.add("message", {"message_id": "first", "date": "soon", "chat": {}}, queue)
        assert made is not None, "the bot does not want messages"
        return int(made["update_id"])

    def again(self) -> int:
        """Hand out once more what was handed out last, confirmed or not; return its id."""
        with self._news.lock:
            assert self._last is not None, "nothing was handed out so far"
            self._again.append(self._last)
            found = self._last.id
        self._news.tell()
        return found

    def reverse(self) -> None:
        """Hand out the next batch of several in the wrong order."""
        self._reverse = True

    def drop(self) -> None:
        """Forget what waits."""
        with self._news.lock:
            self._waiting.clear()

    def confirm(self, offset: int) -> None:
        """Forget what is older than this; counted from the end when negative."""
        ids = list(self._waiting)
        gone = [i for i in ids if i < offset] if offset >= 0 else ids[: max(0, len(ids) + offset)]
        for number in gone:
            del self._waiting[number]

    def batch(self, limit: int) -> list[Json]:
        """The oldest that wait, and what is to come again."""
        with self._news.lock:
            self._expire()
            found = list(itertools.islice(self._waiting.values(), min(limit, _MOST)))
            found, self._again = [*self._again, *found], []
            if not found:
                return []
            self._last = found[-1]
            self.handed_out += len(found)
            if self._reverse and len(found) > 1:
                self._reverse = False
                found.reverse()
            return [waiting.wire() for waiting in found]

    def heads(self, busy: Collection[str], most: int) -> list[Waiting]:
        """The oldest of the queues that are not busy, for the webhook."""
        with self._news.lock:
            self._expire()
            heads: dict[str, Waiting] = {}
            for waiting in itertools.chain(self._again, self._waiting.values()):
                if len(heads) >= most:
                    break
                if waiting.queue not in busy:
                    heads.setdefault(waiting.queue, waiting)
            return list(heads.values())

    def done(self, waiting: Waiting) -> None:
        """It was taken by the webhook."""
        with self._news.lock:
            self.handed_out += 1
            self._last = waiting
            if waiting in self._again:
                self._again.remove(waiting)
            else:
                self._waiting.pop(waiting.id, None)

    def alive(self, waiting: Waiting) -> bool:
        """Whether it is still to be delivered."""
        self._expire()
        return waiting.id in self._waiting or waiting in self._again

    def _expire(self) -> None:
        now = self._clock()
        if now < self._next_end:
            return
        for waiting in [w for w in self._waiting.values() if w.until <= now]:
            del self._waiting[waiting.id]
            self.expired += 1
        self._next_end = min((w.until for w in self._waiting.values()), default=math.inf)
