"""What a vendor can do and costs, as facts; nobody asks for a vendor's name."""

from storage.model import Noun


class Facts(Noun):
    """One vendor in one modality.

    `free`: a repeated submit costs nothing and leaves nothing behind, so a take that a crash cut off may be
    sent again under the same key. `whole_film`: the avatar performs the listening too, one picture per film
    frame; others perform the pet's speech only. `price` in `currency` per `unit`.
    """

    vendor: str
    model: str
    free: bool = False
    whole_film: bool = False
    price: float = 0.0
    currency: str = "CNY"
    unit: str = "take"
    source: str = ""
    read: str = ""

    @property
    def name(self) -> str:
        """How settings and ledgers write it."""
        return f"{self.vendor}:{self.model}" if self.model else self.vendor
