"""The room `voice`: sounds heard, cut into lines, spoken, learnt from."""

from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.crafts.samples import HERTZ, Role, mono
from pipeline.model import Heard, Span
from pipeline.ports.errors import BadInput, Failed
from pipeline.ports.voice import SpeakAsk, Spoken, Word
from storage.model import Lang, Noun

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.sound import kokoro as kokoros

_SAMPLED = 32_000  # hertz of what voices are learnt from
_LEAD = 0.15  # seconds kept around what is said in a sample
_SHORTEST = 1.0  # seconds of a passage, and by so much times may be off at the end


def hear(sound: Path, lines: int | None) -> Heard:
    """What is in a sound, over its own channels."""
    from pipeline.film import sound as files
    from pipeline.sound import hear as hearing

    return hearing.hear(files.read(sound, HERTZ), HERTZ, lines)


def passage(sound: Path, start: float, end: float | None, most: float, out: Path) -> float:
    """Write a part of a sound or film as WAV, and return its seconds.

    Args:
        end: None takes `most` seconds, or what there is.

    Raises:
        BadInput: `link.beyond_end`, it is not that long; `link.not_a_video`, `link.no_sound`.
    """
    from pipeline.film import sound as files

    try:
        samples, there = files.excerpt(sound, start, end or start + most, HERTZ)
    except BadInput as error:
        key = "link.no_sound" if error.key == "sound.no_sound" else "link.not_a_video"
        raise BadInput(key, {}, error.cause) from error
    seconds = len(samples) / HERTZ
    if seconds < _SHORTEST or (end is not None and there < end - _SHORTEST):
        minutes, rest = divmod(int(there), 60)
        raise BadInput("link.beyond_end", {"length": f"{minutes}:{rest:02}"})
    files.write(out, samples, HERTZ)
    return seconds


def preset(name: str | None, role: Role) -> str:
    """The name we know a preset by, whichever of its names was given; without one, the role's first."""
    from pipeline.sound import presets as voices

    return voices.find(name or voices.names(role)[0]).name


def presets(role: Role) -> tuple[str, ...]:
    """The names of a role's preset voices."""
    from pipeline.sound import presets as voices

    return voices.names(role)


def gather(
    paths: Sequence[Path], lines: int, role: Role, out: Path, lifted: bool = False
) -> tuple[Span, ...]:
    """Put recordings into one sound, one piece per line: a file each, or one file cut at its pauses.

    Args:
        lifted: move each line to a child's register.

    Raises:
        BadInput: the recordings do not make that many lines.
    """
    from pipeline.film import sound as files
    from pipeline.sound import cut, speech

    sounds = [mono(files.read(path, HERTZ)) for path in paths]
    if len(sounds) == 1:
        try:
            spans = cut.spans(sounds[0], HERTZ, lines)
        except BadInput as unclear:  # whose recording it is decides who is asked again
            raise BadInput(unclear.key, {**unclear.fields, "role": role}) from unclear
        pieces = cut.pieces(sounds[0], HERTZ, spans)
    elif len(sounds) == lines:
        pieces = tuple(_only(sound) for sound in sounds)
    else:
        key = "lines.count_person" if role == "person" else "lines.count_pet"
        raise BadInput(key, {"files": str(len(paths)), "lines": str(lines)})
    if lifted:
        from pipeline.sound import tune

        pieces = tuple(tune.lifted(piece, HERTZ) for piece in pieces)
    joined, spans = speech.join(pieces, HERTZ)
    files.write(out, joined, HERTZ)
    return spans


def divide(
    paths: Sequence[Path], lines: Sequence[str], lang: Lang, words: Sequence[Word], out: Path
) -> tuple[Span, ...]:
    """Put what a voice said into one sound with even pauses: one file of all lines, or one for each.

    Raises:
        Failed: that is not what it was to say; `paths` are as they were.
    """
    from pipeline.film import sound as files
    from pipeline.sound import cut, divide, speech
    from pipeline.themes.words import syllables

    try:
        sounds = [mono(files.read(path, HERTZ)) for path in paths]
    except BadInput as unread:
        raise Failed("voice.no_sound", {}, repr(unread)) from unread
    if len(sounds) == 1:
        said = [(word.text, word.start, word.end) for word in words]
        counts = [syllables(line, lang) for line in lines]
        spans = divide.spans(sounds[0], HERTZ, lines, counts, said)
        pieces = cut.pieces(sounds[0], HERTZ, spans)
    else:
        pieces = tuple(
            cut.pieces(sound, HERTZ, divide.spans(sound, HERTZ, [line], [syllables(line, lang)]))[0]
            for sound, line in zip(sounds, lines, strict=True)
        )
    joined, spans = speech.join(pieces, HERTZ)
    files.write(out, joined, HERTZ)
    return spans


def excerpt(sample: Path, seconds: tuple[float, float], out: Path) -> None:
    """Write the part of a sample that a vendor learns from: one channel from its first word on, no longer
    than is wanted; what is too short has silence behind it.

    Raises:
        BadInput: nobody speaks in it.
    """
    import numpy as np

    from pipeline.film import sound as files
    from pipeline.sound import cut

    least, most = (round(each * _SAMPLED) for each in seconds)
    whole = mono(files.read(sample, _SAMPLED))
    words = cut.stretches(whole, _SAMPLED)
    if not words:
        raise BadInput("sound.silence")
    first = max(0, round((words[0][0] - _LEAD) * _SAMPLED))
    last = min(round((words[-1][1] + _LEAD) * _SAMPLED), first + most)
    part = whole[first:last]
    files.write(out, np.pad(part, (0, max(0, least - len(part)))), _SAMPLED)


class Kokoro(Noun):
    """Where the natural voice's parts lie; None where they were not fetched."""

    model: Path | None
    vocab: Path | None
    voices: Path | None


def speak(ask: SpeakAsk, kokoro: Kokoro, out: Path) -> Spoken:
    """Speak the lines in one take, with the natural voice or, without its weights, with espeak-ng."""
    from pipeline.film import sound as files
    from pipeline.sound import presets, speech
    from pipeline.sound.tune import Portrait

    preset = presets.find(ask.voice or presets.names(ask.role)[0])
    like = Portrait.model_validate_json(ask.params) if ask.params else None
    told, spans = speech.one_take(ask.lines, ask.lang, preset, _loaded(kokoro), like, ask.pause)
    files.write(out, told.samples, told.hertz)
    voice = f"stand-in:{preset.name}" if like else preset.name
    return Spoken(spans=spans, seconds=len(told.samples) / told.hertz, voice=voice)


@cache
def _loaded(kokoro: Kokoro) -> "kokoros.Kokoro | None":
    """The voice model, once per worker process; its room is closed when the stage is entered."""
    from pipeline.sound import kokoro as kokoros

    if not (kokoro.model and kokoro.vocab and kokoro.voices):
        return None
    return kokoros.Kokoro(kokoro.model, kokoro.vocab, kokoro.voices)


def portrait(sample: Path) -> str:
    """Learn a voice's register and colour from a sample, as JSON.

    Raises:
        BadInput: the sample is too poor to learn from; the key says why.
    """
    from pipeline.film import sound as files
    from pipeline.sound import hear as hearing
    from pipeline.sound import tune

    samples = files.read(sample, HERTZ)
    heard = hearing.hear(samples, HERTZ)
    if heard.verdict == "poor":
        raise BadInput(heard.reasons[0], {"seconds": f"{heard.seconds:.1f}"})
    learnt = tune.portrait(mono(samples), HERTZ)
    if learnt is None:
        raise BadInput("sound.little_speech")
    return learnt.model_dump_json()


def chain(paths: Sequence[Path], out: Path) -> tuple[float, ...]:
    """Put sounds one behind the other; return when each of them begins."""
    import numpy as np

    from pipeline.film import sound as files

    sounds = [mono(files.read(path, HERTZ)) for path in paths]
    files.write(out, np.concatenate(sounds), HERTZ)
    return tuple(accumulate((len(each) / HERTZ for each in sounds[:-1]), initial=0.0))


def _only(samples: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """One line alone: silence before and after it is trimmed, pauses inside stay."""
    from pipeline.sound import cut

    spans = cut.spans(samples, HERTZ, None)
    if not spans:
        raise BadInput("sound.silence")
    return cut.pieces(samples, HERTZ, ((spans[0][0], spans[-1][1]),))[0]
