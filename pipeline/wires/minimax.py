"""MiniMax's answers as models, the marks in its texts, and what its codes mean."""

import json
import math

from pydantic import ValidationError

from pipeline.ports.http import Reply
from pipeline.ports.voice import Word
from pipeline.wires.shapes import Answer
from pipeline.wires.verdicts import Verdict, by_status

EXISTS, MISSING, ELSEWHERE = 2039, 2054, 2042
NOTHING = {MISSING, ELSEWHERE, 2013}  # what is said of that which is to be deleted and is not there
WAITS = {1002: 10.0, 1039: 30.0, 1041: 10.0, 2045: 10.0}
_CODES: dict[int, Verdict] = {
    1004: "key", 2038: "closed", 1008: "balance", 2056: "balance", 1026: "refused", 1027: "refused",
    1042: "unsuited", 2013: "unsuited", 1000: "unsure", 1001: "unsure", 1013: "unsure", 1024: "unsure",
    1033: "unsure",
}  # fmt: skip
SAMPLE = {1043, 1044, 2037, 2048, 20132}


class Status(Answer):
    status_code: int = 0
    status_msg: str = ""


class Told(Answer):
    base_resp: Status


class Extra(Answer):
    usage_characters: float | None = None


class Sound(Answer):
    audio: str | None = None
    subtitle_file: str | None = None


class Speech(Told):
    data: Sound | None = None
    extra_info: Extra | None = None


class File(Answer):
    file_id: int
    filename: str = ""


class Upload(Told):
    file: File | None = None


class Files(Told):
    files: list[File] | None = None


class _Sensitive(Answer):
    type: int = 0


class Clone(Told):
    """`input_sensitive` comes in two shapes: an object with a type, or a flag beside its type."""

    demo_audio: str | None = None
    extra_info: Extra | None = None
    input_sensitive: _Sensitive | bool = False
    input_sensitive_type: int = 0

    @property
    def refused(self) -> bool:
        flag = self.input_sensitive
        return bool(self.input_sensitive_type or (flag if isinstance(flag, bool) else flag.type))


class Listed(Answer):
    voice_id: str


class Voices(Told):
    system_voice: list[Listed] | None = None


class _Timed(Answer):
    word: str
    time_begin: float
    time_end: float
    word_begin: int = -1


class _Sentence(Answer):
    timestamped_words: list[_Timed] | None = None


def verdict(code: int, status: int, *, paid: bool) -> Verdict:
    """What a code means; without one, what the status does. What went wrong there may have been charged."""
    found = _CODES.get(code, "odd") if code else by_status(status)
    return "busy" if found == "unsure" and not paid else found


def marked(lines: tuple[str, ...], pause: float) -> str:
    """Return the lines as one text, with a mark for so many seconds between two of them.

    A mark counts only between words, so what ends one line and begins the next may be no mark itself.
    """
    seconds = min(max(pause, 0.01), 99.99)
    return f"<#{seconds:.2f}#>".join(lines)


def sound(written: str | None) -> bytes:
    try:
        return bytes.fromhex(written or "")
    except ValueError:
        return b""


def status(reply: Reply) -> Status:
    try:
        return Told.model_validate_json(reply.body).base_resp
    except ValidationError:
        return Status()


def words(raw: bytes) -> tuple[Word, ...]:
    """The words of a subtitle file, in seconds; none where it holds sentences only, or makes no sense.

    A word that is spoken as several comes once for each, with the same beginning in the text.
    """
    try:
        sentences = [_Sentence.model_validate(each) for each in json.loads(raw)]
    except (ValueError, TypeError):
        return ()
    found: list[Word] = []
    begun = (-1, -1)
    for number, sentence in enumerate(sentences):
        for timed in sentence.timestamped_words or ():
            start, end = timed.time_begin / 1000, timed.time_end / 1000
            here = (number, timed.word_begin)
            if found and timed.word_begin >= 0 and here == begun:
                found[-1] = found[-1].model_copy(update={"end": end})
            elif math.isfinite(start) and math.isfinite(end):
                found.append(Word(text=timed.word.removeprefix("\ufeff"), start=start, end=end))
            begun = here
    return tuple(found)
