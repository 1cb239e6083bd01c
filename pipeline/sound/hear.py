"""What a recording is like: how long, how loud, how clean, whose; and whether a voice can be made from it.

Thresholds are those a study found on real clips; a reason only ever warns, unless it is marked as fatal here.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.model import Heard, Span
from pipeline.ports.errors import BadInput
from pipeline.sound import cut, levels, loudness, pitch
from pipeline.sound.samples import Samples, channels, mono

_LONG, _TOO_LONG = 60.0, 300.0  # seconds of sound; of what is too long only the first minute is heard
_SHORT, _TOO_SHORT, _NOTHING = 6.0, 1.0, 0.3  # seconds of speech
_NOISY, _TOO_NOISY = 20.0, 10.0  # decibels between speech and what is under it
_HALF, _HARDLY = 0.5, 0.15  # share of the sound that is speech
_NARROW = 6000.0  # hertz
_STEADY = 3.0  # decibels: a level that moves less is no speech
_TONAL = -9.0  # decibels of flatness: under it, tones or voices rather than noise
_PITCHED = 30.0  # seconds of speech the pitch is read over
_FATAL = frozenset({"sound.silence", "sound.hardly_speech", "sound.too_noisy"})


@dataclass(frozen=True)
class _Parts:
    """A sound taken apart: its levels, where it speaks, and which frames lie well between the words."""

    levels: levels.Levels
    words: tuple[Span, ...]
    between: NDArray[np.bool_]
    inside: NDArray[np.bool_]

    @property
    def speech_seconds(self) -> float:
        return sum(end - start for start, end in self.words)


def hear(samples: Samples, hertz: int, lines: int | None = None) -> Heard:
    """Return what is heard; bad input gives the verdict "poor" with its reasons, never an error.

    Args:
        samples: (n,) or (n, channels). Of more than five minutes only the first is listened to.
        lines: how many recorded lines it should hold. With it the sound is judged as lines to be used as they
            are; without it as a sample to make a voice from, which has to be longer. When the count does not
            come out, `lines` are those that were found, and `sound.lines_uncounted` is a reason.
    """
    seconds = len(samples) / hertz
    heard = samples[: int((_LONG if seconds > _TOO_LONG else _TOO_LONG) * hertz)]
    if not np.isfinite(heard.sum(dtype=np.float64)):  # a damaged file of floats
        heard = np.nan_to_num(heard, nan=0.0, posinf=1.0, neginf=-1.0)
    parts = _parts(heard, hertz)
    snr = _snr(parts)
    where, unclear = _lines(heard, hertz, lines, parts)
    clipped, second, background = _clipped(heard), _second_voice(heard, hertz, parts), _background(parts, snr)
    found = {
        **_lengths(seconds, parts, lines),
        "sound.too_noisy": snr is not None and snr < _TOO_NOISY,
        "sound.noisy": snr is not None and snr < _NOISY,
        "sound.clipped": clipped,
        "sound.second_voice": second,
        "sound.background": background,
        "sound.narrow": bool(parts.words) and _bandwidth(parts) < _NARROW,
        "sound.lines_uncounted": unclear,
    }
    reasons = [key for key, is_so in found.items() if is_so]
    fatal = bool(_FATAL.intersection(reasons)) or seconds > _TOO_LONG
    fatal |= parts.speech_seconds < (_NOTHING if lines else _TOO_SHORT)
    return Heard(
        seconds=round(seconds, 3),
        speech_seconds=round(parts.speech_seconds, 2),
        lufs=_rounded(loudness.integrated(heard, hertz)),
        true_peak_db=_rounded(loudness.true_peak_db(heard, hertz)),
        snr_db=_rounded(snr),
        clipped=clipped,
        second_voice=second,
        background=background,
        verdict="poor" if fatal else "usable" if reasons else "good",
        reasons=tuple(dict.fromkeys(_SAID.get(key, key) for key in reasons)),
        lines=where,
    )


_SAID = {"sound.too_noisy": "sound.noisy", "sound.hardly_speech": "sound.little_speech"}


def _lengths(seconds: float, parts: _Parts, lines: int | None) -> dict[str, bool]:
    """Return what is wrong with how long it is, and how much of it is speech."""
    speech, share = parts.speech_seconds, parts.speech_seconds / max(parts.levels.seconds, 1e-3)
    if not parts.words and seconds >= _TOO_SHORT:
        silent = bool(parts.levels.whole.max(initial=-120) < -70)
        return {"sound.silence": silent, "sound.too_long": seconds > _LONG, "sound.hardly_speech": not silent}
    return {
        "sound.too_short": speech < (_NOTHING if lines else _SHORT),
        "sound.too_long": seconds > _LONG,
        "sound.hardly_speech": share < _HARDLY,
        "sound.little_speech": share < _HALF and not lines,
    }


def _parts(samples: Samples, hertz: int) -> _Parts:
    """Return the sound taken apart."""
    read = levels.read(samples, hertz)
    words = tuple(cut.joined(cut.sounding(read.speech), 0.30))
    inside, near = np.zeros(len(read.speech), bool), np.zeros(len(read.speech), bool)
    for start, end in words:
        inside[round(start / levels.HOP) : round(end / levels.HOP)] = True
        near[max(0, round((start - 0.1) / levels.HOP)) : round((end + 0.1) / levels.HOP)] = True
    if words and np.ptp(np.percentile(levels.smoothed(read.speech[inside]), [10, 90])) < _STEADY:
        return _Parts(read, (), ~inside & False, inside & False)  # a hum, a hiss, a tone
    return _Parts(read, words, ~near, inside)


def _snr(parts: _Parts) -> float | None:
    """Return the power of the speech over that of what lies between the words, 60 dB at most.

    None where there is no speech, or no pause to hear the room in.
    """
    if not parts.words:
        return None
    between = parts.levels.whole[parts.between]
    sounding = between[between > -90]
    if len(sounding) * levels.HOP >= 0.2:
        noise = _power(sounding)
    elif len(between) * levels.HOP >= 0.2:
        return 60.0  # digital silence
    elif parts.speech_seconds >= 5:
        noise = 10 ** (float(np.percentile(parts.levels.whole[parts.inside], 3)) / 10)
    else:
        return None
    speech = max(_power(parts.levels.whole[parts.inside]) - noise, 1e-12)
    return float(min(10 * np.log10(speech / noise), 60.0))


def _power(levels_db: NDArray[np.float32]) -> float:
    """Return the mean power of frames, the loudest and quietest twentieth left out when there are many."""
    low, high = np.percentile(levels_db, [5, 95]) if levels_db.size > 40 else (-200.0, 200.0)
    kept = levels_db[(levels_db >= low) & (levels_db <= high)]
    return float((10 ** (kept.astype(np.float64) / 10)).mean())


def _background(parts: _Parts, snr: float | None) -> bool:
    """True when tones or voices, not just noise, sound between the words; or nothing ever pauses."""
    if snr is None or snr > 35:
        return False
    top = levels.loud(parts.levels.speech)
    sounding = parts.between & (parts.levels.speech > top - 40)
    if sounding.sum() * levels.HOP >= 0.3:
        return bool(np.median(parts.levels.flat[sounding]) < _TONAL)
    return parts.speech_seconds > 8 and parts.speech_seconds > 0.97 * parts.levels.seconds


def _second_voice(samples: Samples, hertz: int, parts: _Parts) -> bool:
    """True when the pitch of the first half minute of speech is that of two people."""
    said: list[Samples] = []
    for start, end in parts.words:
        said.append(mono(samples[round(start * hertz) : round(end * hertz)]))
        if sum(map(len, said)) > _PITCHED * hertz:
            break
    if parts.speech_seconds < 1:
        return False
    f0 = pitch.track(np.concatenate(said)[: int(_PITCHED * hertz)], hertz)
    return pitch.two_voices(f0)


def _bandwidth(parts: _Parts) -> float:
    """Return up to which frequency the speech reaches, in hertz: to 50 dB under its strongest band."""
    strong = np.percentile(parts.levels.bands[parts.inside], 95, axis=0)
    last = int(np.flatnonzero(strong > strong.max() - 50)[-1])
    return min(float(levels.BANDS[last]) * 2 ** (1 / 3), parts.levels.hertz / 2)


def _clipped(samples: Samples) -> bool:
    """True when waves are cut off flat at the top, or many samples touch full scale."""
    sound = channels(samples)
    top = float(np.abs(sound).max(initial=0))
    if top < 0.1:
        return False
    runs = full = 0
    for start in range(0, len(sound), 1 << 20):
        piece = np.abs(sound[start : start + (1 << 20)])
        full += int((piece > 0.99).sum())
        flat = (piece[1:] > 0.98 * top) & (np.abs(np.diff(piece, axis=0)) < 4e-5)
        runs += int((flat[2:] & flat[1:-1] & flat[:-2]).sum())
    return runs > 4 + len(sound) * 1e-5 or full > 0.001 * sound.size


def _lines(samples: Samples, hertz: int, lines: int | None, parts: _Parts) -> tuple[tuple[Span, ...], bool]:
    """Return where the lines are, and whether their count did not come out."""
    if not parts.words:
        return (), False
    try:
        found, unclear = cut.spans(samples, hertz, lines), False
    except BadInput:
        found, unclear = cut.spans(samples, hertz), True
    return tuple((round(start, 3), round(end, 3)) for start, end in found), unclear


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
