"""Lending: what a vendor is given opens one file for a while, and nothing else."""

import base64
import dataclasses
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest

from pipeline.lend import lend, lends, lent
from pipeline.ports.errors import NoAccess
from pipeline.studio import Studio
from storage.blobs import Blobs
from storage.errors import StorageError
from tests.fakes import s3
from tests.pipeline.house import PROJECT, studio

_PUBLIC = "https://pets.example.org/bot"


class _Clock:
    """A time that a test moves."""

    now = 1_795_316_645.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> _Clock:
    """A clock that stands."""
    return _Clock()


@pytest.fixture
async def house(tmp_path: Path, clock: _Clock) -> AsyncIterator[Studio]:
    """A studio whose folder can be reached from outside."""
    async with studio(tmp_path, clock=clock) as made:
        settings = made.settings.model_copy(update={"public_base_url": _PUBLIC})
        yield dataclasses.replace(made, settings=settings)


async def _token(house: Studio, words: bytes = b"sound", seconds: float = 600) -> tuple[str, str]:
    asset = await house.keep(PROJECT, "sent", words, "audio/wav")
    url = await lend(house, asset.id, seconds, "omnihuman")
    assert url.startswith(f"{_PUBLIC}/media/")
    return asset.id, url.rpartition("/")[2]


async def test_a_token_lends_its_file_until_it_ends(house: Studio, clock: _Clock) -> None:
    """The file is there for as long as was said, and a name that ends as files of its kind do."""
    asset, token = await _token(house)
    clock.now += 599
    row = await lent(house, token)
    assert row is not None
    assert row.id == asset
    assert token.endswith(".wav")
    clock.now += 1
    assert await lent(house, token) is None


async def test_a_token_cannot_be_turned_to_another_file_or_time(house: Studio) -> None:
    """Nobody makes a token of a token: not for another file, not for longer, not with another ending."""
    _, token = await _token(house)
    other, second = await _token(house, b"another")
    payload, seal, ending = token.split(".")
    words = json.loads(base64.urlsafe_b64decode(payload + "=="))
    for change in ({"a": other}, {"e": words["e"] + 9999}, {"x": 1}):
        turned = base64.urlsafe_b64encode(json.dumps(words | change).encode()).decode().rstrip("=")
        assert await lent(house, f"{turned}.{seal}.{ending}") is None
    assert await lent(house, f"{payload}.{second.split('.')[1]}.{ending}") is None
    assert await lent(house, f"{payload}.{seal}.exe") is None
    assert await lent(house, f"{payload}.{seal}") is None


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b.c", "é.ü.ß", "../../etc/passwd", "a" * 5000, "e30.", "%00"]
)
async def test_what_is_no_token_opens_nothing(house: Studio, token: str) -> None:
    """Guesses and nonsense are answered like any other wrong token."""
    await _token(house)
    assert await lent(house, token) is None


async def test_a_forgotten_file_is_not_lent(house: Studio) -> None:
    """A token of a file whose owner was forgotten opens nothing, though it has not ended."""
    asset, token = await _token(house)
    await house.db.write("DELETE FROM assets WHERE id = :id", id=asset)
    assert await lent(house, token) is None


async def test_every_process_with_the_same_store_honours_a_token(house: Studio, tmp_path: Path) -> None:
    """Who answers the vendor need not be the process that lent; another store's tokens are nothing."""
    _, token = await _token(house)
    again = dataclasses.replace(house, blobs=Blobs.open(str(tmp_path / "blobs")))
    assert await lent(again, token) is not None
    elsewhere = dataclasses.replace(house, blobs=Blobs.open(str(tmp_path / "elsewhere")))
    assert await lent(elsewhere, token) is None


async def test_without_a_way_in_nothing_is_lent(tmp_path: Path) -> None:
    """A folder behind no public address lends nothing, and says whom that keeps out."""
    async with studio(tmp_path) as made:
        asset = await made.keep(PROJECT, "sent", b"x", "audio/wav")
        assert not lends(made)
        with pytest.raises(NoAccess) as caught:
            await lend(made, asset.id, 60, "omnihuman")
    assert (caught.value.key, caught.value.fields) == ("lend.nowhere", {"vendor": "omnihuman"})


@pytest.fixture(scope="module")
def bucket() -> Iterator[tuple[str, dict[str, str]]]:
    """A bucket's address and the settings that open it."""
    with s3.running() as server:
        yield f"s3://{server.bucket()}/films", server.settings


async def test_a_bucket_signs_its_own_addresses(tmp_path: Path, bucket: tuple[str, dict[str, str]]) -> None:
    """One blob can be read at the address, without our keys; the public address of ours is not needed."""
    async with studio(tmp_path) as folder:
        made = dataclasses.replace(folder, blobs=Blobs.open(*bucket))
        asset = await made.keep(PROJECT, "sent", b"the sound", "audio/wav")
        assert lends(made)
        url = await lend(made, asset.id, 600, "omnihuman")
        assert "X-Amz-Signature=" in url
        assert "X-Amz-Expires=600" in url
        with build_opener(ProxyHandler({})).open(url) as answer:
            assert answer.read() == b"the sound"
        with pytest.raises(StorageError):
            await made.blobs.signed_url("prj-1/none.wav", 60)


async def test_the_first_to_keep_wins(tmp_path: Path, bucket: tuple[str, dict[str, str]]) -> None:
    """Two processes that make a secret at once end up with the same one, in both kinds of store."""
    for blobs in (Blobs.open(str(tmp_path / "blobs")), Blobs.open(*bucket)):
        assert await blobs.put_first("lending/secret", b"one") == b"one"
        assert await blobs.put_first("lending/secret", b"two") == b"one"
