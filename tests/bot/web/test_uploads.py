"""Files that come in and go out over the wire, from browsers that behave well or badly."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.web.conftest import Site
from tests.bot.web.visiting import comes_true, first_shown, send_file


async def _endless(megabytes: int, sent: list[int]) -> AsyncIterator[bytes]:
    yield b'--b\r\nContent-Disposition: form-data; name="id"\r\n\r\nupload-0001\r\n'
    yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="big.mp4"\r\n\r\n'
    for _ in range(megabytes):
        sent[0] += 1
        yield bytes(1_000_000)
    yield b"\r\n--b--\r\n"


@pytest.mark.parametrize("told", [True, False])
async def test_a_huge_upload_is_refused_early(site: Site, *, told: bool) -> None:
    """200 MB are not read to the end, one sentence says why, and nothing of them is kept."""
    sent = [0]
    headers = {"content-type": "multipart/form-data; boundary=b"}
    if told:
        headers["content-length"] = str(200_000_000 + 144)
    async with site.visitor() as client:
        answer = await client.post("/chat/files", content=_endless(200, sent), headers=headers)
    assert answer.status_code == 413
    assert "50 MB" in answer.json()["words"]
    assert answer.headers["connection"] == "close"
    assert list(site.scratch.iterdir()) == []
    assert (site.desk.files, site.desk.taken) == ({}, {})


async def test_a_reload_in_the_middle_of_an_upload_leaves_nothing(site: Site) -> None:
    """Half a file is nobody's: no message, no file, and the chat goes on."""
    async with site.visitor() as client:
        cookie = client.cookies["pawlogue"]
        host, port = site.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n' + bytes(9000)
        head = (
            f"POST /chat/files HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: pawlogue={cookie}\r\n"
            "X-Pawlogue: 1\r\nContent-Type: multipart/form-data; boundary=b\r\n"
            "Content-Length: 5000000\r\n\r\n"
        )
        writer.write(head.encode() + part)
        await writer.drain()
        await comes_true(lambda: any(site.scratch.iterdir()))
        writer.close()
        await comes_true(lambda: not any(site.scratch.iterdir()))
        assert await reader.read() == b""
        assert (site.desk.files, site.desk.taken) == ({}, {})
        assert (await client.post("/chat/say", json={"id": "message-1", "text": "x"})).status_code == 200


async def test_ten_photos_are_one_message(site: Site, shown: dict[str, Path]) -> None:
    """What was dropped together arrives together, every file under its own name."""
    files = [("file", (f"{n}.png", shown["picture"].read_bytes())) for n in range(10)]
    async with site.visitor() as client:
        await client.post("/chat/files", data={"id": "upload-0001", "text": "cats"}, files=files)
    (taken,) = site.desk.taken.values()
    assert [file.name for file in taken.files] == [f"{n}.png" for n in range(10)]
    assert taken.text == "cats"


async def test_too_many_files_and_an_empty_one_are_told(site: Site) -> None:
    """One clear sentence each, and nothing of it is kept."""
    many = [("file", (f"{n}.png", b"x")) for n in range(30)]
    empty = [("file", ("a.png", b""))]
    async with site.visitor() as client:
        answers = [
            await client.post("/chat/files", data={"id": "upload-0001"}, files=files)
            for files in (many, empty)
        ]
    assert [answer.json()["key"] for answer in answers] == ["web.too_many_files", "photo.empty"]
    assert site.desk.taken == {}


async def test_a_film_is_played_piece_by_piece(site: Site, shown: dict[str, Path]) -> None:
    """Players ask for ranges; without them a phone neither plays nor seeks."""
    async with site.visitor() as client:
        await client.post("/chat/tap", json={"id": "message-1", "press": "x", "x": 0.5, "y": 0.25})
        (taken,) = site.desk.taken.values()
        site.desk.step(taken.address.id, 9)
        _, news = await first_shown(client)
        film = next(bubble for bubble in news["bubbles"] if bubble["kind"] == "film")
        url = film["assets"][0]["url"]  # type: ignore[index]
        whole = shown["film"].read_bytes()
        piece = await client.get(url, headers={"range": "bytes=100-199"})
        assert (piece.status_code, piece.content) == (206, whole[100:200])
        assert piece.headers["content-range"] == f"bytes 100-199/{len(whole)}"
        assert piece.headers["content-type"] == "video/mp4"
        again = {"range": "bytes=0-9", "if-range": piece.headers["etag"]}
        assert (await client.get(url, headers=again)).content == whole[:10]
        assert (await client.get(url, headers={"range": "bytes=99999999-"})).status_code == 416
        saved = await client.get(url + "?name=pawlogue.mp4")
        assert saved.headers["content-disposition"].startswith("attachment")
    assert taken.tap == (0.5, 0.25)


async def test_what_a_browser_would_run_is_only_saved(site: Site, tmp_path: Path) -> None:
    """A page somebody uploads is never shown as a page of ours."""
    bad = tmp_path / "evil.html"
    bad.write_text("<script>alert(1)</script>")
    async with site.visitor() as client:
        await send_file(client, bad)
        (asset,) = [name for name, (_, _, kind) in site.desk.files.items() if "octet" in kind]
        answer = await client.get(f"/chat/file/{asset}")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["content-security-policy"]
