"""What every voice promises: lines in one call that can be cut, a voice from a sample that can speak."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from pipeline import crafts
from pipeline.model import Span
from pipeline.ports.avatar import Checks
from pipeline.ports.errors import NoAccess
from pipeline.ports.voice import CloneAsk, Cloned, Forgets, SpeakAsk, Uttered, Voice, VoiceGone
from pipeline.vendors.builtin.voice import Voice as Builtin
from pipeline.workshop import Workshop
from tests.fakes import dashscope
from tests.fakes.dashscope import DashScope
from tests.fakes.minimax import MiniMax
from tests.fakes.serving import served
from tests.fakes.voices import Fake, hired, sample
from tests.fakes.volc_speech import VolcSpeech

_LINES = ("要", "接外包搞钱", "去做自媒体带货养你")
_HOSTED: list[tuple[Callable[[], Fake], str]] = [
    (MiniMax, ""),
    (VolcSpeech, ""),
    (DashScope, ""),
    (DashScope, dashscope.COSY),
]
_IDS = ["minimax", "volc-speech", "qwen", "cosyvoice"]
_WEIGHTS = dict.fromkeys(("kokoro-model", "kokoro-vocab", "kokoro-voices"))


@contextlib.contextmanager
def _asking(vendor: Voice, folder: Path) -> Iterator[CloneAsk]:
    """A sample as the vendor wants it."""
    whole, part = sample(folder / "sample.wav"), folder / "part.wav"
    if vendor.facts.sample is None:
        yield CloneAsk(sample=whole, words="小鱼干在哪里呀")
        return
    crafts.voice.excerpt(whole, vendor.facts.sample, part)

    async def lend(_: Request) -> Response:
        return FileResponse(part)

    with served(Starlette(routes=[Route("/part.wav", lend)])) as address:
        url = f"{address}/part.wav" if vendor.facts.sample_url else None
        yield CloneAsk(sample=part, url=url, words="小鱼干在哪里呀")


async def _voice(vendor: Voice, ask: CloneAsk) -> Cloned:
    """The voice, ready."""
    voice = await vendor.clone(ask, "prj:clone:abc:1")
    for _ in range(5):
        ready = await vendor.learnt(voice)
        if ready is not None:
            return ready
    raise AssertionError("it is never ready")


async def _promise(vendor: Voice, folder: Path) -> Cloned:
    """The contract itself: one voice under one key, lines that come out as wanted, fetched twice."""
    with _asking(vendor, folder) as ask:
        voice = await _voice(vendor, ask)
        assert (await _voice(vendor, ask)).params == voice.params
    said = await vendor.speak(SpeakAsk(lines=_LINES, role="pet", params=voice.params), folder)
    assert said.voice.startswith("clone:" if vendor.facts.likeness == "clone" else "stand-in:")
    assert await _spans(vendor, said, folder) == await _spans(vendor, said, folder)
    lengths = [end - start for start, end in await _spans(vendor, said, folder)]
    assert lengths[0] < lengths[1] < lengths[2]
    return voice


async def _spans(vendor: Voice, said: Uttered, folder: Path) -> tuple[Span, ...]:
    home = await vendor.fetch(said, folder)
    if home.spans:
        return home.spans
    return crafts.voice.divide(
        [folder / each for each in home.files], _LINES, "zh", home.words, folder / "out.wav"
    )


@pytest.mark.parametrize(("fake", "model"), _HOSTED, ids=_IDS)
async def test_a_hosted_voice_keeps_its_promise(fake: Callable[[], Fake], model: str, tmp_path: Path) -> None:
    """What one call says is one bill, as dear as it is told; facts name their source; asking in is free."""
    service = fake()
    async with hired(service, model) as vendor:
        voice = await _promise(vendor, tmp_path)
        assert [what for what, _ in service.bills].count("speech") == 1
        facts = vendor.facts
        assert (facts.price > 0, bool(facts.source), facts.read) == (True, True, "2026-11-22")
        assert (facts.likeness, facts.bills_failures, facts.free) == ("clone", True, False)
        bills = len(service.bills)
        assert isinstance(vendor, Checks)
        await vendor.check()
        assert len(service.bills) == bills
        if isinstance(vendor, Forgets):
            await vendor.forget_voice(voice.params)
            await vendor.forget_voice(voice.params)
            with pytest.raises(VoiceGone):
                await vendor.speak(SpeakAsk(lines=_LINES, role="pet", params=voice.params), tmp_path)


async def test_the_builtin_voice_keeps_its_promise(tmp_path: Path) -> None:
    """The same promise without a key: a stand-in, which nobody has to delete."""
    workshop = Workshop()
    try:
        vendor = Builtin(workshop, _WEIGHTS)
        await _promise(vendor, tmp_path)
        assert not isinstance(vendor, Forgets)
    finally:
        await workshop.close()


@pytest.mark.parametrize(("fake", "model"), _HOSTED, ids=_IDS)
async def test_a_wrong_key_is_no_access(fake: Callable[[], Fake], model: str, tmp_path: Path) -> None:
    """A key that is refused says so at once, whatever is asked, and costs nothing."""
    service = fake()
    async with hired(service, model, key="another") as vendor:
        with _asking(vendor, tmp_path) as ask, pytest.raises(NoAccess) as caught:
            await vendor.clone(ask, "k")
        assert caught.value.key == "vendor.key"
        assert isinstance(vendor, Checks)
        with pytest.raises(NoAccess):
            await vendor.check()
    assert service.bills == []


async def test_only_those_who_can_delete_say_so() -> None:
    """A voice that cannot be deleted stays owed, and the operator is told: nobody only pretends."""
    able = {}
    for fake, name in ((MiniMax(), "minimax"), (VolcSpeech(), "volc-speech"), (DashScope(), "dashscope")):
        async with hired(fake) as vendor:
            able[name] = isinstance(vendor, Forgets)
    assert able == {"minimax": True, "volc-speech": False, "dashscope": True}
