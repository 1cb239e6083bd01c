"""A chat about words, from a photo to the script, with hosted models and faults of each kind in the way."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from pydantic import SecretStr

from bot import app
from bot.messages import Incoming, Outgoing
from bot.settings import Settings
from bot.talk import Talk
from storage import chats, history, takes
from storage.model import Address
from tests.fakes.ark import Ark
from tests.fakes.deepseek import DeepSeek
from tests.fakes.desk import KEY
from tests.fakes.openrouter import OpenRouter
from tests.fakes.serving import served

_ANNA = Address(channel="test", id="anna")
_NOTHING: dict[str, Path | None] = dict.fromkeys(app.WEIGHTS)


@dataclass
class Chat:
    """One person's chat in a running house."""

    house: app.House
    lobby: app.Lobby
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    async def says(self, text: str = "", photo: Path | None = None) -> None:
        """Let the person write something, or send a photo."""
        parts: dict[str, object] = {"kind": "text", "text": text}
        if photo is not None:
            kept = await self.lobby.reception.keep(_ANNA, photo, photo.name)
            parts = {"kind": "files", "files": (kept,), "text": text}
        number = next(self.numbers)
        whole = {"id": f"in-{number}", "address": _ANNA, "at": float(number), "lang": "zh", **parts}
        await self.lobby.reception.receive(Incoming.model_validate(whole))

    async def presses(self, what: str) -> None:
        """Press the newest button that does this."""
        said = [one for message in await self.said() for row in message.buttons for one in row]
        value = next(one.value for one in reversed(said) if one.value.partition(":")[2] == what)
        number = next(self.numbers)
        whole = {"id": f"in-{number}", "address": _ANNA, "at": float(number), "kind": "press", "press": value}
        await self.lobby.reception.receive(Incoming.model_validate(whole))

    async def said(self) -> list[Outgoing]:
        """What the bot said so far."""
        entries = await history.said(self.house.studio.db, _ANNA)
        return [Outgoing.model_validate_json(one.payload) for one in entries if not one.theirs]

    async def hears(self, key: str, times: int = 1) -> Outgoing:
        """Wait until the bot has said this so often."""
        with self.lobby.changes.listening(_ANNA) as news:
            async with asyncio.timeout(60):
                while len(found := [one for one in await self.said() if one.key == key]) < times:
                    news.clear()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(news.wait(), 0.2)
        return found[-1]

    async def talk(self) -> Talk:
        """The chat as it stands."""
        chat = await chats.get(self.house.studio.db, _ANNA)
        assert chat is not None
        return Talk.model_validate_json(chat.talk)

    async def ledger(self, step: str) -> list[tuple[str, str, str | None]]:
        """What was attempted for a step, in its order."""
        rows = await takes.of(self.house.studio.db, (await self.talk()).project)
        return [(take.vendor, take.state, take.error) for take in rows if take.step == step]


@contextlib.asynccontextmanager
async def _opened(folder: Path, ark: Ark, openrouter: OpenRouter, deepseek: DeepSeek) -> AsyncIterator[Chat]:
    with served(ark.app) as one, served(openrouter.app) as two, served(deepseek.app) as three:
        settings = Settings(
            data_dir=folder / "data",
            ark_api_key=SecretStr(KEY), ark_base_url=f"{one}/api/v3",
            openrouter_api_key=SecretStr(KEY), openrouter_base_url=f"{two}/api/v1",
            deepseek_api_key=SecretStr(KEY), deepseek_base_url=three,
            make_text="ark,openrouter,deepseek,builtin",
        )  # fmt: skip
        async with (
            app.opened(settings, poll_seconds=0.05, found=_NOTHING) as house,
            app.receiving(house) as lobby,
        ):
            yield Chat(house, lobby)


async def test_a_chat_about_words_whatever_the_models_do(tmp_path: Path) -> None:
    """A photo, a theme, wishes in free words. Meanwhile a key is refused, a model gone, an answer no JSON, a
    line too long, an account broke, a service busy, a policy hit, an answer lost: each is passed over, asked
    again or told, once; what the person asks on screen stays as it is."""
    ark, openrouter, deepseek = Ark(), OpenRouter(), DeepSeek()
    Image.new("RGB", (800, 600), "tan").save(tmp_path / "pet.jpg")
    async with _opened(tmp_path, ark, openrouter, deepseek) as chat:
        # The photo: one model's key is refused, the next one sees, and is sure where the mouth is.
        ark.faults.append("401 AuthenticationError")
        await chat.says(photo=tmp_path / "pet.jpg")
        await chat.hears("talk.preview")
        assert await chat.ledger("describe") == [
            ("ark", "rejected", "vendor.key"), ("openrouter", "done", None)
        ]  # fmt: skip
        # Options: prose, then a line that is too long; the next model is out of money; the last is good.
        ark.mind.slips.extend(["prose", "too long"])
        openrouter.faults.append("broke")
        await chat.says("养妈妈")
        first = await chat.hears("talk.ask_script")
        assert await chat.ledger("write") == [
            ("ark", "failed", "text.unusable"), ("ark", "failed", "text.unusable"),
            ("openrouter", "rejected", "vendor.balance"), ("deepseek", "done", None),
        ]  # fmt: skip
        # Again, sadder: the service is busy for a moment, and a model changes the person's line.
        ark.faults.append("429 ServerOverloaded")
        ark.mind.slips.append("other person")
        await chat.says("换个更惨的")
        second = await chat.hears("talk.ask_script", times=2)
        assert first.body != second.body
        assert first.body.count("🧑 长大后要不要养妈妈") == second.body.count("🧑 长大后要不要养妈妈") == 3
        # One is chosen and changed in free words; the model changes every line, one of them stays changed.
        await chat.says("1")
        await chat.hears("talk.script_taken")
        before = (await chat.talk()).brief.script
        ark.faults.append("404 ModelNotOpen")
        openrouter.faults.append("limit")
        await chat.says("最后一句更惨一点")
        await chat.hears("talk.edited")
        after = (await chat.talk()).brief.script
        assert before is not None
        assert after is not None
        same = [a.text == b.text for a, b in zip(before.lines, after.lines, strict=True)]
        assert same == [True, True, True, True, True, False]
        # A policy is hit: the person is told as much, and the script stays.
        ark.faults.append("400 InputTextSensitiveContentDetected")
        await chat.says("第二句再狠一点")
        await chat.hears("talk.not_edited")
        assert "vendor.refused" in {one.key for one in await chat.said()}
        assert (await chat.talk()).brief.script == after
        # An answer is lost: nobody pays twice, and the person hears of it.
        edits = len(await chat.ledger("edit"))
        openrouter.faults.append("provider")
        ark.faults.append("403 AccountOverdueError")
        await chat.says("第四句短一点")
        await chat.hears("talk.not_edited", times=2)
        assert [state for _, state, _ in (await chat.ledger("edit"))[edits:]] == ["rejected", "unsure"]
        costs = [
            take for take in await takes.of(chat.house.studio.db, (await chat.talk()).project) if take.cost
        ]
    assert {take.currency for take in costs} == {"USD", "CNY"}
    told = " ".join(ark.mind.told + openrouter.mind.told + deepseek.mind.told)
    assert "柯基" in told  # what was seen on the photo reaches the writers
