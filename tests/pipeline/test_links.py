"""Links: what is brought from a server of ours, and all that is refused."""

import dataclasses
import functools
import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline import crafts, links
from pipeline.film import sound
from pipeline.ports.errors import BadInput, Failed, Trouble
from pipeline.steps.bring import bring
from storage import assets
from tests.pipeline.house import PROJECT, studio
from tests.pipeline.sound.made import tone

_SECONDS = 5.0


def _tune(path: Path, *, film: bool) -> bytes:
    """Five seconds whose pitch tells the second: 300 Hz, 400 Hz, and so on; as a sound or as a film."""
    whole = np.concatenate([tone(1.0, pitch=300.0 + 100 * second) for second in range(int(_SECONDS))])
    with av.open(str(path), "w", format="mp4" if film else "ipod") as sink:
        picture = sink.add_stream("h264", rate=10) if film else None
        if picture is not None:
            picture.width, picture.height, picture.pix_fmt = 64, 64, "yuv420p"
        voice = sink.add_stream("aac", rate=48_000, layout="mono")
        if picture is not None:
            for _ in range(int(_SECONDS * 10)):
                sink.mux(picture.encode(av.VideoFrame(64, 64, "yuv420p")))
            sink.mux(picture.encode(None))
        for at in range(0, len(whole), 1024):
            block = av.AudioFrame.from_ndarray(whole[None, at : at + 1024], "fltp", "mono")
            block.sample_rate, block.pts = 48_000, at
            sink.mux(voice.encode(block))
        sink.mux(voice.encode(None))
    return path.read_bytes()


class Site:
    """A small site on loopback; it counts who came."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[str] = []
        self.ends = threading.Event()
        self.files = {
            "/clip.m4a": ("audio/mp4", _tune(folder / "clip.m4a", film=False)),
            "/clip.mp4": ("video/mp4", _tune(folder / "clip.mp4", film=True)),
            "/page": ("text/html", b"<html><body>Nothing to watch here.</body></html>"),
        }
        site = self

        class Answers(http.server.BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self.do_GET()

            def do_GET(self) -> None:
                site.asked.append(self.path)
                site.answer(self)

            def log_message(self, *_: object) -> None: ...

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def url(self, path: str) -> str:
        """Where a path is."""
        return f"http://127.0.0.1:{self.server.server_address[1]}{path}"

    def answer(self, to: http.server.BaseHTTPRequestHandler) -> None:
        """Answer as the path wants it."""
        if to.path == "/away":
            self._say(to, 302, {"Location": "http://10.1.2.3/secret.mp4"})
        elif to.path == "/slow":
            self.ends.wait(30)
        elif to.path == "/big.mp4":
            self._say(to, 200, {"Content-Type": "video/mp4", "Content-Length": "200000000"})
        elif to.path in {"/403", "/404", "/500"}:
            self._say(to, int(to.path[1:]), {"Content-Length": "0"})
        else:
            kind, told = self.files[to.path]
            self._say(to, 200, {"Content-Type": kind, "Content-Length": str(len(told))})
            if to.command == "GET":
                to.wfile.write(told)

    @staticmethod
    def _say(to: http.server.BaseHTTPRequestHandler, status: int, headers: dict[str, str]) -> None:
        to.send_response(status)
        for name, value in headers.items():
            to.send_header(name, value)
        to.end_headers()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site, for all tests of this file."""
    made = Site(tmp_path_factory.mktemp("site"))
    yield made
    made.ends.set()
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def clip(site: Site, tmp_path: Path) -> Path:
    """The site's sound, as a file."""
    (tmp_path / "clip.m4a").write_bytes(site.files["/clip.m4a"][1])
    return tmp_path / "clip.m4a"


_fetch = functools.partial(links.fetch, loopback=True)


@pytest.mark.parametrize("path", ["/clip.m4a", "/clip.mp4"])
async def test_the_right_seconds_are_brought(site: Site, tmp_path: Path, path: str) -> None:
    """A sound or a film behind a link becomes exactly the part that was named, kept like any sound."""
    async with studio(tmp_path) as made:
        house = dataclasses.replace(made, follow=_fetch)
        brought = await bring(house, PROJECT, site.url(path), 1_200, 2_800)
        (row,) = await assets.of(made.db, PROJECT)
        async with made.borrow(row.id) as (file,):
            heard = sound.read(file)
        assert (row.id, row.media_type) == (brought.sound, "audio/wav")
        assert list(made.scratch.iterdir()) == [], "nothing of the rest stays"
    assert len(heard) / 48_000 == pytest.approx(1.6, abs=0.03) == brought.seconds
    assert [_pitch(heard[at : at + 9_600]) for at in (9_600, 57_600)] == pytest.approx([400, 500], abs=12)


def test_without_an_end_it_is_what_there_is(clip: Path, tmp_path: Path) -> None:
    """The first minute of something shorter is all of it."""
    assert crafts.voice.passage(clip, 0.0, None, 60.0, tmp_path / "a.wav") == pytest.approx(_SECONDS, abs=0.1)


@pytest.mark.parametrize(("start", "end"), [(2.0, 9.0), (7.0, 9.0), (7.0, None)])
def test_times_beyond_the_end_are_told(clip: Path, tmp_path: Path, start: float, end: float | None) -> None:
    """Somebody who mistook the time hears how long it is, and gets no shorter piece in silence."""
    with pytest.raises(BadInput) as told:
        crafts.voice.passage(clip, start, end, 60.0, tmp_path / "a.wav")
    assert (told.value.key, told.value.fields) == ("link.beyond_end", {"length": "0:05"})


def test_words_called_a_film_are_none(tmp_path: Path) -> None:
    """What a server says about a file counts for nothing."""
    (tmp_path / "clip.mp4").write_text("only words " * 400)
    with pytest.raises(BadInput) as told:
        crafts.voice.passage(tmp_path / "clip.mp4", 0.0, 2.0, 60.0, tmp_path / "a.wav")
    assert told.value.key == "link.not_a_video"


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/page", "link.not_a_video"),
        ("/403", "link.no_entry"),
        ("/404", "link.gone"),
        ("/500", "link.unreachable"),
        ("/big.mp4", "link.too_big"),
        ("/away", "link.not_public"),
    ],
)
async def test_each_no_has_its_own_sentence(site: Site, tmp_path: Path, path: str, key: str) -> None:
    """Locked, gone, broken, too large, no video, or leading into somebody's own network."""
    with pytest.raises(Trouble) as told:
        await _fetch(site.url(path), tmp_path)
    assert told.value.key == key
    assert isinstance(told.value, Failed) == (key == "link.unreachable")


async def test_a_server_that_does_not_answer_is_left(site: Site, tmp_path: Path) -> None:
    """Nobody waits for ever, and the process is gone."""
    with pytest.raises(Failed) as told:
        await _fetch(site.url("/slow"), tmp_path, seconds=1.5)
    assert told.value.key == "link.too_slow"


def test_the_process_ends_with_whoever_started_it(site: Site, tmp_path: Path) -> None:
    """A bot that is killed leaves nobody reading strangers' pages."""
    words = [sys.executable, "-m", "pipeline.links", site.url("/slow"), str(tmp_path), "loopback"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        process.stdin.close()  # as it is closed when its other end is gone
        assert process.wait(20) == 1


async def test_our_own_network_is_never_asked(site: Site, tmp_path: Path) -> None:
    """A link to this machine, by number or by name, does not reach it."""
    before = len(site.asked)
    port = site.server.server_address[1]
    for host in ("localhost", "[::ffff:127.0.0.1]"):
        with pytest.raises(BadInput) as told:
            await links.fetch(f"http://{host}:{port}/clip.mp4", tmp_path)
        assert told.value.key == "link.not_public", host
    assert len(site.asked) == before


@pytest.mark.parametrize("link", ["file:///etc/hostname", "ftp://127.0.0.1/a.mp4"])
async def test_only_the_web_is_read(tmp_path: Path, link: str) -> None:
    """A link names no file of this machine."""
    with pytest.raises(BadInput) as told:
        await _fetch(link, tmp_path)
    assert told.value.key == "link.not_a_video"


@pytest.mark.parametrize(
    ("host", "is_public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
        ("localhost", False),
    ],
)
def test_which_addresses_are_public(host: str, is_public: bool) -> None:
    """Private, link-local, shared and wrapped addresses are all somebody's own network."""
    assert links.public(host) is is_public


def _pitch(samples: "np.typing.NDArray[np.float32]") -> float:
    """The strongest frequency, in hertz."""
    spectrum = np.abs(np.fft.rfft(samples[:, 0]))
    return float(spectrum.argmax() * 48_000 / len(samples))
