"""What the pipeline may be told from outside; `bot.settings` fills it."""

from pydantic import Field, SecretStr

from pipeline.model import Credentials
from storage.model import Noun


class Account(Noun):
    """How a hosted vendor is reached and who pays: `keys` by the name of their setting in lower case, such
    as `ark_api_key`; `base_url` where it is not the vendor's usual one."""

    keys: dict[str, SecretStr] = Field(default_factory=dict)
    base_url: str | None = None


class Settings(Noun):
    """`order` names the vendors of each modality, first choice first; empty means every vendor that has a
    key, then builtin. `accounts` are the hosted services with a key, by the stem of their base URL's setting
    (`ark`, `volc_visual`); `rates` say what one unit of another currency is worth in `currency`. Budgets in
    `currency` for 24 hours and for one project, and films for one person in 24 hours; None is no limit."""

    order: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    accounts: dict[str, Account] = Field(default_factory=dict)
    public_base_url: str | None = None
    currency: str = "CNY"
    rates: dict[str, float] = Field(default_factory=dict)
    daily_budget: float | None = None
    project_budget: float | None = None
    daily_films: int | None = None
    width: int = 720
    height: int = 1280
    fps: int = 25
    max_bytes: int = 9_500_000
    label: bool = True
    label_text: str = "AI生成"
    producer: str = "pawlogue"
    credentials: Credentials | None = None

    @property
    def worth(self) -> dict[str, float]:
        """What one unit of each known currency is worth, the house's own included."""
        return {**self.rates, self.currency: 1.0}
