"""Lines spoken by a preset voice, one by one or all in one take with exact pauses between them."""

from collections.abc import Sequence

import numpy as np

from pipeline.model import Span
from pipeline.sound import cut, espeak, loudness, tune
from pipeline.sound.kokoro import Kokoro
from pipeline.sound.presets import Preset
from pipeline.sound.samples import Samples, Spoken
from pipeline.sound.tune import Portrait, Tuning
from storage.model import Lang

_LUFS, _CEILING = -20.0, -1.0  # every line comes out equally loud, whatever the voice


def say(text: str, lang: Lang, preset: Preset, kokoro: Kokoro | None, like: Portrait | None = None) -> Spoken:
    """Return one line in a preset's voice, at -20 LUFS.

    Args:
        kokoro: the loaded model; None lets the plain voice speak, coloured the same way.
        like: a sample's portrait: then the voice moves towards it instead of the preset's own colour.

    Raises:
        BadInput, Failed, NoAccess: those of `Kokoro.speak` and `espeak.speak`.
    """
    if kokoro is None:
        spoken = espeak.speak(text, lang, preset.speed)
        how: Tuning | None = Tuning(f0=preset.f0, breath=0.1)
    else:
        spoken = kokoro.speak(text, lang, preset.packs[lang], preset.speed)
        how = preset.tuning and preset.tuning.model_copy(update={"f0": preset.f0})
    samples, hertz = spoken.samples, spoken.hertz
    if like is not None:
        samples = tune.childlike(samples, hertz, like, Tuning(breath=0.1))
    elif how is not None:
        samples = tune.childlike(samples, hertz, None, how)
    level = loudness.limited(loudness.levelled(samples, hertz, _LUFS), hertz, _CEILING)
    return Spoken(cut.faded(level, hertz), hertz)


def one_take(
    lines: Sequence[str],
    lang: Lang,
    preset: Preset,
    kokoro: Kokoro | None,
    like: Portrait | None = None,
    pause: float = 0.5,
) -> tuple[Spoken, tuple[Span, ...]]:
    """Return all lines in one take, and where each of them is in it, in seconds.

    Every line is spoken alone, so the pauses are exact and nobody has to search for the cuts.

    Raises:
        BadInput, Failed, NoAccess: those of `say`.
    """
    spoken = [say(line, lang, preset, kokoro, like) for line in lines]
    hertz = spoken[0].hertz if spoken else 24000
    samples, where = join([line.samples for line in spoken], hertz, pause)
    return Spoken(samples, hertz), where


def join(pieces: Sequence[Samples], hertz: int, pause: float = 0.5) -> tuple[Samples, tuple[Span, ...]]:
    """Return pieces of one channel one after the other with silence between, and where each of them is."""
    silence = np.zeros(round(pause * hertz), np.float32)
    parts: list[Samples] = []
    where: list[Span] = []
    at = 0
    for place, piece in enumerate(pieces):
        if place:
            parts.append(silence)
            at += len(silence)
        where.append((at / hertz, (at + len(piece)) / hertz))
        parts.append(piece)
        at += len(piece)
    return np.concatenate(parts) if parts else silence[:0], tuple(where)
