"""What the checkout may and may not contain."""

import os
import re

import pytest

from tests.house.checkout import CHECKOUT, ROOMS, files, modules, shown

# Put together here, so that this file does not contain what it forbids.
_REGISTRIES = [".".join(name) for name in (
    ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("npmmirror", "com"),
    ("deb", "debian", "org"), ("crates", "io"), ("proxy", "golang", "org"),
)]  # fmt: skip
_MACHINE = re.compile(r"(?<![\w.*/-])/(?:work/(?:main|shared|[.])|root/|Users/|home/)[\w.]*")
_BINARY = {
    *(".png", ".jpg", ".jpeg", ".webp", ".heic", ".wav", ".mp3", ".m4a", ".ogg", ".mp4", ".mov"),
    *(".onnx", ".tflite", ".bin", ".ttf", ".otf", ".woff", ".woff2", ".npz", ".npy", ".whl", ".tgz", ".db"),
}


def _texts() -> list[tuple[str, str]]:
    return [(shown(file), file.read_text(encoding="utf-8")) for file in files() if file.suffix not in _BINARY]


def test_no_file_names_a_registry() -> None:
    """Where packages come from is the machine's own business: mirrors and proxies must keep working."""
    found = [f"{name}: {host}" for name, text in _texts() for host in _REGISTRIES if host in text]
    assert found == [], "\n".join(found)


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    """A path of one machine works on that machine only."""
    found = [f"{name}: {match}" for name, text in _texts() for match in _MACHINE.findall(text)]
    assert found == [], "\n".join(found)


def test_no_photo_sound_weight_or_font_is_kept() -> None:
    """Weights and fonts come out of packages at set-up; test material is made, or shared beside us."""
    ours = "docs/film.jpg"  # a picture of a film we made, for the README
    found = [shown(file) for file in files() if file.suffix.lower() in _BINARY and shown(file) != ours]
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-node.lock"])
def test_locks_pin_by_sum_and_name_no_address(lock: str) -> None:
    """What is installed is what was tested, wherever it is downloaded from."""
    text = (CHECKOUT / lock).read_text()
    pins = [block for block in re.split(r"\n(?=\S)", text.strip()) if not block.startswith("#")]
    found = [pin for pin in pins if not re.match(r"[\w.\[\],-]+==\S+", pin)]
    assert found == [], "\n".join(found)
    found = [pin for pin in pins if not re.search(r"--hash=sha256:[0-9a-f]{64}", pin)]
    assert found == [], "\n".join(found)
    found = re.findall(r"://|--index|--find-links|^-", text, re.MULTILINE)
    assert found == [], "\n".join(found)


def _pins(lock: str) -> set[str]:
    return set(re.findall(r"^[\w.\[\],-]+==\S+", (CHECKOUT / lock).read_text(), re.MULTILINE))


def test_the_lock_for_tests_holds_the_other() -> None:
    """Tests run against the very versions people get, and one round of installing is enough."""
    assert _pins("requirements.lock") - _pins("requirements-dev.lock") == set()


def test_every_room_says_what_lives_in_it() -> None:
    """A room's README is where one starts."""
    inner = {file.parent for file in modules("pipeline") if file.parent.parent == CHECKOUT / "pipeline"}
    rooms = {CHECKOUT / room for room in (*ROOMS, "bot/channels")} | inner
    found = sorted(shown(room) for room in rooms if not (room / "README.md").is_file())
    assert found == [], "\n".join(found)


def test_what_the_gate_runs_is_there() -> None:
    """The gate is one line; it must be executable and call what people call."""
    gate = CHECKOUT / ".ci/run"
    assert os.access(gate, os.X_OK)
    assert "make test" in gate.read_text()


def test_the_image_is_built_from_paths_that_exist() -> None:
    """The image cannot be built in every test run; a renamed file must still be noticed."""
    lines = (CHECKOUT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    copied = [word for line in lines if line.startswith("COPY ") and "--from" not in line
              for word in line.split()[1:-1] if not word.startswith("--")]  # fmt: skip
    assert copied
    found = [name for name in copied if not (CHECKOUT / name).exists()]
    assert found == [], "\n".join(found)
    assert any(line.startswith("USER ") and line.split()[1] not in {"root", "0"} for line in lines)
