"""A whole film in a cloned voice, through the command line, on a stand-in for the service."""

import json
import subprocess
from pathlib import Path

import pytest

from pipeline import packaged
from pipeline.film.check import check
from tests.fakes.minimax import ABROAD, KEY, MiniMax
from tests.fakes.voices import sample, standing
from tests.stories.cli import command, environment

_SCRIPT = {"title": ["谁吃了"], "lines": [
    {"speaker": "person", "text": "蛋糕是谁吃的呀", "direction": None},
    {"speaker": "pet", "text": "不是我", "direction": "cries"},
    {"speaker": "person", "text": "那你脸上是什么", "direction": None},
    {"speaker": "pet", "text": "是蛋糕自己跑上来的", "direction": "cries"},
]}  # fmt: skip


def _film(folder: Path, fake: MiniMax, *words: str, key: str = KEY) -> subprocess.CompletedProcess[str]:
    photo = packaged.path("sample-photo")
    if photo is None:
        pytest.skip("the sample photo has not been fetched: make setup")
    script = folder / "script.json"
    script.write_text(json.dumps(_SCRIPT))
    env = {**environment(folder), "MINIMAX_API_KEY": key, "MINIMAX_BASE_URL": fake.address}
    asked = ("film", "--photo", photo, "--script", script, "--voice", sample(folder / "sample.wav"))
    face = ("--mouth", "256,280", "--eyes", "170,116,316,134", "--out", folder / "film.mp4", "--json")
    return subprocess.run(
        command(*asked, *face, *words), cwd=folder, env=env, capture_output=True, text=True, timeout=400
    )


@pytest.mark.usefixtures("small")
def test_a_film_in_a_cloned_voice_costs_what_the_service_charged(tmp_path: Path) -> None:
    """The clone's first answer is silent under code 0: said again, cut, in the film, every yuan counted."""
    fake = MiniMax("", "silent")
    with standing(fake):
        made = _film(tmp_path, fake, "--may-use-voice")
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    assert told["cost"] == pytest.approx(fake.charged, abs=0.01)
    assert [what for what, _ in fake.bills] == ["demo", *["speech"] * 3]
    vendors = {step["name"]: step["vendor"] for step in told["steps"]}
    assert {vendors[step] for step in ("clone", "speak_pet", "speak_person")} == {"minimax"}
    assert check(tmp_path / "film.mp4", "telegram").faults == ()


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("words", "key", "says"),
    [((), KEY, "--may-use-voice"), (("--may-use-voice",), ABROAD, "✓")],
    ids=["no leave", "other region"],
)
def test_a_clone_that_cannot_be_made_leaves_nothing_at_the_service(
    words: tuple[str, ...], key: str, says: str, tmp_path: Path
) -> None:
    """Without leave it stops and says what is missing; a key of another region makes it our own voice."""
    fake = MiniMax()
    with standing(fake):
        made = _film(tmp_path, fake, *words, key=key)
    assert says in made.stderr
    assert made.returncode == (0 if words else 1)
    assert (fake.bills, fake.files, fake.voices) == ([], {}, {})
    if words:
        told = json.loads(made.stdout)
        assert told["cost"] == 0
        assert {step["vendor"] for step in told["steps"]} == {"builtin"}
