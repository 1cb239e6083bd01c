"""What a vendor can do and costs, as facts; nobody asks for a vendor's name."""

from typing import Literal

from pipeline.ports.can import Can
from storage.model import Noun


class Facts(Noun):
    """One vendor in one modality.

    `free`: a repeated submit costs nothing and leaves nothing behind, so a take that a crash cut off may be
    sent again under the same key. `bills_failures`: what was accepted is charged also when nothing usable
    comes of it. `whole_film`: the avatar performs the listening too, one picture per film frame; others
    perform the pet's speech only. `price` in `currency` per `unit` is the estimate a take is opened with;
    `source` says where it was read, `read` on which day (YYYY-MM-DD). `can` are an avatar's abilities.
    `account` is whose limits it shares (empty: the vendor's): so many jobs `at_once`, so many a minute; None
    is no limit. `in_flight`: seconds after which a submit whose sender died cannot be on its way any more.
    `learning` is what a voice made from a sample costs, once, with the first lines it says; `likeness` what
    such a voice is, "none" where there can be none; `sample` of how many seconds a sample has to be, None as
    it comes; `sample_url`: an address of it is wanted. `presets` are the preset voices there are, by our
    names, None for every one. `seconds`: how long a call takes as a rule.
    A text vendor that `edits` changes a script as free words wish, one that `sees` takes pictures; an image
    vendor that `draws` makes new pictures, the others frame what there is.
    """

    vendor: str
    model: str
    free: bool = False
    bills_failures: bool = False
    whole_film: bool = False
    price: float = 0.0
    currency: str = "CNY"
    unit: str = "take"
    source: str = ""
    read: str = ""
    account: str = ""
    at_once: int | None = None
    per_minute: int | None = None
    in_flight: float = 120.0
    learning: float = 0.0
    likeness: Literal["clone", "stand-in", "none"] = "none"
    sample: tuple[float, float] | None = None
    presets: tuple[str, ...] | None = None
    sample_url: bool = False
    seconds: float = 8.0
    edits: bool = False
    sees: bool = False
    draws: bool = False
    can: Can | None = None

    @property
    def name(self) -> str:
        """How settings and ledgers write it."""
        return f"{self.vendor}:{self.model}" if self.model else self.vendor


class Paid(Noun):
    """What came of a call: a ticket or a result (JSON), and what it did cost in the vendor's currency, where
    the vendor says so; None leaves the estimate."""

    value: str
    cost: float | None = None
