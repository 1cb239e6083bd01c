"""Text: what a writer is asked for, and below it what any hosted model is asked.

A *writer* knows scripts: the built-in bank, or any hosted model behind `pipeline.writing`. Asking spends and
gives the answer as it came; reading it costs nothing and may be repeated.
"""

from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

from pydantic import Field

from pipeline.ports.facts import Facts, Paid
from storage.model import Lang, Noun, Point, Script


class Marks(Noun):
    """Where a face is, as fractions of the upright picture's width and height; eyes left to right as seen.

    `sure` is the model's own word for it, 0 to 1.
    """

    mouth: Point | None = None
    eyes: tuple[Point, Point] | None = None
    nose: Point | None = None
    mouth_open: bool | None = None
    sure: float = 0.0


class Described(Noun):
    """What is on a photo, in a few words of the language asked for; empty where it cannot be told."""

    species: Literal["dog", "cat", "other", ""] = ""
    breed: str = ""
    colours: tuple[str, ...] = ()
    pose: str = ""
    expression: str = ""
    holds: str = ""
    background: str = ""
    marks: Marks = Marks()


class WriteAsk(Noun):
    """Options for a theme.

    `theme` is a slug or words; `mould` a dialogue whose person's lines stay while the pet's are rewritten, in
    place of a theme's own. `seen` holds the pet's lines of options shown before; `wish` is what was asked for
    in free words; `pet` what is known of the animal.
    """

    theme: str
    audience: str | None = None
    lang: Lang = "zh"
    seen: tuple[tuple[str, ...], ...] = ()
    count: int = 3
    mould: Script | None = None
    wish: str = ""
    pet: Described | None = None


class EditAsk(Noun):
    """A change of a finished script, asked for in free words."""

    script: Script
    wish: str
    lang: Lang = "zh"


class LookAsk(Noun):
    """A photo to be described: an upright JPEG, readable while the call lasts."""

    photo: Path
    lang: Lang = "zh"


class Written(Noun):
    """Options, best first; `exact` is False when theme or audience are only near what was asked, `put_back`
    counts the person's lines that had come back otherwise."""

    options: tuple[Script, ...]
    exact: bool = True
    put_back: int = 0


class Writer(Protocol):
    """Writes, changes and describes, as far as its facts say."""

    facts: Facts

    async def ask(self, ask: WriteAsk | EditAsk | LookAsk, complaint: str = "") -> Paid:
        """Spend: one call. `complaint` says what was wrong with the answer before."""
        ...

    def written(self, ask: WriteAsk, raw: str) -> Written:
        """Return clearly different scripts whose person's lines are verbatim.

        Raises:
            Failed: the answer cannot be used; its `cause` is the complaint for the next one.
            Refused: the content policy stood in the way.
        """
        ...

    def edited(self, ask: EditAsk, raw: str) -> Script:
        """Return the script with what was asked changed and everything else as it was; errors as above."""
        ...

    def described(self, ask: LookAsk, raw: str) -> Described:
        """Return what is on the photo; errors as above."""
        ...


Likely = Literal["yes", "no", "unsure"]


class CompareAsk(Noun):
    """Two pictures, upright JPEGs readable while the call lasts: is the pet on the first in the second?"""

    photo: Path
    other: Path
    lang: Lang = "zh"


@runtime_checkable
class Compares(Protocol):
    """A writer that tells whether two pictures show the same animal."""

    facts: Facts

    async def compare(self, ask: CompareAsk, complaint: str = "") -> Paid:
        """Spend: one call."""
        ...

    def compared(self, ask: CompareAsk, raw: str) -> Likely:
        """Return what the answer says; errors are those of `Writer.written`."""
        ...


class Model(Noun):
    """What is known of one hosted model; prices in `currency` per million tokens.

    `shapes`: how it is held to JSON: by a schema, as some object, or by words alone. `thinks`: "off" where
    thinking can be switched off, "low" where it only can be kept short, "never" where there is nothing to
    switch. `seconds` is how long one call may
    take as a whole.
    """

    id: str
    asks: float = 0.0
    answers: float = 0.0
    currency: str = "CNY"
    shapes: Literal["schema", "object", "words"] = "words"
    thinks: Literal["off", "low", "never"] = "off"
    sees: bool = False
    seconds: float = 60.0
    source: str = ""
    read: str = ""

    def cost(self, asked: int, answered: int) -> float:
        """What so many tokens cost."""
        return (asked * self.asks + answered * self.answers) / 1_000_000

    def facts(self, vendor: str) -> Facts:
        """As a vendor's facts; the estimate is a long question with a middling answer."""
        return Facts(
            vendor=vendor, model=self.id, bills_failures=True, edits=True, sees=self.sees,
            price=self.cost(_USUAL_QUESTION, _USUAL_ANSWER), currency=self.currency, unit="call",
            source=self.source, read=self.read,
        )  # fmt: skip


_USUAL_QUESTION, _USUAL_ANSWER = 2_500, 1_200  # tokens


class Question(Noun):
    """One question to a model: what it shall do, the material, pictures (JPEG files), and the JSON schema
    of the answer with a name; `most` is the longest answer in tokens, `seconds` how long it is worth waiting
    for, if the model does not take less."""

    system: str
    words: str
    name: str
    shape: dict[str, Any] = Field(default_factory=dict)
    pictures: tuple[Path, ...] = ()
    most: int = 2_500
    seconds: float = 90.0


class Answer(Noun):
    """A model's answer as it came, and how it ended; kept in the take. `odd` means nothing in it was where
    it should be: then `text` is the answer's shape for the operator."""

    text: str = ""
    end: Literal["whole", "cut", "refused", "broken", "odd"] = "whole"


class Text(Protocol):
    """A hosted model: answers one question, knows nothing about scripts."""

    facts: Facts

    async def ask(self, question: Question, complaint: str = "") -> Paid:
        """Spend: ask once. The value is an `Answer` as JSON, the cost is the vendor's own figure."""
        ...

    async def check(self) -> None:
        """Ask something free; raises NoAccess, Busy or Surprise where the model could not be used now."""
        ...
