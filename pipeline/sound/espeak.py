"""The plain, robotic voice that speaks when there is no other: espeak-ng, always in a process of its own.

espeak-ng is GPL-3.0, so nothing here loads it into our process: this module, run as a program, loads the
library of the optional package `espeakng-loader`, reads a line on its input and writes a WAV to its output.
Where that package is absent, an `espeak-ng` program on the PATH serves as well.

Source: espeak-ng 1.52, speak_lib.h (the constants below).
"""

import argparse
import ctypes
import importlib.util
import io
import shutil
import subprocess
import sys
import wave

import numpy as np

from pipeline.ports.errors import Failed, NoAccess
from pipeline.sound import counting, mandarin
from pipeline.sound.cut import trimmed
from pipeline.sound.plain import plain
from pipeline.sound.samples import Spoken
from pipeline.sound.words import phonemes
from storage.model import Lang

_VOICES = {"zh": "cmn", "en": "en-us"}
_WORDS_A_MINUTE = 165  # at speed 1: about 4 Mandarin syllables a second
_SYNCHRONOUS, _UTF8, _RATE, _PITCH, _RANGE = 2, 1, 1, 3, 4


def available() -> bool:
    """True when espeak-ng can be started: by the optional package, or as a program on the PATH."""
    return importlib.util.find_spec("espeakng_loader") is not None or shutil.which("espeak-ng") is not None


def speak(text: str, lang: Lang, speed: float = 1.0, pitch: int = 60, span: int = 60) -> Spoken:
    """Return a line spoken.

    Args:
        text: any length.
        speed: 0.5 to 2.0; higher is faster.
        pitch: 0 to 99, 50 is a man's.
        span: how lively the pitch moves, 0 to 99.

    Raises:
        BadInput: those of `words.phonemes`.
        NoAccess: `voice.espeak_missing` when it is not installed.
        Failed: `voice.silent` when it ended badly, said nothing or took over 30 s.
    """
    phonemes(text, lang)
    if not available():
        raise NoAccess("voice.espeak_missing")
    line = mandarin.written_out(plain(text)) if lang == "zh" else counting.written_out(plain(text))
    settings = [_VOICES[lang], str(round(_WORDS_A_MINUTE * min(max(speed, 0.5), 2.0))), str(pitch), str(span)]
    try:
        spoken = subprocess.run(
            _command(settings), input=line.encode(), capture_output=True, timeout=30, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise Failed("voice.silent", {"voice": "espeak"}, repr(error)) from error
    return _read(spoken)


def _command(settings: list[str]) -> list[str]:
    voice, rate, pitch, span = settings
    if importlib.util.find_spec("espeakng_loader") is not None:
        return [sys.executable, "-m", "pipeline.sound.espeak", *settings]
    return ["espeak-ng", "--stdin", "--stdout", "-v", voice, "-s", rate, "-p", pitch, "-P", span]


def _read(wav: bytes) -> Spoken:
    """Return the samples of a WAV whose header may not know its length, as one written to a pipe."""
    start = wav.find(b"data") + 8
    whole = wav[start : start + (len(wav) - start) // 2 * 2]
    samples = np.frombuffer(whole, "<i2").astype(np.float32) / np.float32(32768)
    if start < 8 or float(np.abs(samples).max(initial=0)) < 0.01:
        raise Failed("voice.silent", {"voice": "espeak"})
    hertz = int.from_bytes(wav[24:28], "little")
    return Spoken(trimmed(samples, hertz), hertz)


def _synthesised(text: str, voice: str, rate: int, pitch: int, span: int) -> bytes:
    """Return the line as a WAV, with the library in this process: only ever the child's."""
    import espeakng_loader  # the optional package, in the child only

    library = ctypes.CDLL(str(espeakng_loader.get_library_path()))
    hertz = library.espeak_Initialize(_SYNCHRONOUS, 0, str(espeakng_loader.get_data_path()).encode(), 0)
    heard: list[bytes] = []

    def hear(samples: int | None, count: int, _events: int | None) -> int:
        if samples and count > 0:
            heard.append(ctypes.string_at(samples, 2 * count))
        return 0

    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(hear)
    library.espeak_SetSynthCallback(callback)
    if hertz <= 0 or library.espeak_SetVoiceByName(voice.encode()) != 0:
        raise SystemExit(f"espeak-ng has no voice {voice}")
    for which, value in ((_RATE, rate), (_PITCH, pitch), (_RANGE, span)):
        library.espeak_SetParameter(which, value, 0)
    line = text.encode() + b"\0"
    library.espeak_Synth(line, len(line), 0, 0, 0, _UTF8, None, None)
    library.espeak_Synchronize()
    target = io.BytesIO()
    with wave.open(target, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(hertz)
        out.writeframes(b"".join(heard))
    return target.getvalue()


def _main() -> None:
    wanted = argparse.ArgumentParser(description="Read a line on the input, write a WAV to the output.")
    wanted.add_argument("voice")
    for name in ("rate", "pitch", "span"):
        wanted.add_argument(name, type=int)
    given = wanted.parse_args()
    text = sys.stdin.buffer.read().decode()
    sys.stdout.buffer.write(_synthesised(text, given.voice, given.rate, given.pitch, given.span))


if __name__ == "__main__":
    _main()
