"""The page of packaged things, where they are looked for, and the real ones where they have been fetched."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import packaged
from pipeline.packaged import Piece

THINGS = packaged.read()


@pytest.mark.parametrize("name", THINGS)
def test_every_thing_is_pinned_and_licensed(name: str) -> None:
    """What is fetched is exactly what was looked at, and may be used."""
    made = THINGS[name]
    ours = r"Apache-2\.0|MIT|OFL-1\.1|CC0-1\.0|BSD-3-Clause"
    assert re.match(f"({ours}|MPL-2\\.0)" if made.tests else f"({ours})", made.licence)
    assert made.purpose
    for piece in made.pieces:
        assert re.fullmatch(r"[0-9a-f]{64}", piece.sha256)
        assert piece.bytes > 0
        for part in piece.parts:
            assert part.registry in {"pypi", "npm"}
            assert re.fullmatch(r"\d+(\.\d+)+", part.version)
            assert part.download > 0
            assert part.skip >= 0


def test_things_have_places_of_their_own() -> None:
    """Two things in one folder would overwrite each other, two files of one name in a thing too."""
    assert len({made.place for made in THINGS.values()}) == len(THINGS)
    for made in THINGS.values():
        assert len({piece.name for piece in made.pieces}) == len(made.pieces)


def test_another_sum_gives_another_place() -> None:
    """A new version never mixes with an old one in the same cache."""
    old = THINGS["saliency"]
    new = packaged.Thing(
        old.name, old.keeps, old.licence, old.purpose,
        tuple(Piece(piece.name, piece.bytes, "0" * 64, piece.parts) for piece in old.pieces), old.folder,
    )  # fmt: skip
    assert new.place != old.place


def test_a_name_nobody_knows_is_a_mistake() -> None:
    """A misspelt name must not look like a thing that has not been fetched."""
    with pytest.raises(KeyError):
        packaged.path("pet-detektor")


def test_the_cache_is_where_it_is_said_to_be(tmp_path: Path) -> None:
    """An own setting, then the user's cache folder, then the checkout where there is no home to write in."""
    home = tmp_path / "home"
    home.mkdir()
    named = {"PAWLOGUE_CACHE": str(tmp_path / "named"), "HOME": str(home)}
    assert packaged.caches(named, tmp_path) == [tmp_path / "named"]
    assert packaged.caches({"HOME": str(home)}, tmp_path)[0] == home / ".cache/pawlogue"
    asked = {"HOME": str(home), "XDG_CACHE_HOME": str(tmp_path / "xdg")}
    assert packaged.caches(asked, tmp_path)[0] == tmp_path / "xdg/pawlogue"
    assert packaged.caches({**asked, "XDG_CACHE_HOME": "relative"}, tmp_path)[0] == home / ".cache/pawlogue"
    assert packaged.caches({"HOME": str(tmp_path / "gone")}, tmp_path)[0] == tmp_path / ".cache"


def test_a_home_that_cannot_be_written_is_passed_over(tmp_path: Path) -> None:
    """Set-up works where no folder can be made in the user's home; what lies there is still found."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".cache").touch()
    assert packaged.caches({"HOME": str(home)}, tmp_path) == [tmp_path / ".cache", home / ".cache/pawlogue"]


def test_a_home_that_is_a_file_is_passed_over(tmp_path: Path) -> None:
    """Some machines give service users a file or a device as their home."""
    home = tmp_path / "home"
    home.touch()
    assert packaged.caches({"HOME": str(home)}, tmp_path)[0] == tmp_path / ".cache"


@pytest.mark.parametrize("name", THINGS)
def test_a_fetched_thing_has_its_sum(name: str, thing: Callable[[str], Path]) -> None:
    """What lies in the cache of this machine is what the page says."""
    path = thing(name)
    pieces = THINGS[name].files(path.parent)
    assert {file: packaged.sum_of(file) for file in pieces} == {
        file: piece.sha256 for file, piece in pieces.items()
    }
    assert any((path.parent / "licence").rglob("*"))


def test_the_detector_is_a_network_without_its_label_list(thing: Callable[[str], Path]) -> None:
    """The package keeps labels and network in one file; only what follows the labels can be loaded."""
    with thing("pet-detector").open("rb") as network:
        assert network.read(8)[4:] == b"TFL3"


@pytest.mark.parametrize(
    ("name", "words"), [("font-cute", "妈要捡破烂养，？Aa1"), ("font-sans", "妈養要捡破烂，？Aa1")]
)
def test_fonts_have_the_words_of_the_first_dialogue(
    name: str, words: str, thing: Callable[[str], Path]
) -> None:
    """A font that lacks common words would fill the film with boxes."""
    from PIL import ImageFont

    font = ImageFont.truetype(str(thing(name)), 40)
    lacking = bytes(font.getmask("\U0010fffe"))
    assert [word for word in words if bytes(font.getmask(word)) == lacking] == []
