"""Speaking and learning under takes: nothing is paid twice, nothing is cloned without leave."""

import contextlib
import dataclasses
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pipeline import learning
from pipeline.catalogue import Catalogue
from pipeline.parts import Learnt, Said, Speech
from pipeline.ports.errors import BadInput, Busy, Failed, NoAccess
from pipeline.ports.http import Http
from pipeline.ports.voice import SpeakAsk
from pipeline.speaking import speak
from pipeline.steps.audition import audition
from pipeline.steps.preview import preview
from pipeline.studio import Studio
from pipeline.vendors.builtin.voice import Voice as Builtin
from storage import projects, takes, voices
from storage.model import Address, Brief, Plan, Project
from tests.fakes.dashscope import DashScope
from tests.fakes.minimax import MiniMax
from tests.fakes.voices import Fake, built, sample, standing
from tests.fakes.volc_speech import VolcSpeech
from tests.pipeline.house import PROJECT, studio

_LINES = ("要", "接外包搞钱", "去做自媒体带货养你")
_WEIGHTS = dict.fromkeys(("kokoro-model", "kokoro-vocab", "kokoro-voices"))


@contextlib.asynccontextmanager
async def _house(folder: Path, *fakes: Fake, home: bool = False) -> AsyncIterator[Studio]:
    """A studio with our vendors for these services, in their order, and builtin behind them where wanted."""
    async with contextlib.AsyncExitStack() as stack:
        made = await stack.enter_async_context(studio(folder))
        http = await stack.enter_async_context(Http.opened(trust_env=False))
        hired = []
        for fake in fakes:
            stack.enter_context(standing(fake))
            hired.append(built(fake, http, made.workshop))
        voice = (*hired, *([Builtin(made.workshop, _WEIGHTS)] if home else []))
        yield dataclasses.replace(made, catalogue=Catalogue(text=(), image=(), voice=voice, avatar=()))


async def _brief(made: Studio, folder: Path, *, consent: bool = True, plan: Plan = "usual") -> str:
    """Give the project a sample; return its asset."""
    asset = await made.keep(PROJECT, "sample", sample(folder / "sample.wav"), "audio/wav")
    brief = (await made.project(PROJECT)).brief
    more = {"sample": asset.id, "consent": asset.id if consent else "", "plan": plan}
    await projects.change_brief(made.db, PROJECT, brief.model_copy(update=more))
    return asset.id


def _ask(learnt: Learnt | None = None, voice: str | None = None) -> SpeakAsk:
    return SpeakAsk(lines=_LINES, role="pet", voice=voice, params=learnt.params if learnt else None)


async def _costs(made: Studio) -> list[tuple[str, str, float]]:
    return [(take.step, take.state, round(take.cost, 4)) for take in await takes.of(made.db, PROJECT)]


async def test_a_clone_is_bought_with_its_first_lines_and_never_again(tmp_path: Path) -> None:
    """Every yuan of the service's bill is in the ledger where it was charged; trying buys nothing."""
    fake = MiniMax()
    async with _house(tmp_path, fake) as made:
        await _brief(made, tmp_path)
        learnt = await learning.learn(made, PROJECT)
        assert (learnt.vendor, learnt.likeness) == ("minimax", "clone")
        tried = await preview(made, PROJECT, learnt.vendor, learnt.params)
        assert (await made.asset(tried.sound)).bytes > 10_000
        assert [what for what, _ in fake.bills] == ["demo"]
        said = await speak(made, PROJECT, "speak_pet", _ask(learnt), maker=learnt.vendor)
        again = await speak(made, PROJECT, "speak_pet", _ask(learnt), maker=learnt.vendor)
        assert said == again
        await speak(made, PROJECT, "speak_pet", _ask(learnt), maker=learnt.vendor, again=(1, 1, 1))
        assert len((await made.noun(said.speech, Speech)).spans) == 3
        assert sum(cost for *_, cost in await _costs(made)) == pytest.approx(fake.charged, abs=1e-3)
        assert 9.9 < fake.charged < 10.0
        assert len(fake.bills) == 3


async def test_no_voice_is_cloned_without_leave(tmp_path: Path) -> None:
    """A word about another sample is no leave for this one; nothing of the voice has left us."""
    fake = MiniMax()
    async with _house(tmp_path, fake, home=True) as made:
        await _brief(made, tmp_path, consent=False)
        with pytest.raises(BadInput) as caught:
            await learning.learn(made, PROJECT)
        assert caught.value.key == "voice.no_consent"
        assert (fake.files, fake.voices, fake.bills) == ({}, {}, [])
        await _brief(made, tmp_path, consent=False, plan="free")
        learnt = await learning.learn(made, PROJECT)
        assert (learnt.vendor, learnt.likeness) == ("builtin", "stand-in")
        assert await voices.of(made.db, PROJECT) == ()


async def test_a_stand_in_is_called_one_when_the_clone_fails(tmp_path: Path) -> None:
    """Whose voice it became is told by who made it, not by who was asked first."""
    fake = MiniMax("2038")
    async with _house(tmp_path, fake, home=True) as made:
        await _brief(made, tmp_path)
        learnt = await learning.learn(made, PROJECT)
        assert (learnt.vendor, learnt.likeness, learnt.demo) == ("builtin", "stand-in", "")
        said = await speak(made, PROJECT, "speak_pet", _ask(learnt), maker=learnt.vendor)
        assert said.voice.startswith("stand-in:")


async def test_a_voice_that_is_gone_is_learnt_again_from_the_sample(tmp_path: Path) -> None:
    """A week without a word deletes a clone: the kept sample makes another, once, under an id that is new."""
    fake = MiniMax()
    async with _house(tmp_path, fake) as made:
        await _brief(made, tmp_path)
        learnt = await learning.learn(made, PROJECT)
        await speak(made, PROJECT, "speak_pet", _ask(learnt), maker=learnt.vendor)
        fake.now += 8 * 24 * 3600
        said = await speak(made, PROJECT, "speak_pet", _ask(learnt), maker=learnt.vendor, again=(1, 1, 1))
        assert said.voice == "clone:minimax"
        assert len(fake.voices) == len(fake.bought) == 2
        anew = await learning.learn(made, PROJECT)
        assert anew.params != learnt.params
        bills = len(fake.bills)
        await speak(made, PROJECT, "speak_pet", _ask(anew), maker=anew.vendor, again=(1, 1, 1))
        assert len(fake.bills) == bills
        assert sum(cost for *_, cost in await _costs(made)) == pytest.approx(fake.charged, abs=1e-3)
        assert len(await voices.of(made.db, PROJECT)) == 2


async def test_one_line_said_anew_is_all_that_is_paid_and_changed(tmp_path: Path) -> None:
    """Other words for a line, or a line wanted once more, cost that line; the others stay to the bit."""
    fake = MiniMax()
    async with _house(tmp_path, fake, home=True) as made:
        first = await speak(made, PROJECT, "speak_pet", _ask(voice="naitang"))
        ask = _ask(voice="naitang").model_copy(update={"lines": (_LINES[0], "不要", _LINES[2])})
        changed = await speak(made, PROJECT, "speak_pet", ask)
        wanted = await speak(made, PROJECT, "speak_pet", ask, again=(0, 0, 1))
        assert await speak(made, PROJECT, "speak_pet", ask, again=(0, 0, 1)) == wanted
        assert await speak(made, PROJECT, "speak_pet", ask) == changed
        bills = [cost for _, cost in fake.bills]
        assert bills[1] < bills[0] / 3
        assert [take.state for take in await takes.of(made.db, PROJECT)] == ["done"] * 3
        assert sum(take.cost or 0 for take in await takes.of(made.db, PROJECT)) == pytest.approx(sum(bills))
        before, between, after = [await _cut(made, each) for each in (first, changed, wanted)]
        assert [a == b for a, b in zip(before, between, strict=True)] == [True, False, True]
        assert [a == b for a, b in zip(between, after, strict=True)][:2] == [True, True]


async def _cut(made: Studio, said: Said) -> list[bytes]:
    """Each line's own samples."""
    speech = await made.noun(said.speech, Speech)
    async with made.borrow(speech.sound) as (path,):
        with wave.open(str(path)) as sound:
            hertz, whole = sound.getframerate(), sound.readframes(sound.getnframes())
    return [whole[2 * round(start * hertz) : 2 * round(end * hertz)] for start, end in speech.spans]


async def test_a_line_its_own_voice_cannot_say_is_no_strangers_alone(tmp_path: Path) -> None:
    """One line in another voice than the rest would be heard: the next vendor says all of them."""
    fake = MiniMax("", "2054", "2054")
    async with _house(tmp_path, fake, home=True) as made:
        await speak(made, PROJECT, "speak_pet", _ask(voice="naitang"))
        said = await speak(made, PROJECT, "speak_pet", _ask(voice="naitang"), again=(0, 1, 0))
        states = [(take.vendor, take.state) for take in await takes.of(made.db, PROJECT)]
        assert states == [("minimax", "done"), ("minimax", "rejected"), ("builtin", "done")]
        assert len((await made.noun(said.speech, Speech)).spans) == 3


@pytest.mark.parametrize("fault", ["short", "silent", "babble", "silence"])
async def test_wrong_sound_is_counted_kept_and_said_again_once(fault: str, tmp_path: Path) -> None:
    """Code 0 with wrong sound: the money is counted, the sound kept, the next take may be right."""
    fake = MiniMax(fault)
    async with _house(tmp_path, fake) as made:
        said = await speak(made, PROJECT, "speak_pet", _ask(voice="naitang"))
        assert said.voice == "naitang"
        costs = await _costs(made)
        assert [state for _, state, _ in costs] == ["failed", "done"]
        assert sum(cost for *_, cost in costs) == pytest.approx(fake.charged, abs=1e-3)


async def test_a_clone_whose_first_lines_were_wrong_is_bought_once(tmp_path: Path) -> None:
    """The first take buys the voice even when it is silent; the second pays for its words alone."""
    fake = MiniMax("", "silent")
    async with _house(tmp_path, fake) as made:
        await _brief(made, tmp_path)
        learnt = await learning.learn(made, PROJECT)
        await speak(made, PROJECT, "speak_pet", _ask(learnt), maker=learnt.vendor)
        costs = {state: cost for step, state, cost in await _costs(made) if step == "speak_pet"}
        assert costs["failed"] > 9.9 > 0.1 > costs["done"]
        assert sum(cost for *_, cost in await _costs(made)) == pytest.approx(fake.charged, abs=1e-3)


async def test_who_only_ever_says_wrong_things_is_left(tmp_path: Path) -> None:
    """Two bad takes are enough; then the next vendor speaks, or it fails with the money told."""
    async with _house(tmp_path, MiniMax("short", "silent"), home=True) as made:
        assert (await speak(made, PROJECT, "speak_pet", _ask(voice="naitang"))).voice == "naitang"
        assert [take.vendor for take in await takes.of(made.db, PROJECT)] == ["minimax", "minimax", "builtin"]
    (tmp_path / "alone").mkdir()
    async with _house(tmp_path / "alone", MiniMax("short", "silent")) as made:
        with pytest.raises(Failed):
            await speak(made, PROJECT, "speak_pet", _ask(voice="naitang"))
        assert all(cost > 0 for *_, cost in await _costs(made))


async def test_a_clone_cut_off_half_way_is_sent_again(tmp_path: Path) -> None:
    """kill -9 in the middle of a clone asks nobody: under the same key there is one voice and one bill."""
    fake = MiniMax("lost")
    async with _house(tmp_path, fake) as made:
        await _brief(made, tmp_path)
        with pytest.raises(Exception, match="no_answer"):
            await learning.learn(made, PROJECT)
        (take,) = await takes.of(made.db, PROJECT)
        assert await takes.claim(made.db, take.key, 0.0, "")  # as a process leaves it that is killed now
        learnt = await learning.learn(made, PROJECT)
        assert (len(fake.voices), len(fake.bills), learnt.demo) == (1, 1, "")
        tried = await preview(made, PROJECT, learnt.vendor, learnt.params)
        assert (tried.sound, len(fake.bills)) == ("", 1)


async def test_a_preset_one_vendor_lacks_is_the_next_ones(tmp_path: Path) -> None:
    """The chat knows seven presets whoever speaks; a service that drops one loses only that one."""
    async with _house(tmp_path, MiniMax("2054"), home=True) as made:
        said = await speak(made, PROJECT, "speak_pet", _ask(voice="奶糖"))
        assert said.voice == "naitang"
        states = [(take.vendor, take.state) for take in await takes.of(made.db, PROJECT)]
        assert states == [("minimax", "rejected"), ("builtin", "done")]
    (tmp_path / "alone").mkdir()
    async with _house(tmp_path / "alone", MiniMax("2054")) as made:
        with pytest.raises(NoAccess):
            await speak(made, PROJECT, "speak_pet", _ask(voice="naitang"))


async def test_a_sound_that_could_not_be_fetched_is_fetched_later_and_not_paid_again(tmp_path: Path) -> None:
    """Between the bill and the file lies a download: what breaks off there goes on from the ticket."""
    fake = DashScope("busy sound")
    async with _house(tmp_path, fake) as made:
        ask = SpeakAsk(lines=("长大后要不要养妈妈",), role="person", voice="mama")
        with pytest.raises(Busy):
            await speak(made, PROJECT, "speak_person", ask)
        assert [state for _, state, _ in await _costs(made)] == ["accepted"]
        said = await speak(made, PROJECT, "speak_person", ask)
        assert (said.voice, len(fake.bills)) == ("mama", 1)
        assert sum(cost for *_, cost in await _costs(made)) == pytest.approx(fake.charged, abs=1e-4)


async def test_each_service_learns_speaks_and_is_counted(tmp_path: Path) -> None:
    """Second and third choices, through the same ledger: a demo where there is one, else a line is spoken."""
    services: list[tuple[Fake, int]] = [(VolcSpeech(), 0), (DashScope(), 1)]
    for number, (fake, tried) in enumerate(services):
        (tmp_path / str(number)).mkdir()
        async with _house(tmp_path / str(number), fake) as made:
            await _brief(made, tmp_path)
            learnt = await learning.learn(made, PROJECT)
            assert (await preview(made, PROJECT, learnt.vendor, learnt.params)).sound
            assert len(fake.bills) == tried
            said = await speak(made, PROJECT, "speak_pet", _ask(learnt), maker=learnt.vendor)
            assert said.voice == f"clone:{learnt.vendor}"
            assert sum(cost for *_, cost in await _costs(made)) == pytest.approx(fake.charged, abs=1e-3)


async def test_audition_is_spoken_once_for_everybody(tmp_path: Path) -> None:
    """Hearing the five presets costs a few cents, once: the next person hears the same sounds."""
    fake = MiniMax()
    async with _house(tmp_path, fake, home=True) as made:
        heard = await audition(made, PROJECT)
        assert len(heard.sounds) == len(fake.bills) == 5
        address = Address(channel="test", id="2")
        await projects.create(made.db, Project(id="prj-2", address=address, brief=Brief()))
        assert len((await audition(made, "prj-2")).sounds) == 5
        assert len(fake.bills) == 5
