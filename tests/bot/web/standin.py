"""A stand-in for reception: a small fixed conversation in memory, with every kind of message there is."""

import asyncio
import contextlib
import hashlib
import itertools
import shutil
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from bot.channels.web.desk import Chat, Entry, Lent
from bot.messages import Button, File, Incoming, Outgoing
from bot.tidings import Tiding
from pipeline.ports.errors import BadInput
from storage.model import Address, Lang, Stride

_TYPES = {
    ".png": ("picture", "image/png"),
    ".jpg": ("picture", "image/jpeg"),
    ".wav": ("sound", "audio/wav"),
    ".webm": ("sound", "audio/webm"),
    ".mp4": ("video", "video/mp4"),
}
STEPS = ("look", "speak_pet", "animate", "cut", "check")


class StandIn:
    """A desk that answers at once: a photo gets a picture to tap, a press voices, a tap a film.

    `shown` are files the bot shows: picture, voice, film and cover. `step` moves a making on.
    """

    def __init__(self, folder: Path, shown: dict[str, Path]) -> None:
        self.folder = folder
        self.files: dict[str, tuple[Address, Path, str]] = {}
        self.taken: dict[str, Incoming] = {}
        self.tidings: dict[str, Tiding] = {}
        self._shown = shown
        self._entries: dict[Address, list[Entry]] = defaultdict(list)
        self._langs: dict[Address, Lang | None] = defaultdict(lambda: None)
        self._events: dict[Address, set[asyncio.Event]] = defaultdict(set)
        self._numbers = itertools.count(1)

    async def receive(self, incoming: Incoming) -> None:
        if incoming.id in self.taken:
            return
        self.taken[incoming.id] = incoming
        where = incoming.address
        self._langs[where] = incoming.lang or self._langs[where]
        self._entries[where].append(Entry(at=incoming.at, incoming=incoming))
        for outgoing in self._answers(incoming):
            self._entries[where].append(Entry(at=incoming.at, outgoing=outgoing))
        self._tell(where)

    async def keep(self, address: Address, source: Path, name: str) -> File:
        size = await asyncio.to_thread(lambda: source.stat().st_size)
        if not size:
            raise BadInput("photo.empty")
        sort, media_type = _TYPES.get(Path(name).suffix, ("other", "application/octet-stream"))
        asset = self._add(address, source, media_type)
        return File.model_validate({"asset": asset, "sort": sort, "name": name, "bytes": size})

    async def chat(self, address: Address) -> Chat:
        return Chat(lang=self._langs[address], entries=tuple(self._entries[address]))

    @contextlib.contextmanager
    def changes(self, address: Address) -> Iterator[asyncio.Event]:
        event = asyncio.Event()
        self._events[address].add(event)
        yield event
        self._events[address].discard(event)

    async def tiding(self, making: str) -> Tiding:
        return self.tidings[making]

    @contextlib.asynccontextmanager
    async def lend(self, address: Address, asset: str) -> AsyncIterator[Lent | None]:
        owner, path, media_type = self.files.get(asset, (None, self.folder, ""))
        sum_ = hashlib.sha256(path.read_bytes()).hexdigest() if owner == address else ""
        yield Lent(path=path, media_type=media_type, sha256=sum_) if owner == address else None

    def step(self, making: str, done: int) -> None:
        """Move a making on: so many steps are done; with all of them the film is there."""
        states = ["done" if n < done else "running" if n == done else "waiting" for n in range(len(STEPS))]
        steps = [Stride.model_validate({"making": making, "step": name, "state": state})
                 for name, state in zip(STEPS, states, strict=True)]  # fmt: skip
        ended = done >= len(STEPS)
        fraction = min(1.0, done / len(STEPS))
        left = None if ended else 12.0 * (len(STEPS) - done)
        self.tidings[making] = Tiding(steps=tuple(steps), fraction=fraction, left=left, ended=ended)
        if ended:
            where = next(address for address in self._entries if address.id == making)
            self._entries[where].append(Entry(at=0.0, outgoing=self._film(where)))
        for address in self._events:
            self._tell(address)

    def hand_over(self, where: Address, name: str) -> None:
        """Say that the film is there to be saved, under a name."""
        film = self._add(where, self._shown["film"], "video/mp4")
        said = self._say("talk.original", kind="document", assets=[film])
        self._entries[where].append(Entry(at=0.0, outgoing=said.model_copy(update={"labels": (name,)})))
        self._tell(where)

    def _answers(self, incoming: Incoming) -> list[Outgoing]:
        where = incoming.address
        if incoming.kind == "start":
            return [self._say("notice.frame"), self._say("theme.missing", rows=[["one", "two"], ["other"]])]
        if incoming.kind == "files":
            picture = self._add(where, self._shown["picture"], "image/png")
            first = self._say("look.unsure", kind="pictures", assets=[picture], rows=[["talk", "again"]])
            return [first.model_copy(update={"tappable": True})]
        if incoming.kind == "tap":
            self.step(where.id, 2)
            shown = self._say("notice.scripts", kind="progress", rows=[["cancel"]])
            return [shown.model_copy(update={"making": where.id})]
        if incoming.kind == "press" and incoming.press.endswith(":talk"):
            album = [self._add(where, self._shown["picture"], "image/png") for _ in range(3)]
            return [self._say("notice.frame", kind="pictures", assets=album, rows=[["1", "2", "3"]])]
        if incoming.kind == "press":
            voices = [self._add(where, self._shown["voice"], "audio/wav") for _ in range(3)]
            spoken = self._say("notice.voice", kind="voices", assets=voices, rows=[["use", "more"]])
            return [spoken.model_copy(update={"labels": ("voice.doubao", "voice.naitang", "voice.hanhan")})]
        return [self._say("notice.scripts", rows=[["1", "2", "3"]], body="1.\n🧑 a\n🐾 b")]

    def _film(self, where: Address) -> Outgoing:
        film = self._add(where, self._shown["film"], "video/mp4")
        cover = self._add(where, self._shown["cover"], "image/png")
        made = self._say("notice.film", kind="film", assets=[film, cover], rows=[["line", "voice"], ["new"]])
        fields = {"seconds": "2", "body": "#paw"}
        return made.model_copy(update={"fields": fields, "body": "妈妈，我养你\n#宠物 #paw"})

    def _say(
        self,
        key: str,
        *,
        kind: str = "say",
        assets: list[str] | None = None,
        rows: list[list[str]] | None = None,
        body: str = "",
    ) -> Outgoing:
        turn = next(self._numbers)
        buttons = [[Button(value=f"{turn}:{name}", key=name) for name in row] for row in rows or []]
        fields = {"kind": kind, "key": key, "assets": assets or [], "buttons": buttons, "body": body}
        return Outgoing.model_validate({"id": f"chat:{turn}:1", **fields})

    def _add(self, address: Address, source: Path, media_type: str) -> str:
        asset = f"asset-{next(self._numbers)}"
        kept = self.folder / asset
        shutil.copyfile(source, kept)
        self.files[asset] = (address, kept, media_type)
        return asset

    def _tell(self, address: Address) -> None:
        for event in self._events[address]:
            event.set()
