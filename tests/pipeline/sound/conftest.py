"""What the sound tests share: recordings and weights that may be absent."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import packaged
from pipeline.sound.kokoro import Kokoro
from pipeline.sound.samples import Samples

_AUDIO = Path(__file__).resolve().parents[3] / ".." / "shared" / "audio"


@pytest.fixture(scope="session")
def recording() -> Callable[[str], tuple[Samples, int]]:
    """Reads one of the shared recordings with its own channels; the test is skipped without them."""

    def read(name: str) -> tuple[Samples, int]:
        if not (_AUDIO / name).exists():
            pytest.skip("the shared recordings are not here")
        sound = pytest.importorskip("pipeline.film.sound")
        return sound.read(_AUDIO / name, 44_100), 44_100

    return read


@pytest.fixture(scope="session")
def vocab() -> Path:
    """Kokoro's table of phonemes; the test is skipped without it."""
    path = packaged.path("kokoro-vocab")
    if path is None:
        pytest.skip("Kokoro's vocabulary is not fetched")
    return path


@pytest.fixture(scope="session")
def voices() -> Path:
    """The folder of Kokoro's packs; the test is skipped without it."""
    path = packaged.path("kokoro-voices")
    if path is None:
        pytest.skip("Kokoro's voices are not fetched")
    return path


@pytest.fixture(scope="session")
def kokoro(vocab: Path, voices: Path) -> Kokoro:
    """The voice model, loaded once."""
    model = packaged.path("kokoro-model")
    if model is None:
        pytest.skip("Kokoro's weights are not fetched")
    return Kokoro(model, vocab, voices)
