"""Two whole chats on Telegram at once, the bot killed ten times on the way, with the real crafts."""

import asyncio
import os
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.messages import Outgoing
from bot.texts import say
from pipeline.film import sound
from tests.pipeline.sound.made import silence, talk, three
from tests.stories.hidden import half_hidden
from tests.stories.telegram import Phone, Shown, stand_in
from tests.stories.website import Website, kept, website

SEED = int(os.environ.get("PAWLOGUE_TEST_SEED", "5"))
_OWNER, _MOTHER, _UNCLE, _FAMILY = 7, 8, 9, -5
_CUTS_TALKING, _CUTS_MAKING = 3, 2  # in each of the two chats
_HERTZ = 24_000
_MOUTH, _LEFT, _RIGHT = "34", "15", "17"  # the squares of the sample cat's face
# Every sentence of the chats in their order: one that is said again, or is missing, would show here.
_FACE = [
    *("talk.looking", "look.unsure", "talk.ask_mouth", "talk.mouth_taken", "talk.ask_eye_left"),
    *("talk.ask_eye_right", "talk.eyes_taken", "talk.looking_again", "talk.preview", "talk.ask_theme"),
]
_END = [
    *("talk.record_first", "talk.pet_recorded", "talk.ask_register", "talk.kept_taken", "talk.ask_person"),
    *("talk.person_taken", "talk.summary", "talk.making", "talk.film_ready"),
]
# Comes when it is ready, or not at all when a voice was chosen before.
_ASIDE = "talk.auditions"


@dataclass(frozen=True)
class _Act:
    """One thing a person does, once these words or this button are there."""

    ready: str
    do: Callable[[], Awaitable[Any]]


@dataclass
class _Plug:
    """What keeps the bot alive; everybody who pulls it waits until it runs again."""

    site: Website
    pulled: list[float] = field(default_factory=list)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def pull(self, after: float) -> None:
        await asyncio.sleep(after)
        async with self._turn:
            self.pulled.append(time.time())
            self.site.kill()
            await self.site.start()


@pytest.mark.usefixtures("small")
@pytest.mark.timeout(480)
async def test_killed_at_ten_moments_two_chats_get_one_film_each(
    tmp_path: Path, thing: Callable[[str], Path]
) -> None:
    """Over real HTTP, in a private chat and in a group: nothing is lost, asked twice or sent too fast."""
    photo = half_hidden(thing("sample-photo"), tmp_path)
    thing("pet-detector"), thing("kokoro-model")
    async with stand_in(tmp_path) as server:
        await server.post("group", id=_FAMILY, members=[_MOTHER, _UNCLE], lang="en")
        owner, mother = Phone(server, _OWNER, "zh"), Phone(server, _MOTHER, "en", _FAMILY)
        uncle = Phone(server, _UNCLE, "en", _FAMILY)
        with website(tmp_path / "site", **server.settings) as site:
            await site.start()
            plug = _Plug(site)
            await asyncio.gather(
                _to_the_film(owner, plug, _owners(owner, photo, _three_lines(tmp_path)), SEED),
                _to_the_film(
                    mother,
                    plug,
                    _mothers(mother, uncle, photo, _one_line(tmp_path), kept(site.folder)),
                    SEED + 1,
                ),
            )
            assert site.stop() == 0
        for phone in (owner, mother):
            await phone.look()
        stats = await server.stats()
    assert len(plug.pulled) == 10
    assert "Traceback" not in site.log()
    for phone in (owner, mother):
        _good(phone.films())
    _one_of_each(kept(site.folder), owner, mother)
    _fair(stats, plug.pulled)


def _owners(who: Phone, photo: Path, lines: Path) -> tuple[_Act, ...]:
    """By buttons, as most people do: a theme, one of three versions, all lines in one voice note."""
    return (
        _Act("", lambda: who.act("starts")),
        _Act(who.words("talk.ask_photo"), lambda: who.act("sends_photo", str(photo))),
        _Act(who.words("talk.ask_mouth"), lambda: who.say(_MOUTH)),
        _Act(who.words("talk.ask_eye_left"), lambda: who.say(_LEFT)),
        _Act(who.words("talk.ask_eye_right"), lambda: who.say(_RIGHT)),
        _Act(who.words("talk.ask_theme"), lambda: who.press("怎么还不睡觉")),
        _Act(who.words("talk.ask_script"), lambda: who.press("1")),
        _Act("我来说它的台词", lambda: who.press("我来说它的台词")),
        _Act("换现成的声音", lambda: who.send("voice", lines)),
        _Act("这一条里全说完了", lambda: who.press("这一条里全说完了")),
        _Act("用原声", lambda: who.press("用原声")),
        _Act("妈妈", lambda: who.press("妈妈")),
        _Act("开始做", lambda: who.press("开始做")),
    )


def _mothers(who: Phone, other: Phone, photo: Path, line: Path, file: Path) -> tuple[_Act, ...]:
    """In a group: by name, by answers and by buttons, while somebody else presses them as well."""

    async def with_the_uncle(button: str) -> None:
        await who.until(
            lambda: not _rows(file, "1 FROM outbox WHERE state <> 'sent'")
        )  # whose it is is known
        await _refused(other, await other.press(button))
        await who.press(button)

    return (
        _Act("", lambda: who.act("sends_photo", str(photo), "@pawlogue_bot")),
        _Act(who.words("talk.ask_mouth"), lambda: who.reply(_MOUTH)),
        _Act(who.words("talk.ask_eye_left"), lambda: who.reply(_LEFT)),
        _Act(who.words("talk.ask_eye_right"), lambda: who.reply(_RIGHT)),
        _Act(who.words("talk.ask_theme"), lambda: who.say("\nMom: Hungry?\nPet: Yes.")),
        _Act("I'll say its lines", lambda: with_the_uncle("I'll say its lines")),
        _Act("A ready voice instead", lambda: who.send("voice", line)),
        _Act("Keep my voice", lambda: who.press("Keep my voice")),
        _Act("Mom", lambda: who.press("Mom")),
        _Act("Make it", lambda: with_the_uncle("Make it")),
    )


async def _refused(other: Phone, press: Shown) -> None:
    """A button that is somebody else's says so, and does nothing."""
    answer = await other.answer(press)
    assert answer["text"] == say("telegram.not_yours", other.lang)


async def _to_the_film(who: Phone, plug: _Plug, acts: tuple[_Act, ...], seed: int) -> None:
    chance = random.Random(seed)
    cut = set(chance.sample(range(len(acts)), _CUTS_TALKING))
    for number, act in enumerate(acts):
        await who.until(lambda ready=act.ready: not ready or _offered(who, ready))  # type: ignore[misc]  # the default binds this round's words
        pulled = asyncio.create_task(plug.pull(chance.uniform(0, 1.0))) if number in cut else None
        await act.do()
        if pulled:
            await pulled
    for _ in range(_CUTS_MAKING):
        await plug.pull(chance.uniform(0.3, 3.0))
    # In the status message it says so beside it; a message made for it rings by itself.
    rows = kept(plug.site.folder)
    unsent = f"1 FROM outbox WHERE person = '{who.address}' AND state <> 'sent'"
    await who.until(lambda: who.films() and not _rows(rows, unsent), 240)


def _offered(who: Phone, words: str) -> bool:
    """Whether the bot has said this, or offered this button, since the person last did something."""
    return any(words in one["text"] or words in one["buttons"] for one in who.answered())


def _one_line(folder: Path) -> Path:
    return _written(folder / "one.wav", np.concatenate([silence(0.4), talk(5, seed=5), silence(0.5)]))


def _three_lines(folder: Path) -> Path:
    return _written(folder / "three.wav", three()[0])


def _written(path: Path, samples: Any) -> Path:  # noqa: ANN401  an array of numpy's
    sound.write(path, samples, _HERTZ)
    return path


def _good(films: list[Shown]) -> None:
    """One film, ready to be played and passed on."""
    assert len(films) == 1
    film, media = films[0], films[0]["media"]
    told = media["told"]
    assert (told["width"], told["height"]) == (media["width"], media["height"]) == (360, 640)
    assert told["duration"] == round(media["seconds"]) > 0
    assert all(media[part] for part in ("streaming", "cover", "thumbnail", "faststart"))
    assert media["oddities"] == []
    assert film["text"].strip()
    assert film["buttons"]


def _one_of_each(file: Path, owner: Phone, mother: Phone) -> None:
    """What the rows tell when all is over."""
    chosen = ["talk.theme_taken", "talk.writing", "talk.ask_script", "talk.script_taken", "talk.ask_voice"]
    assert _said(file, owner) == [
        *("talk.hello", "talk.ask_photo", *_FACE, *chosen),
        *(_END[0], _END[1], "talk.record_next", *_END[2:]),
    ]
    own = ["talk.dialogue_taken", "talk.ask_voice"]
    assert _said(file, mother) == ["talk.hello_short", *_FACE, *own, *_END]
    assert _rows(file, "DISTINCT state FROM inbox") == [("done",)]
    assert _rows(file, "DISTINCT state FROM updates") == [("done",)]
    assert _rows(file, "DISTINCT state FROM outbox") == [("sent",)]
    assert _rows(file, "DISTINCT state FROM errands") == [("ended",)]
    ledger = Counter(_rows(file, "step, state FROM takes WHERE step <> 'audition'"))
    assert ledger == {(step, "done"): 2 for step in ("draw", "speak_person", "animate")} | {
        ("write", "done"): 1
    }


def _said(file: Path, who: Phone) -> list[str]:
    rows = _rows(file, f"payload FROM outbox WHERE person = '{who.address}' ORDER BY number")
    said = [Outgoing.model_validate_json(one) for (one,) in rows]
    assert [each.kind for each in said].count("film") == 1
    return [each.key for each in said if each.key != _ASIDE]


def _fair(stats: Shown, pulled: list[float]) -> None:
    """Nobody was written to too fast; words come twice only where the plug was pulled between."""
    assert stats["violations"] == 0
    for earlier, later in stats["doubles"]:
        assert earlier["kind"] == "text"
        assert any(earlier["at"] - 0.1 < moment < later["at"] for moment in pulled)


def _rows(file: Path, what: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as rows:
        return rows.execute(f"SELECT {what}").fetchall()
