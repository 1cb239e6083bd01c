"""Content credentials, read back by the library's own reader."""

import json
from pathlib import Path

import pytest

from pipeline.film import credentials, marks
from pipeline.film.cut import CutJob, Made
from pipeline.film.probe import probe
from pipeline.model import Credentials
from pipeline.ports.errors import NoAccess
from tests.pipeline.film.pair import pair as made_pair

c2pa = pytest.importorskip("c2pa", reason="the extra c2pa is not installed")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Credentials:
    """A throwaway authority's certificate for a throwaway key."""
    return made_pair(tmp_path_factory.mktemp("pair"))


def test_a_signed_film_says_who_made_it_and_that_it_is_generated(copied: Path, pair: Credentials) -> None:
    """Protects the manifest and what was there before it: the AIGC field, the index first, every picture."""
    before = probe(copied)
    credentials.sign(copied, pair, "tester", "A film")
    with copied.open("rb") as file, c2pa.Reader("video/mp4", file) as reader:
        assert reader.get_validation_state() == "Valid"
        claim = reader.get_active_manifest()
    assert claim is not None
    assert claim["title"] == "A film"
    assert claim["claim_generator_info"][0]["name"] == "tester"
    told = json.dumps(claim["assertions"])
    assert "c2pa.created" in told
    assert "compositeWithTrainedAlgorithmicMedia" in told
    after = probe(copied)
    assert after.index_first
    assert marks.aigc(after.metadata) == marks.aigc(before.metadata) is not None
    assert after.model_copy(update={"bytes": before.bytes}) == before
    assert 0 < after.bytes - before.bytes < credentials.ROOM
    assert [path.name for path in copied.parent.iterdir() if path.name.endswith(".part")] == []


def test_a_signed_film_that_was_changed_is_found_out(copied: Path, pair: Credentials) -> None:
    """Protects against a manifest that would vouch for anything."""
    credentials.sign(copied, pair, "tester", "A film")
    changed = bytearray(copied.read_bytes())
    changed[-2000] ^= 0xFF
    copied.write_bytes(changed)
    with copied.open("rb") as file, c2pa.Reader("video/mp4", file) as reader:
        assert reader.get_validation_state() == "Invalid"


def test_a_key_that_cannot_sign_is_told_and_leaves_the_film_alone(
    film: tuple[CutJob, Made], copied: Path, pair: Credentials, tmp_path: Path
) -> None:
    """Protects the operator: a wrong key is one clear error, not an unsigned film and not a broken one."""
    (tmp_path / "none.pem").write_text("nothing")
    wrong = pair.model_copy(update={"key": tmp_path / "none.pem"})
    assert credentials.trouble(wrong)
    assert not credentials.trouble(pair)
    with pytest.raises(NoAccess, match=r"credentials\.unusable"):
        credentials.sign(copied, wrong, "tester", "A film")
    assert copied.read_bytes() == film[1].film.read_bytes()
