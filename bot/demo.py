"""The demo: a guest chats with the bot like anybody, answering what it asks; offline, the film into `out/`.

Everything goes through the code every channel uses: reception, the conversation, the engine, the rows.
"""

import asyncio
import itertools
from pathlib import Path

import typer
from rich.console import Console

from bot import settings
from bot.app import House, Lobby, opened, receiving
from bot.film import POLL_SECONDS, cover_of, deliver, folder_for
from bot.messages import Incoming, Outgoing
from bot.show import shown
from bot.talk import Talk
from bot.talking.questions import question
from bot.texts import known, say
from bot.wish import Wish, check_wish
from pipeline import crafts, packaged
from pipeline.ports.errors import BadInput
from storage import assets, chats, history
from storage.model import Address, Lang, Point, Taps

_SECONDS = 0.3
_FOLDER = Path("out")
OUT = _FOLDER / "demo.mp4"
_GUEST = Address(channel="demo", id="guest")
# Where the sample cat's mouth and eyes are, for the case that the finder rather asks than guesses.
TAPS = Taps(mouth=(256, 280), eyes=((171, 115), (319, 137)))
# What the guest answers to each question: the button that is pressed, by what it does and about what.
_PRESSES = {
    "theme": "theme:raise-mom",
    "script": "whom:",
    "whom": "for:programmers",
    "script for whom": "pick:1",
    "voice": "voice:naitang",
    "person": "person:mama",
    "summary": "go:",
}


def prepare() -> Path:
    """Make the folder the film goes into, and return the sample photo.

    Raises:
        BadInput: the folder cannot be made or written to, or the photo was not fetched.
    """
    try:
        _FOLDER.mkdir(exist_ok=True)
    except OSError as error:
        raise BadInput("file.cannot_write", {"name": str(_FOLDER)}, str(error)) from error
    photo = packaged.path("sample-photo")
    if photo is None:
        raise BadInput("demo.no_photo")
    check_wish(Wish(photo=photo, out=OUT))
    return photo


async def demo(photo: Path, lang: Lang, data: Path | None) -> int:
    """Play the whole chat and say where everything is; 1 when no film came of it."""
    with folder_for(data) as folder:
        chosen = settings.load().model_copy(
            update={"data_dir": folder, "database_url": None, "blobs_url": None}
        )
        async with opened(chosen, poll_seconds=POLL_SECONDS) as house, receiving(house) as lobby:
            guest = _Guest(house, lobby, photo, lang)
            film = await guest.chat()
            if film is None:
                return 1
            await deliver(house.studio, await _files(house, film), OUT)
            await house.studio.workshop.run("stage", crafts.edit.sheet, OUT, _FOLDER / "demo.sheet.png")
    typer.echo("\n".join(map(str, (OUT, cover_of(OUT), _FOLDER / "demo.sheet.png"))))
    return 0


async def _files(house: House, film: Outgoing) -> dict[str, str]:
    """The film's three files: the message shows two of them."""
    shown_ones = {"film": film.assets[0], "cover": film.assets[1]}
    project = (await house.studio.asset(film.assets[0])).project
    kept = await assets.of(house.studio.db, project)
    return {**shown_ones, "sidecar": next(each.id for each in reversed(kept) if each.kind == "sidecar")}


class _Guest:
    """Somebody with a cat who takes the first of everything."""

    def __init__(self, house: House, lobby: Lobby, photo: Path, lang: Lang) -> None:
        self._house, self._lobby, self._photo, self._lang = house, lobby, photo, lang
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._numbers = itertools.count(1)
        self._read = 0
        self._buttons: list[tuple[str, str]] = []
        self._answered = ""

    async def chat(self) -> Outgoing | None:
        """Go on until the film is there, and return its message; None when the bot could not make it."""
        with self._lobby.changes.listening(_GUEST) as changed:
            await self._send(Incoming(id=self._id(), address=_GUEST, at=0, kind="start", lang=self._lang))
            while True:
                await changed.wait()
                changed.clear()
                for message in await self._news():
                    self._print(message)
                    if message.kind == "film":
                        return message
                    if message.key == "talk.failed":
                        return None
                    if message.kind == "progress":
                        await self._watch(message.making)
                await self._answer()

    async def _news(self) -> list[Outgoing]:
        said = await history.said(self._house.studio.db, _GUEST, after=self._read)
        self._read = max((each.number for each in said), default=self._read)
        return [Outgoing.model_validate_json(each.payload) for each in said if not each.theirs]

    async def _answer(self) -> None:
        """Answer the question the chat is at, once."""
        chat = await chats.get(self._house.studio.db, _GUEST)
        if chat is None:
            return
        talk = Talk.model_validate_json(chat.talk)
        asked = question(talk)
        if asked == "script" and talk.brief.audience:
            asked = "script for whom"
        marker = f"{asked}:{len(talk.points)}"
        if marker == self._answered:
            return
        if asked == "photo":
            await self._send_photo(marker)
        elif asked in {"mouth", "eyes"} and talk.seen is not None:
            await self._point(talk, marker)
        elif asked in _PRESSES:
            await self._press(_PRESSES[asked], marker)

    async def _send_photo(self, marker: str) -> None:
        self._answered = marker
        file = await self._lobby.reception.keep(_GUEST, self._photo, self._photo.name)
        self._console.print(f"👤 [{self._photo.name}]", markup=False)
        await self._send(Incoming(id=self._id(), address=_GUEST, at=0, kind="files", files=(file,)))

    async def _point(self, talk: Talk, marker: str) -> None:
        self._answered = marker
        assert talk.seen is not None
        assert TAPS.mouth is not None
        assert TAPS.eyes is not None
        place = TAPS.mouth if question(talk) == "mouth" else TAPS.eyes[len(talk.points)]
        box = talk.seen.box
        at: Point = (
            ((place[0] - box.x) / box.w, (place[1] - box.y) / box.h)
            if box
            else (place[0] / talk.seen.width, place[1] / talk.seen.height)
        )
        self._console.print("👤 ☝️", markup=False)
        picture = talk.last.get("picture", "")
        await self._send(Incoming(id=self._id(), address=_GUEST, at=0, kind="tap", tap=at, press=picture))

    async def _press(self, what: str, marker: str) -> None:
        for value, words in reversed(self._buttons):
            if value.split(":", 1)[1] == what:
                self._answered = marker
                self._console.print(f"👤 [{words}]", markup=False)
                await self._send(Incoming(id=self._id(), address=_GUEST, at=0, kind="press", press=value))
                return

    async def _send(self, incoming: Incoming) -> None:
        await self._lobby.reception.receive(incoming)

    async def _watch(self, making: str) -> None:
        """What ends is a row, and nothing rings for it here, so it is looked at now and then."""
        async with shown(self._house.studio, making, self._console, self._lang):
            while not (await self._lobby.tidings.of(making)).ended:  # noqa: ASYNC110
                await asyncio.sleep(_SECONDS)

    def _print(self, message: Outgoing) -> None:
        words = say(message.key, self._lang, message.fields) if known(message.key) else ""
        for line in (*words.splitlines(), *message.body.splitlines()):
            self._console.print(f"   {line}", markup=False)
        for row in message.buttons:
            told = [(button.value, say(button.key, self._lang, button.fields)) for button in row]
            self._buttons += told
            self._console.print("   " + " ".join(f"[{words}]" for _, words in told), markup=False)

    def _id(self) -> str:
        return f"demo:{next(self._numbers)}"
