"""Edge's unofficial voices: asked only when named, doubted line by line, never in the way when absent."""

import asyncio
import importlib.util
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline import crafts
from pipeline.hire import Bench
from pipeline.hire.voice import ROWS
from pipeline.ports.errors import Busy, Failed, NoAccess, Surprise, Trouble
from pipeline.ports.facts import Facts
from pipeline.ports.http import Http
from pipeline.ports.voice import SpeakAsk, Voice
from pipeline.settings import Account
from pipeline.vendors import edge_tts
from pipeline.vendors.edge_tts import Reader
from pipeline.workshop import Workshop
from tests.fakes.edge import Edge
from tests.fakes.serving import served
from tests.fakes.singing import as_mp3, said

_ASK = SpeakAsk(lines=("要", "接外包搞钱"), role="pet", voice="doubao")
_FACTS = Facts(vendor="edge-tts", model="", free=True)
_READERS = {"zh": {"doubao": Reader(voice="zh-CN-YunxiaNeural")}, "en": {}}
_HERE = importlib.util.find_spec("edge_tts") is not None
_with_package = pytest.mark.skipif(not _HERE, reason="the optional package edge-tts is not installed")


async def _stream(line: str, _: Reader) -> AsyncIterator[Mapping[str, Any]]:
    samples, words = said([line], [])
    for word, start, end in words:
        yield {"type": "WordBoundary", "offset": start * 1e7, "duration": (end - start) * 1e7, "text": word}
    yield {"type": "audio", "data": as_mp3(samples)}


async def _nothing(_: str, __: Reader) -> AsyncIterator[Mapping[str, Any]]:
    for part in list[Mapping[str, Any]]():
        yield part


async def _half(line: str, reader: Reader) -> AsyncIterator[Mapping[str, Any]]:
    async for part in _stream(line * 3, reader):
        yield {**part, "data": part["data"][: len(part["data"]) // 4]} if part["type"] == "audio" else part


async def _never(line: str, reader: Reader) -> AsyncIterator[Mapping[str, Any]]:
    await asyncio.Event().wait()
    async for part in _stream(line, reader):
        yield part


async def test_lines_are_said_one_by_one_and_joined(tmp_path: Path) -> None:
    """It knows no pauses, so every line is a file of its own and the pauses are ours."""
    vendor = edge_tts.Voice(_FACTS, readers=_READERS, stream=_stream)
    uttered = await vendor.speak(_ASK, tmp_path)
    assert uttered.files == ("line-0.mp3", "line-1.mp3")
    paths = [tmp_path / name for name in uttered.files]
    spans = crafts.voice.divide(paths, _ASK.lines, "zh", (), tmp_path / "speech.wav")
    assert spans[1][0] - spans[0][1] == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("stream", "kind"),
    [(_nothing, Failed), (_half, Failed), (_never, Busy)],
    ids=["empty", "half", "hanging"],
)
async def test_what_only_looks_like_success_is_none(
    stream: edge_tts.Stream, kind: type[Trouble], tmp_path: Path
) -> None:
    """No sound, half a sentence, and a service that says nothing more: the package tells of none of them."""
    vendor = edge_tts.Voice(_FACTS, readers=_READERS, stream=stream, seconds=0.2)
    with pytest.raises(kind):
        await vendor.speak(_ASK, tmp_path)


async def _built() -> Voice:
    row = next(row for row in ROWS if row.vendor == "edge-tts")
    assert not row.uncalled
    workshop = Workshop()
    async with Http.opened(trust_env=False) as http:
        vendor = row.build(Account(), row.models[0], Bench(http, workshop, {}))
    await workshop.close()
    return vendor


async def test_it_joins_only_when_it_is_named_and_says_what_it_lacks(tmp_path: Path) -> None:
    """An unofficial service is nobody's default, learns no voice, and costs nothing."""
    vendor = await _built()
    assert (vendor.facts.likeness, vendor.facts.free) == ("none", True)
    with pytest.raises(NoAccess):
        await vendor.speak(_ASK.model_copy(update={"voice": "mianhua"}), tmp_path)


@pytest.mark.skipif(_HERE, reason="the optional package edge-tts is installed")
async def test_without_its_package_it_says_which_is_missing(tmp_path: Path) -> None:
    """The heavy part is optional; its absence is told by name."""
    with pytest.raises(NoAccess) as caught:
        await (await _built()).speak(_ASK, tmp_path)
    assert caught.value.key == "voice.edge_missing"


@_with_package
@pytest.mark.parametrize(
    ("fault", "kind", "key"),
    [
        ("", None, ""),
        ("503", Busy, "vendor.busy"),
        ("429", Busy, "vendor.busy"),
        ("403", NoAccess, "voice.edge_shut"),
        ("no audio", Failed, "voice.no_sound"),
        ("cut off", Failed, "voice.wrong_sound"),
        ("unknown", Surprise, "vendor.odd"),
    ],
)
async def test_the_package_itself_on_a_service_of_ours(
    fault: str, kind: type[Trouble] | None, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the package really raises is one of the seven; the address is its public constant."""
    fake = Edge(fault, fault)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    with served(fake.app) as address:
        url = f"{address.replace('http', 'ws')}/edge/v1?TrustedClientToken=x"
        monkeypatch.setattr("edge_tts.communicate.WSS_URL", url)
        vendor = await _built()
        if kind is None:
            assert len((await vendor.speak(_ASK, tmp_path)).files) == 2
            assert set(fake.asked) == {"Microsoft Server Speech Text to Speech Voice (zh-CN, YunxiaNeural)"}
            return
        with pytest.raises(Trouble) as caught:
            await vendor.speak(_ASK.model_copy(update={"lines": ("去做自媒体带货养你",)}), tmp_path)
    assert (type(caught.value) is kind, caught.value.key) == (True, key), repr(caught.value)
