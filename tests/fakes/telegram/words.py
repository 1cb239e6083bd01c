"""Words as a bot may send them: plain, with entities, or HTML that becomes entities; no Markdown here."""

import html
import re
from dataclasses import dataclass, field

from tests.fakes.telegram.args import Args
from tests.fakes.telegram.nouns import Json
from tests.fakes.telegram.refusals import bad

TEXT, CAPTION = 4096, 1024
_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "tg-emoji": "custom_emoji",
}
_TOKEN = re.compile(r"<(?P<tag>[^<>]*)(?P<closed>>)?|&(?P<entity>#?\w+);|(?P<text>[^<&]+|&)")
_NAMED = {"lt", "gt", "amp", "quot"}


def text(args: Args) -> Json:
    """A message's text and entities.

    Raises:
        Refusal: empty, too long, or not to be parsed.
    """
    made = _parsed(args.words("text") or "", args.words("parse_mode"), args.shape("entities"))
    if not made[0]:
        raise bad("message text is empty")
    if units(made[0]) > TEXT:
        raise bad("message is too long")
    return {"text": made[0]} | ({"entities": made[1]} if made[1] else {})


def caption(words: str | None, mode: str | None, given: list[Json] | None) -> Json:
    """A caption and its entities, or nothing.

    Raises:
        Refusal: too long, or not to be parsed.
    """
    made = _parsed(words or "", mode, given)
    if units(made[0]) > CAPTION:
        raise bad("message caption is too long")
    return ({"caption": made[0]} if made[0] else {}) | ({"caption_entities": made[1]} if made[1] else {})


def units(words: str) -> int:
    """Length in UTF-16 units: stricter than the server for emoji, and what offsets count in."""
    return len(words.encode("utf-16-le", "surrogatepass")) // 2


def _parsed(words: str, mode: str | None, given: list[Json] | None) -> tuple[str, list[Json]]:
    if not mode:
        return _trim(words, given or [])
    if mode.lower() != "html":
        raise bad("unsupported parse_mode")
    reading = _Reading()
    for match in _TOKEN.finditer(words):
        reading.take(match, len(words[: match.start()].encode()))
    if reading.open:
        raise _cannot(f'Can\'t find end tag corresponding to start tag "{reading.open[-1][0]}"')
    return _trim(reading.text, reading.found)


def _trim(words: str, found: list[Json]) -> tuple[str, list[Json]]:
    kept = words.lstrip()
    lost = units(words) - units(kept)
    kept = kept.rstrip()
    moved = [entity | {"offset": max(0, int(entity["offset"]) - lost)} for entity in found]
    for entity in moved:
        entity["length"] = min(int(entity["length"]), units(kept) - entity["offset"])
    return kept, [entity for entity in moved if entity["length"] > 0]


@dataclass
class _Reading:
    text: str = ""
    open: list[tuple[str, int, Json]] = field(default_factory=list)
    found: list[Json] = field(default_factory=list)

    def take(self, match: re.Match[str], at: int) -> None:
        if (tag := match["tag"]) is not None:
            self._tag(tag, bool(match["closed"]), at)
        elif (name := match["entity"]) is not None:
            known = name in _NAMED or name.startswith("#")
            self.text += html.unescape(match.group()) if known else match.group()
        else:
            self.text += match["text"]

    def _tag(self, tag: str, closed: bool, at: int) -> None:
        if not closed:
            raise _cannot(f"Unclosed start tag at byte offset {at}")
        name = re.split(r"[\s/]", tag.lstrip("/"), maxsplit=1)[0].lower()
        if tag.startswith("/"):
            self._end(name, at)
            return
        if name not in _TAGS or (name == "span" and "tg-spoiler" not in tag):
            raise _cannot(f'Unsupported start tag "{name}" at byte offset {at}')
        self.open.append((name, units(self.text), _more(name, tag)))

    def _end(self, name: str, at: int) -> None:
        if not self.open:
            raise _cannot(f"Unexpected end tag at byte offset {at}")
        expected, start, more = self.open.pop()
        if name and name != expected:
            raise _cannot(
                f'Unmatched end tag at byte offset {at}, expected "</{expected}>", found "</{name}>"'
            )
        if (length := units(self.text) - start) > 0:
            self.found.append({"type": _TAGS[expected], "offset": start, "length": length} | more)
            self.found.sort(key=lambda entity: (entity["offset"], -entity["length"]))


def _more(name: str, tag: str) -> Json:
    if name == "a" and (link := re.search(r"""href\s*=\s*["']?([^"'>\s]+)""", tag)):
        return {"url": html.unescape(link[1])}
    if name == "tg-emoji" and (emoji := re.search(r"""emoji-id\s*=\s*["']?(\d+)""", tag)):
        return {"custom_emoji_id": emoji[1]}
    if name == "blockquote" and "expandable" in tag:
        return {"type": "expandable_blockquote"}
    return {}


def _cannot(why: str) -> Exception:
    return bad(f"can't parse entities: {why}")
