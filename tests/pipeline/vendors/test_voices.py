"""Each voice service's own nastiest faults, against its fake."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from pipeline import crafts
from pipeline.ports.errors import BadInput, Busy, Failed, NoAccess, Refused, Trouble, Unsure
from pipeline.ports.voice import CloneAsk, Cloned, Forgets, SpeakAsk, Voice, VoiceGone
from tests.fakes import dashscope, minimax
from tests.fakes.dashscope import DashScope
from tests.fakes.minimax import MiniMax
from tests.fakes.serving import served
from tests.fakes.voices import Fake, hired, sample
from tests.fakes.volc_speech import VolcSpeech

_LINES = ("要", "接外包搞钱", "去做自媒体带货养你")
_ASK = SpeakAsk(lines=_LINES, role="pet", voice="naitang", feelings=("sad", "calm", "crying"))


async def _divided(fake: Fake, folder: Path) -> tuple[tuple[float, float], ...]:
    """Say the lines and cut them, as the step does."""
    async with hired(fake) as vendor:
        said = await vendor.fetch(await vendor.speak(_ASK, folder), folder)
    files = [folder / name for name in said.files]
    return crafts.voice.divide(files, _ASK.lines, "zh", said.words, folder / "speech.wav")


@pytest.mark.parametrize(
    ("fault", "kind", "key", "bills"),
    [
        ("1002", Busy, "vendor.busy", 0),
        ("1039", Busy, "vendor.busy", 0),
        ("2045", Busy, "vendor.busy", 0),
        ("1004", NoAccess, "vendor.key", 0),
        ("2049", NoAccess, "vendor.other_region", 0),
        ("2038", NoAccess, "vendor.closed", 0),
        ("1008", NoAccess, "vendor.balance", 0),
        ("2056", NoAccess, "vendor.balance", 0),
        ("2054", NoAccess, "voice.preset_gone", 0),
        ("2013", NoAccess, "vendor.unsuited", 0),
        ("1042", NoAccess, "vendor.unsuited", 0),
        ("1026", Refused, "vendor.refused", 0),
        ("1027", Refused, "vendor.refused", 0),
        ("1000", Unsure, "vendor.unsure", 0),
        ("1033", Unsure, "vendor.unsure", 0),
        ("9999", Unsure, "vendor.unsure", 0),
        ("http500", Unsure, "vendor.unsure", 0),
        ("lost", Unsure, "http.no_answer", 1),
        ("silence", Failed, "voice.no_sound", 1),
        ("hex", Failed, "voice.no_sound", 1),
        ("short", Failed, "voice.wrong_sound", 1),
        ("silent", Failed, "voice.silent_take", 1),
        ("babble", Failed, "voice.wrong_sound", 1),
    ],
)
async def test_every_fault_of_minimax_is_one_of_the_seven(
    fault: str, kind: type[Trouble], key: str, bills: int, tmp_path: Path
) -> None:
    """Errors hide under status 200, and wrong sound under code 0: what was charged is never called free."""
    fake = MiniMax(fault)
    with pytest.raises(Trouble) as caught:
        await _divided(fake, tmp_path)
    assert (type(caught.value) is kind, caught.value.key) == (True, key), repr(caught.value)
    assert len(fake.bills) == bills
    assert minimax.KEY not in repr(caught.value)


@pytest.mark.parametrize("fault", ["", "no subtitles", "sentences", "other words"])
async def test_minimax_lines_are_cut_with_and_without_word_times(fault: str, tmp_path: Path) -> None:
    """Word times come or not, and may be wrong: the same three lines come out, as long as their words."""
    fake = MiniMax(fault)
    spans = await _divided(fake, tmp_path)
    lengths = [end - start for start, end in spans]
    assert lengths == pytest.approx([0.3, 1.1, 1.9], abs=0.2)
    assert fake.asked[0]["text"] == "要<#0.50#>接外包搞钱<#0.50#>去做自媒体带货养你"
    setting = fake.asked[0]["voice_setting"]
    assert isinstance(setting, dict)
    assert (setting["voice_id"], setting["emotion"]) == ("lovely_girl", "sad")


async def test_marks_a_person_typed_are_no_pauses(tmp_path: Path) -> None:
    """A pause mark among the words would be refused, or split a line; a line without words cannot be said."""
    fake = MiniMax()
    async with hired(fake) as vendor:
        await vendor.speak(_ASK.model_copy(update={"lines": ("要<#9.99#>的", "**好**呀")}), tmp_path)
        assert fake.asked[0]["text"] == "要 的<#0.50#>好呀"
        with pytest.raises(BadInput):
            await vendor.speak(_ASK.model_copy(update={"lines": ("要", "……")}), tmp_path)
    assert len(fake.bills) == 1


async def test_a_minimax_voice_lives_from_sample_to_farewell(tmp_path: Path) -> None:
    """Only the try-out is charged when it is made; it is bought with its first lines, gone when deleted."""
    fake = MiniMax()
    crafts.voice.excerpt(sample(tmp_path / "s.wav", 5.0), (10.2, 60.0), tmp_path / "part.wav")
    ask = CloneAsk(sample=tmp_path / "part.wav", words="小鱼干在哪里")
    async with hired(fake) as vendor:
        voice = await vendor.clone(ask, "prj:clone:abc:1")
        assert [what for what, _ in fake.bills] == ["demo"]
        assert voice.cost == pytest.approx(fake.charged)
        again = await vendor.clone(ask, "prj:clone:abc:1")
        assert (again.demo, again.cost, len(fake.voices), len(fake.bills)) == ("", None, 1, 1)
        said = await vendor.speak(_ASK.model_copy(update={"params": voice.params}), tmp_path)
        assert said.voice == "clone:minimax"
        assert fake.charged == pytest.approx(9.9, abs=0.1)
        assert isinstance(vendor, Forgets)
        other = await vendor.clone(ask, "prj:clone:abc:2")
        await vendor.forget_voice(voice.params)
        await vendor.forget_voice(voice.params)
        assert len(fake.voices) == len(fake.files) == 1
        assert other.params != voice.params
        with pytest.raises(VoiceGone):
            await vendor.speak(_ASK.model_copy(update={"params": voice.params}), tmp_path)


@pytest.mark.parametrize(
    ("fault", "kind", "key"),
    [
        ("sensitive", Refused, "vendor.refused_voice"),
        ("flat", Refused, "vendor.refused_voice"),
        ("2038", NoAccess, "vendor.closed"),
        ("2037", BadInput, "vendor.sample"),
        ("1043", BadInput, "vendor.sample"),
        ("1000", Busy, "vendor.busy"),
        ("lost", Busy, "http.no_answer"),
    ],
)
async def test_every_fault_of_a_minimax_clone_is_one_of_the_seven(
    fault: str, kind: type[Trouble], key: str, tmp_path: Path
) -> None:
    """A lost answer may be asked again: the id follows from the key, so there is one voice and one bill."""
    fake = MiniMax(fault)
    ask = CloneAsk(sample=sample(tmp_path / "s.wav"), words="小鱼干在哪里")
    async with hired(fake) as vendor:
        with pytest.raises(Trouble) as caught:
            await vendor.clone(ask, "k")
        assert (type(caught.value) is kind, caught.value.key) == (True, key), repr(caught.value)
        if kind is Busy:
            assert isinstance(await vendor.clone(ask, "k"), Cloned)
            assert len(fake.bills) == 1


async def test_a_key_of_the_other_region_is_told_by_its_settings(tmp_path: Path) -> None:
    """Mainland and international keys look alike: the line names the key and the address."""
    async with hired(MiniMax(), key=minimax.ABROAD) as vendor:
        with pytest.raises(NoAccess) as caught:
            await vendor.speak(_ASK, tmp_path)
    assert caught.value.key == "vendor.other_region"
    assert (caught.value.fields["setting"], caught.value.fields["address"]) == (
        "MINIMAX_API_KEY",
        "MINIMAX_BASE_URL",
    )


async def _cloned_and_said(fake: VolcSpeech, folder: Path) -> None:
    """Learn a voice, speak in it and cut what came, as the steps do."""
    path = sample(folder / "s.wav")
    async with hired(fake) as vendor:
        faults, fake.faults = list(fake.faults), type(fake.faults)()
        voice = await vendor.learnt(await vendor.clone(CloneAsk(sample=path, words="小鱼干"), "k"))
        assert voice is not None
        fake.faults.extend(faults)
        said = await vendor.speak(_ASK.model_copy(update={"params": voice.params}), folder)
        home = await vendor.fetch(said, folder)
    files = [folder / name for name in home.files]
    crafts.voice.divide(files, _ASK.lines, "zh", home.words, folder / "speech.wav")


@pytest.mark.parametrize(
    ("fault", "kind", "key", "bills"),
    [
        ("concurrency", Busy, "vendor.busy", 0),
        ("55000031", Unsure, "vendor.unsure", 0),
        ("45000000", NoAccess, "vendor.unsuited", 0),
        ("45001107", VoiceGone, "voice.gone", 0),
        ("45001127", Refused, "vendor.refused_voice", 0),
        ("47000000", Unsure, "vendor.unsure", 0),
        ("http500", Unsure, "vendor.unsure", 0),
        ("lost", Unsure, "http.no_answer", 1),
        ("empty", Failed, "voice.no_sound", 1),
        ("cut off", Failed, "voice.wrong_sound", 1),
        ("short", Failed, "voice.wrong_sound", 1),
        ("silent", Failed, "voice.silent_take", 1),
        ("babble", Failed, "voice.wrong_sound", 1),
    ],
)
async def test_every_fault_of_volcengine_is_one_of_the_seven(
    fault: str, kind: type[Trouble], key: str, bills: int, tmp_path: Path
) -> None:
    """A stream that breaks off with code 0 is half a sentence that looks like success."""
    fake = VolcSpeech(fault)
    with pytest.raises(Trouble) as caught:
        await _cloned_and_said(fake, tmp_path)
    assert (type(caught.value) is kind, caught.value.key) == (True, key), repr(caught.value)
    assert len(fake.bills) == bills


async def test_volcengine_lines_are_cut_without_word_times(tmp_path: Path) -> None:
    """There are no pauses to ask for: a sentence's own has to do, with the words' times or without."""
    await _cloned_and_said(VolcSpeech("no words"), tmp_path)
    fake = VolcSpeech()
    await _cloned_and_said(fake, tmp_path)
    wish = fake.asked[0]["req_params"]
    assert isinstance(wish, dict)
    assert wish["text"] == "要。\n接外包搞钱。\n去做自媒体带货养你。"


async def _trained(vendor: Voice, ask: CloneAsk) -> None:
    voice = await vendor.clone(ask, "k")
    assert await vendor.learnt(voice) is None
    assert await vendor.learnt(voice)


@pytest.mark.parametrize(
    ("fault", "kind", "key"),
    [
        ("45001104", Refused, "vendor.refused_voice"),
        ("45001112", BadInput, "vendor.sample"),
        ("45001123", NoAccess, "vendor.balance"),
        ("55001301", Busy, "vendor.busy"),
        ("lost", Busy, "http.no_answer"),
        ("untrained", BadInput, "vendor.sample"),
    ],
)
async def test_every_fault_of_volcengine_training_is_one_of_the_seven(
    fault: str, kind: type[Trouble], key: str, tmp_path: Path
) -> None:
    """A lost answer burns no second training: the voice is looked up before it is trained again."""
    fake = VolcSpeech(fault, looks=1)
    ask = CloneAsk(sample=sample(tmp_path / "s.wav"), words="小鱼干")
    async with hired(fake) as vendor:
        with pytest.raises(Trouble) as caught:
            await _trained(vendor, ask)
        assert (type(caught.value) is kind, caught.value.key) == (True, key), repr(caught.value)
        if fault == "lost":
            await vendor.clone(ask, "k")
            assert fake.trainings == 1


@pytest.mark.parametrize("model", ["", dashscope.COSY], ids=["qwen", "cosyvoice"])
@pytest.mark.parametrize(
    ("fault", "kind", "key", "bills"),
    [
        ("Throttling.RateQuota", Busy, "vendor.busy", 0),
        ("Throttling.AllocationQuota", NoAccess, "vendor.balance", 0),
        ("insufficient_quota", NoAccess, "vendor.balance", 0),
        ("Arrearage", NoAccess, "vendor.balance", 0),
        ("AccessDenied", NoAccess, "vendor.closed", 0),
        ("ModelNotFound", NoAccess, "vendor.model_gone", 0),
        ("DataInspectionFailed", Refused, "vendor.refused", 0),
        ("http500", Unsure, "vendor.unsure", 0),
        ("odd", Unsure, "vendor.unsure", 1),
        ("lost", Unsure, "http.no_answer", 1),
        ("empty", Failed, "voice.no_sound", 1),
        ("gone sound", Failed, "vendor.expired", 1),
        ("busy sound", Busy, "http.busy", 1),
        ("short", Failed, "voice.wrong_sound", 1),
        ("silent", Failed, "voice.silent_take", 1),
        ("babble", Failed, "voice.wrong_sound", 1),
    ],
)
async def test_every_fault_of_model_studio_is_one_of_the_seven(
    fault: str, kind: type[Trouble], key: str, bills: int, model: str, tmp_path: Path
) -> None:
    """A quota that is used up looks like a limit that passes, and the sound's address runs out."""
    fake = DashScope(fault)
    async with _lent(tmp_path) as url:
        with pytest.raises(Trouble) as caught:
            await _studio_said(fake, tmp_path, model, url)
    assert (type(caught.value) is kind, caught.value.key) == (True, key), repr(caught.value)
    assert len(fake.bills) == bills
    assert "Signature" not in repr(caught.value)


async def _studio_said(fake: DashScope, folder: Path, model: str, url: str) -> None:
    async with hired(fake, model) as vendor:
        faults, fake.faults = list(fake.faults), type(fake.faults)()
        voice = await vendor.clone(CloneAsk(sample=folder / "s.wav", url=url, words="小鱼干"), "k")
        fake.faults.extend(faults)
        said = await vendor.speak(_ASK.model_copy(update={"params": voice.params}), folder)
        home = await vendor.fetch(said, folder)
    files = [folder / name for name in home.files]
    crafts.voice.divide(files, _ASK.lines, "zh", home.words, folder / "speech.wav")


@contextlib.asynccontextmanager
async def _lent(folder: Path) -> AsyncIterator[str]:
    """Where a vendor can fetch the sample."""
    path = sample(folder / "s.wav")

    async def lend(_: Request) -> Response:
        return FileResponse(path)

    with served(Starlette(routes=[Route("/s.wav", lend)])) as address:
        yield f"{address}/s.wav"


@pytest.mark.parametrize(
    ("fault", "kind", "key"),
    [
        ("Audio.PreprocessError", BadInput, "vendor.sample"),
        ("fallback", BadInput, "vendor.sample"),
        ("DataInspectionFailed", Refused, "vendor.refused"),
        ("lost", Busy, "http.no_answer"),
    ],
)
async def test_every_fault_of_a_studio_clone_is_one_of_the_seven(
    fault: str, kind: type[Trouble], key: str, tmp_path: Path
) -> None:
    """A poor clone is not kept, and a lost answer makes no second voice."""
    fake = DashScope(fault)
    ask = CloneAsk(sample=sample(tmp_path / "s.wav"), words="小鱼干")
    async with hired(fake) as vendor:
        with pytest.raises(Trouble) as caught:
            await vendor.clone(ask, "k")
        assert (type(caught.value) is kind, caught.value.key) == (True, key), repr(caught.value)
        if fault == "lost":
            await vendor.clone(ask, "k")
    assert len(fake.voices) == (1 if fault == "lost" else 0)


async def test_a_cosyvoice_waits_until_it_is_ready_and_wants_an_address(tmp_path: Path) -> None:
    """A voice that is still being deployed would fail to speak; without an address nothing is sent at all."""
    fake = DashScope(looks=2)
    async with _lent(tmp_path) as url, hired(fake, dashscope.COSY) as vendor:
        with pytest.raises(NoAccess) as caught:
            await vendor.clone(CloneAsk(sample=tmp_path / "s.wav"), "k")
        assert (caught.value.key, fake.voices) == ("lend.nowhere", {})
        voice = await vendor.clone(CloneAsk(sample=tmp_path / "s.wav", url=url), "k")
        assert [await vendor.learnt(voice) is None for _ in range(3)] == [True, True, False]


async def test_a_studio_preset_is_read_by_its_own_model(tmp_path: Path) -> None:
    """Clones and presets have different models: a voice speaks with the one it was made for only."""
    fake = DashScope()
    async with hired(fake) as vendor:
        said = await vendor.speak(
            SpeakAsk(lines=("长大后要不要养妈妈",), role="person", voice="mama"), tmp_path
        )
        assert (said.voice, fake.asked[0]["model"]) == ("mama", dashscope.READER)
        with pytest.raises(NoAccess):
            await vendor.speak(_ASK, tmp_path)
