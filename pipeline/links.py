"""Links: the sound behind a public link, brought here within bounds; the owner of yt-dlp.

What comes from the network is read in a process of its own. That process gets none of our environment,
starts no other program, writes no file larger than `LARGEST`, is ended after `SECONDS` and dies with ours. It
connects to public addresses only, and judges each address when it connects, after names were resolved:
neither a redirect nor a name that answers differently the second time leads into our own network. Proxies are
not used, because behind one nobody here knows what is connected to.

Source: "Embedding yt-dlp" and the options of `YoutubeDL`, github.com/yt-dlp/yt-dlp (read 2026-11-25).
"""

import asyncio
import contextlib
import errno
import ipaddress
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.ports.errors import BadInput, Failed
from storage.model import Noun

LONGEST = 20 * 60
"""Seconds: what is longer is not brought."""

LARGEST = 100_000_000
"""Bytes."""

SECONDS = 100.0
"""So long it may take."""

_WAITED = 15  # seconds for a server that says nothing
_SCHEMES = ("http://", "https://")
_STARTS = {"subprocess.Popen", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "os.fork", "os.forkpty"}
_NO_ENTRY = (401, 402, 403, 407, 451)
_GONE = (404, 410)


class Found(Noun):
    """How it went, as the process tells it: a file's name in the folder, or why there is none."""

    file: str = ""
    key: str = ""
    passing: bool = False


async def fetch(link: str, folder: Path, *, loopback: bool = False, seconds: float = SECONDS) -> Path:
    """Return the sound, or the film with it, behind a link, as a file in the folder.

    Args:
        loopback: this machine's own addresses count as public; for tests.

    Raises:
        BadInput: `link.not_public`, `link.no_entry`, `link.gone`, `link.not_a_video`, `link.several`,
            `link.live`, `link.too_long`, `link.too_big`.
        Failed: `link.unreachable`, `link.too_slow`; another time may do.
    """
    words = [sys.executable, "-m", "pipeline.links", link, str(folder), "loopback" if loopback else ""]
    process = await asyncio.create_subprocess_exec(
        *words,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "YTDLP_NO_PLUGINS": "1"},
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(seconds):
            told = await process.stdout.read()
    except TimeoutError as error:
        raise Failed("link.too_slow") from error
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return _file(told, folder)


def _file(told: bytes, folder: Path) -> Path:
    if not told:
        raise Failed("link.unreachable", {}, "its process ended without a word")
    found = Found.model_validate_json(told)
    if found.passing:
        raise Failed(found.key)
    if found.key:
        raise BadInput(found.key, {"minutes": str(LONGEST // 60), "megabytes": str(LARGEST // 1_000_000)})
    return folder / found.file


# ---- in the process of its own ----


class _Fence:
    """Refuses what this process must not do; `met` when it tried to reach an address that is not public."""

    def __init__(self, *, loopback: bool) -> None:
        self.met = False
        self._loopback = loopback

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Judge one thing the interpreter is about to do (an audit hook)."""
        if event in _STARTS:
            raise PermissionError(errno.EACCES, "no other program is started from here")
        if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
            self._judge(arguments[1])

    def _judge(self, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else None
        if isinstance(host, str) and public(host, loopback=self._loopback):
            return
        self.met = True
        raise PermissionError(errno.EACCES, "not a public address")


def public(host: str, *, loopback: bool = False) -> bool:
    """True for an address anybody may reach; an address inside another one is judged too."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    for each in _inner(address):
        if loopback and each.is_loopback:
            continue
        if not each.is_global or each.is_multicast or each.is_reserved:
            return False
    return True


_WRAPPED = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: IPv4 through a translator


def _inner(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> Iterator[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """The address, or the IPv4 ones it stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        yield address
        return
    inside = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _WRAPPED:
        inside.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    known = [each for each in inside if each is not None]
    yield from known or [address]


class _Silence:
    """Takes what yt-dlp would print."""

    def debug(self, _: str) -> None: ...

    info = warning = error = debug


def _options(folder: Path) -> dict[str, Any]:
    return {
        "format": "bestaudio/best[height<=480]/worst",
        "outtmpl": {"default": str(folder / "clip.%(ext)s")},
        "noplaylist": True,
        "extract_flat": "in_playlist",
        "playlistend": 1,
        "max_filesize": LARGEST,
        "socket_timeout": _WAITED,
        "retries": 2,
        "fragment_retries": 2,
        "extractor_retries": 1,
        "external_downloader": {"default": "native"},
        "fixup": "never",
        "cachedir": False,
        "proxy": "",
        "quiet": True,
        "noprogress": True,
        "logger": _Silence(),
    }


def _bring(link: str, folder: Path) -> Found:
    """Ask what is behind the link, and bring it where it is within bounds."""
    from yt_dlp import YoutubeDL

    with YoutubeDL(_options(folder)) as library:
        told = library.extract_info(link, download=False)
        if key := _unwanted(told or {}):
            return Found(key=key)
        library.process_ie_result(told, download=True)
    # What is too large is passed over without a word; where no size is told, the process's limit ends it.
    came = sorted(folder.glob("clip.*"))
    if not came or came[0].suffix == ".part":
        return Found(key="link.too_big")
    return Found(file=came[0].name)


def _unwanted(told: dict[str, Any]) -> str:
    """Why this is not brought, or nothing."""
    if told.get("_type", "video") != "video":
        return "link.several"
    if told.get("is_live"):
        return "link.live"
    if (told.get("duration") or 0) > LONGEST:
        return "link.too_long"
    size = told.get("filesize") or told.get("filesize_approx") or 0
    return "link.too_big" if size > LARGEST else ""


def _why(error: BaseException, fence: _Fence) -> Found:
    """What an error of the library means, by its class and the server's answer."""
    from yt_dlp.networking.exceptions import HTTPError, TransportError
    from yt_dlp.utils import ExtractorError, UnsupportedError

    if fence.met:
        return Found(key="link.not_public")
    causes = list(_causes(error))
    if any(isinstance(each, OSError) and each.errno == errno.EFBIG for each in causes):
        return Found(key="link.too_big")
    for each in causes:
        if isinstance(each, HTTPError):
            key = "link.no_entry" if each.status in _NO_ENTRY else "link.gone" if each.status in _GONE else ""
            return Found(key=key) if key else Found(key="link.unreachable", passing=True)
        if isinstance(each, TransportError):
            return Found(key="link.unreachable", passing=True)
    if any(isinstance(each, UnsupportedError) for each in causes):
        return Found(key="link.not_a_video")
    # An expected one is the site's own refusal: private, for members, not in this country.
    refused = any(isinstance(each, ExtractorError) and each.expected for each in causes)
    return Found(key="link.no_entry" if refused else "link.not_a_video")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what led to it; the library keeps the latter in places of its own."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        each = waiting.pop(0)
        if not isinstance(each, BaseException) or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        inner = getattr(each, "exc_info", None)
        own = inner[1] if isinstance(inner, tuple) and len(inner) > 1 else None
        waiting += [own, getattr(each, "cause", None), each.__cause__, each.__context__]


def _end_with_parent() -> None:
    """Our end of the pipe closes with whoever started us, however they end."""
    sys.stdin.buffer.read()
    os._exit(1)


def _main(link: str, folder: Path, *, loopback: bool) -> Found:
    if not link.lower().startswith(_SCHEMES):
        return Found(key="link.not_a_video")
    fence = _Fence(loopback=loopback)
    sys.addaudithook(fence)
    try:
        return _bring(link, folder)
    except Exception as error:  # noqa: BLE001  what strangers' pages do to a parser is told, whatever it was
        return _why(error, fence)


if __name__ == "__main__":
    if sys.platform != "win32":
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # then writing on is an error like any other
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, LARGEST))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    answer = _main(sys.argv[1], Path(sys.argv[2]), loopback=sys.argv[3] == "loopback")
    sys.stdout.write(json.dumps(answer.model_dump()))
    sys.stdout.flush()
    os._exit(0)
