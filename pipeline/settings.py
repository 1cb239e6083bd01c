"""What the pipeline may be told from outside; `bot.settings` fills it."""

from pydantic import Field

from storage.model import Noun


class Settings(Noun):
    """`order` names the vendors of each modality, first choice first; empty means the catalogue's order."""

    order: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    currency: str = "CNY"
    width: int = 720
    height: int = 1280
    fps: int = 25
    max_bytes: int = 9_500_000
    label: bool = True
    label_text: str = "AI生成"
    producer: str = "pawlogue"
