"""The way out over real HTTP: stores, courier and post before the stand-in for Telegram's server."""

import asyncio
import contextlib
import heapq
import io
import itertools
import time as wall
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from PIL import Image
from telegram import Bot

from bot.channels.telegram import api
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.pool import Pool
from bot.channels.telegram.post import MOST_BYTES, Post, may_repeat
from bot.channels.telegram.shown import together
from bot.courier import Courier
from bot.messages import Button, Outgoing
from bot.texts import known, say
from bot.tidings import Tidings
from pipeline.film import sound
from storage import chats, outbox
from storage.model import Address
from storage.outbox import Outbound
from tests.bot.house import House, opened
from tests.fakes.telegram import Chat, FakeTelegram, Limits, Message, Person, serving
from tests.pipeline.film.noisy import HERTZ, film_of_noise, tone
from tests.pipeline.house import Writer

_numbers = itertools.count(1)


class Time:
    """A clock that jumps to the next one who sleeps, when others have had a moment to do something."""

    def __init__(self) -> None:
        self._now = 1_000_000.0
        self._sleepers: list[tuple[float, int, asyncio.Event]] = []

    def __call__(self) -> float:
        """The time, in seconds."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Sleep by this clock."""
        event = asyncio.Event()
        heapq.heappush(self._sleepers, (self._now + seconds, next(_numbers), event))
        await event.wait()

    @classmethod
    @contextlib.asynccontextmanager
    async def passing(cls) -> AsyncIterator["Time"]:
        """Let time pass as long as the block lasts."""
        time = cls()
        task = asyncio.create_task(time._pass())
        try:
            yield time
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _pass(self) -> None:
        while True:
            await asyncio.sleep(0.05)
            if self._sleepers:
                until, _, event = heapq.heappop(self._sleepers)
                self._now = max(self._now, until)
                event.set()


class Desk:
    """What is running, and ways to make it speak."""

    def __init__(self, house: House, fake: FakeTelegram, post: Post, bot: Bot) -> None:
        self.house, self.fake, self.post, self.bot = house, fake, post, bot
        self.ann = fake.person(name="Ann", lang="en")
        self.ann.starts()

    @property
    def chat(self) -> Chat:
        """Ann's chat."""
        return self.ann.chat

    @property
    def address(self) -> Address:
        """Ann's address."""
        return Address(channel="telegram", id=f"{self.ann.id}")

    async def begin(self, address: Address | None = None) -> Address:
        """Begin a chat, so that its outbox can be written to."""
        address, studio = address or self.address, self.house.studio
        project = f"p{address.id.replace(':', '-')}"
        await chats.begin(studio.db, address, "{}", project, "en", studio.clock())
        return address

    async def send(self, *messages: Outgoing, to: Address | None = None) -> None:
        """Put messages into the outbox of a chat."""
        address, db = await self.begin(to), self.house.studio.db
        letters = tuple(
            Outbound(
                id=each.id,
                address=address,
                payload=each.model_dump_json(),
                making=each.making if each.kind == "progress" else "",
            )
            for each in messages
        )
        async with db.writing() as conn:
            await outbox.add_within(conn, letters, next(_numbers) * 10, 1.0)
        self.house.changes.tell(address)

    async def write(self, message: Outgoing, earlier: str | None = None, to: Address | None = None) -> str:
        """Write a message at once, as the courier would."""
        return await self.post.write(await self.begin(to), message, words, earlier)

    async def states(self) -> list[tuple[str, str | None]]:
        """How far each message came, and why not further."""
        rows = await self.house.studio.db.read("SELECT state, error FROM outbox ORDER BY person, number")
        return [(row["state"], row["error"]) for row in rows]

    async def until_done(self) -> list[tuple[str, str | None]]:
        """Wait until nothing is left to be sent."""
        for _ in range(1_500):
            states = await self.states()
            if all(state in {"sent", "doubtful"} for state, _ in states):
                return states
            await asyncio.sleep(0.01)
        raise TimeoutError(str(await self.states()))

    async def keep(self, kind: str, source: Path | bytes, media_type: str) -> str:
        """Keep a file of Ann's."""
        await self.begin()
        return (await self.house.studio.keep(f"p{self.ann.id}", kind, source, media_type)).id

    async def picture(self, shade: int = 0, size: tuple[int, int] = (90, 160)) -> str:
        """Keep a picture."""
        file = io.BytesIO()
        Image.new("RGB", size, (shade, 90, 90)).save(file, "JPEG")
        return await self.keep("picture", file.getvalue(), "image/jpeg")

    async def voice(self, folder: Path, pitch: float = 220.0) -> str:
        """Keep a second of sound."""
        path = folder / f"{pitch}.wav"
        sound.write(path, tone(1.0, pitch), HERTZ)
        return await self.keep("sound", path, "audio/wav")

    async def film(self, folder: Path) -> tuple[str, str]:
        """Keep a short film and its cover."""
        film = film_of_noise(folder / "film.mp4", 1, 90, 160)
        return await self.keep("film", film, "video/mp4"), await self.picture(7)


def words(key: str, fields: object) -> str:
    """A text in English."""
    return say(key, "en", fields) if known(key) else key  # type: ignore[arg-type]  # as the courier hands it


def said(body: str, turn: str = "", **more: object) -> Outgoing:
    """A message of words, of a turn of its own."""
    number = next(_numbers)
    return Outgoing.model_validate({"id": f"c:{turn or number}:{number}", "body": body, **more})


def button(value: str, name: str = "Yes") -> tuple[tuple[Button, ...], ...]:
    """One button."""
    return ((Button(value=value, key="talk.b_name", fields={"name": name}),),)


@contextlib.asynccontextmanager
async def desk(
    folder: Path,
    *writers: Writer,
    limits: Limits | None = None,
    time: Time | None = None,
    most_bytes: int = MOST_BYTES,
    **more: object,
) -> AsyncIterator[Desk]:
    """Open everything but the courier; without limits nothing is paced either, by either clock."""
    clock, sleep = (time, time.sleep) if time else (wall.time, asyncio.sleep)
    pace = Pace(clock=clock, sleep=sleep, lifted=limits is None)
    async with serving(limits=limits, clock=clock) as fake, opened(folder, *writers, **more) as house:  # type: ignore[arg-type]  # a test's turn
        pool = Pool(trust_env=False)
        bot = api.bot(fake.token, fake.url, request=pool)
        post = Post(bot, house.studio, pace, most_bytes=most_bytes, clock=clock)
        try:
            yield Desk(house, fake, post, bot)
        finally:
            await pool.shutdown()


@contextlib.asynccontextmanager
async def delivering(
    desk: Desk,
    *,
    between: float = 0.01,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncIterator[None]:
    """Run the courier."""
    house = desk.house
    tidings = Tidings(house.studio, house.engine)
    courier = Courier(
        house.studio,
        house.changes,
        tidings,
        desk.post,
        seconds_between_edits=between,
        may_repeat=may_repeat,
        joined=together,
        sleep=sleep,
    )
    task = asyncio.create_task(courier.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def kinds(chat: Chat) -> list[str]:
    """What the bot's messages in a chat are."""
    return [message.kind for message in chat.answers]


def films(chat: Chat) -> list[Message]:
    """The films in a chat."""
    return [message for message in chat.answers if message.kind == "video"]


def persons(fake: FakeTelegram, count: int) -> list[Person]:
    """People who started the bot."""
    people = [fake.person(name=f"P{number}") for number in range(count)]
    for person in people:
        person.starts()
    return people
