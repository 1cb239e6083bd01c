"""The page itself: a few files, filled with the texts of both languages, and what a browser may keep."""

import hashlib
import json
import re
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from bot.channels.web.answers import LANGUAGES, language
from bot.texts import every, say
from storage.model import Lang

_HERE = Path(__file__).parent
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".html": "text/html"}
PARTS = ("page.css", "page.js", "icon.svg")
_SLOT = re.compile(r"{{([a-z_.]+)}}")


def page(request: Request) -> Response:
    """The chat, in the browser's first language that we speak."""
    return Response(_filled("page.html", language(request)), media_type=_TYPES[".html"])


def door(request: Request, *, wrong: bool = False) -> Response:
    """The page that asks for the token."""
    lang = language(request)
    html = _filled("door.html", lang).replace("[[note]]", say("page.door.wrong", lang) if wrong else "")
    return Response(html, status_code=401, media_type=_TYPES[".html"])


def part(request: Request) -> Response:
    """A style sheet, script or icon of ours; a browser that has it already is told so."""
    name = request.url.path.lstrip("/")
    content, tag = _part(name)
    headers = {"etag": tag, "cache-control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=_TYPES[Path(name).suffix], headers=headers)


@cache
def _part(name: str) -> tuple[bytes, str]:
    content = (_HERE / name).read_bytes()
    return content, f'"{hashlib.sha256(content).hexdigest()[:16]}"'


@cache
def _filled(name: str, lang: Lang) -> str:
    html = (_HERE / name).read_text(encoding="utf-8")
    words = {each: every("page.", each) for each in LANGUAGES}
    # Inside a script element only "<" could end it early.
    table = json.dumps(words, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    html = html.replace("[[words]]", table).replace("[[lang]]", {"zh": "zh-CN", "en": "en"}[lang])
    return _SLOT.sub(lambda found: say(found[1], lang), html)
