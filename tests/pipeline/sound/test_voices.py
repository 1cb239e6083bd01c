"""The voices: natural where the weights are, plain where not, each the character its name promises."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pipeline.ports.errors import BadInput, NoAccess
from pipeline.sound import espeak, kokoro, loudness, pitch, presets, speech, words
from pipeline.sound.samples import Samples
from storage.model import Lang

_LINES: dict[Lang, str] = {"zh": "我去做自媒体带货养你", "en": "I will take care of you, mommy."}
needs_espeak = pytest.mark.skipif(not espeak.available(), reason="espeak-ng is not installed")


def _middle(samples: Samples, hertz: int) -> float:
    f0 = pitch.track(samples, hertz)
    return float(np.median(f0[f0 > 0]))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_kokoro_speaks_at_a_natural_speed(kokoro: kokoro.Kokoro, lang: Lang) -> None:
    """A line comes out finite, below full scale, 3 to 6 syllables a second."""
    pack = presets.find("naitang").packs[lang]
    spoken = kokoro.speak(_LINES[lang], lang, pack)
    rate = words.syllables(_LINES[lang], lang) / spoken.seconds
    assert 3 < rate < 6
    assert np.isfinite(spoken.samples).all()
    assert 0.1 < np.abs(spoken.samples).max() <= 1


def test_kokoro_says_the_same_thing_twice(kokoro: kokoro.Kokoro) -> None:
    """A line that was spoken before can be kept, because it would come out the same."""
    first, second = (kokoro.speak("要", "zh", "zf_xiaoyi").samples for _ in range(2))
    assert np.array_equal(first, second)


def test_kokoro_refuses_what_it_cannot_say(kokoro: kokoro.Kokoro) -> None:
    """An unknown pack, a line beyond the model's window, emoji: each has its own answer."""
    with pytest.raises(BadInput) as unknown:
        kokoro.speak("要", "zh", "zf_xiaoy")
    assert unknown.value.fields == {"name": "zf_xiaoy", "nearest": "zf_xiaoyi"}
    with pytest.raises(BadInput, match=r"text\.too_long"):
        kokoro.speak("我要去找工作" * 40, "zh", "zf_xiaoyi")
    with pytest.raises(BadInput, match="nothing_to_say"):
        kokoro.speak("🐶", "zh", "zf_xiaoyi")


def test_missing_weights_are_named(tmp_path: Path) -> None:
    """Without its files the voice says which one is missing, to the operator."""
    with pytest.raises(NoAccess) as missing:
        kokoro.Kokoro(tmp_path / "voice.onnx", tmp_path / "vocab.json", tmp_path)
    assert missing.value.key == "voice.model_missing"


def test_nothing_is_left_or_reported_by_loading(tmp_path: Path) -> None:
    """The library under the voice has a telemetry of its own: it stays off, and writes no session file."""
    load = (
        "from pathlib import Path; from pipeline.sound import kokoro\n"
        "try: kokoro.Kokoro(Path('no'), Path('no'), Path('no'))\n"
        "except kokoro.NoAccess: print('loaded')"
    )
    checkout = Path(__file__).parents[3]
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path), "PYTHONPATH": str(checkout)}
    ended = subprocess.run([sys.executable, "-c", load], env=environment, capture_output=True, text=True)
    assert ended.stdout == "loaded\n", ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_mixture_lies_between_its_packs(voices: Path) -> None:
    """Half and half is the mean of two packs; weights need not add up to one."""
    mixed = kokoro.mixed(voices, "zf_xiaobei*2+zf_xiaoni*2")
    mean = (kokoro.mixed(voices, "zf_xiaobei") + kokoro.mixed(voices, "zf_xiaoni")) / 2
    assert np.allclose(mixed, mean, atol=1e-5)
    assert {"zf_xiaoyi", "zm_yunxia", "af_heart"} <= set(kokoro.names(voices))


def test_every_preset_has_its_packs(voices: Path) -> None:
    """No preset names a pack that is not there, in either language."""
    for preset in presets.PRESETS:
        for pack in preset.packs.values():
            assert kokoro.mixed(voices, pack).shape == (510, 256)


@pytest.mark.parametrize("name", ["naitang", "baba"])
def test_a_preset_speaks_where_its_voice_lies(kokoro: kokoro.Kokoro, name: str) -> None:
    """Pitch within 8 % of what the preset promises, -20 LUFS, no peak over -1 dB."""
    preset = presets.find(name)
    spoken = speech.say("我去捡破烂", "zh", preset, kokoro)
    assert _middle(spoken.samples, spoken.hertz) == pytest.approx(preset.f0, rel=0.08)
    assert loudness.integrated(spoken.samples, spoken.hertz) == pytest.approx(-20, abs=0.7)
    peak = loudness.true_peak_db(spoken.samples, spoken.hertz)
    assert peak is not None
    assert peak <= -0.9


def test_presets_are_found_by_what_people_call_them() -> None:
    """Slug, Chinese or English name; a near miss is answered with the nearest."""
    assert {presets.find(name).name for name in ("naitang", " 奶糖 ", "Toffee")} == {"naitang"}
    with pytest.raises(BadInput) as unknown:
        presets.find("奶唐")
    assert unknown.value.fields == {"name": "奶唐", "nearest": "naitang"}
    assert len(presets.names("pet")) >= 4
    assert set(presets.names()) == set(presets.names("pet")) | set(presets.names("person"))


def test_joined_lines_have_exact_pauses() -> None:
    """The cuts of one take are known to the sample, because every line was spoken alone."""
    pieces = [np.full(n, 0.1, np.float32) for n in (2400, 4800, 1200)]
    take, where = speech.join(pieces, 24_000, 0.5)
    assert where == ((0.0, 0.1), (0.6, 0.8), (1.3, 1.35))
    assert len(take) == 2400 + 4800 + 1200 + 24_000
    assert not take[2400 : 2400 + 12_000].any()
    assert speech.join([], 24_000)[1] == ()


@needs_espeak
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_plain_voice_speaks_from_its_own_process(lang: Lang) -> None:
    """espeak-ng says a line at a natural speed, and its library is never loaded in our process."""
    spoken = espeak.speak(_LINES[lang], lang)
    assert 3 < words.syllables(_LINES[lang], lang) / spoken.seconds < 6
    maps = Path("/proc/self/maps")
    assert not maps.exists() or "espeak" not in maps.read_text()


@needs_espeak
def test_without_weights_a_take_is_spoken_plainly() -> None:
    """No Kokoro: the same preset, lines and pauses in the plain voice, at the preset's pitch."""
    preset = presets.find("naitang")
    take, where = speech.one_take(["要", _LINES["zh"]], "zh", preset, None, pause=0.4)
    assert where[1][0] - where[0][1] == pytest.approx(0.4, abs=1e-3)
    assert where[1][1] == pytest.approx(take.seconds)
    assert _middle(take.samples, take.hertz) == pytest.approx(preset.f0, rel=0.08)
