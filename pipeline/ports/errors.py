"""The seven ways a vendor or a craft says no; each class changes what happens next.

Errors carry a text key and fields, never a sentence for the user; they survive pickling, because every
argument is positional and handed to `super().__init__`.
"""


class Trouble(Exception):
    """What all of them share: `key` names a text, `fields` fill it, `cause` is for the operator only."""

    def __init__(self, key: str, fields: dict[str, str] | None = None, cause: str = "") -> None:
        super().__init__(key, fields, cause)
        self.key = key
        self.fields = fields or {}
        self.cause = cause


class Busy(Trouble):
    """Overloaded or limited, surely not sent: wait, same take."""


class Unsure(Trouble):
    """Sent, no answer, perhaps charged: nobody repeats it; the operator looks."""


class Failed(Trouble):
    """The job ended badly or vanished: a new take, then another vendor. `charged`: it was delivered all the
    same, and whoever made it wants its money."""

    def __init__(
        self, key: str, fields: dict[str, str] | None = None, cause: str = "", charged: bool = False
    ) -> None:
        super().__init__(key, fields, cause)
        self.args = (key, fields, cause, charged)
        self.charged = charged


class Refused(Trouble):
    """The vendor's content policy: tell the user."""


class BadInput(Trouble):
    """This photo, voice or line cannot be used: ask for that one thing."""


class NoAccess(Trouble):
    """Key, balance or model: another vendor; tell the operator."""


class Surprise(Trouble):
    """Not the documented shape: another vendor; tell the operator."""
