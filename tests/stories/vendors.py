"""Four hosted vendors on loopback, and what they charged: words, pictures, voices and performances."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from starlette.applications import Starlette

from tests.fakes import minimax, omnihuman
from tests.fakes.ark import Ark
from tests.fakes.desk import KEY
from tests.fakes.minimax import MiniMax
from tests.fakes.omnihuman import OmniHuman
from tests.fakes.seedream import Seedream
from tests.fakes.serving import served
from tests.fakes.slow import Slow

Bills = dict[tuple[str, str], list[float]]
_A_SECOND = 1.2  # yuan of OmniHuman's


@dataclass(frozen=True)
class Pace:
    """Seconds that a call of each kind takes."""

    text: float = 0.0
    image: float = 0.0
    clone: float = 0.0
    speech: float = 0.0
    performance: float = 0.0


@dataclass
class Vendors:
    """The fakes, and the settings that lead to them."""

    text: Ark = field(default_factory=Ark)
    image: Seedream = field(default_factory=Seedream)
    voice: MiniMax = field(default_factory=MiniMax)
    stage: OmniHuman = field(default_factory=OmniHuman)
    settings: Mapping[str, str] = field(default_factory=dict)

    def bills(self) -> Bills:
        """What was charged so far, by vendor and currency, each call by itself."""
        clips = [round(_A_SECOND * job.seconds, 4) for job in self.stage.jobs.values()]
        return {
            ("ark", "USD"): list(self.text.bills),
            ("ark", "CNY"): list(self.image.bills),
            ("minimax", "CNY"): [amount for _, amount in self.voice.bills],
            ("omnihuman", "CNY"): clips,
        }


@contextlib.contextmanager
def vendors(pace: Pace) -> Iterator[Vendors]:
    """Serve them while the block lasts; they outlive whoever is their customer."""
    made = Vendors()
    made.stage.takes = pace.performance
    ark = Starlette(routes=[*made.text.app.routes, *made.image.app.routes])
    slow = {
        "/chat/completions": pace.text, "/images/generations": pace.image,
        "/v1/voice_clone": pace.clone, "/v1/t2a_v2": pace.speech,
    }  # fmt: skip
    with (
        served(Slow(ark, slow)) as first,
        served(Slow(made.voice.app, slow)) as second,
        served(made.stage.app) as third,
    ):
        made.voice.address, made.stage.address = second, third
        made.settings = {
            "ARK_API_KEY": KEY, "ARK_BASE_URL": f"{first}/api/v3",
            "MINIMAX_API_KEY": minimax.KEY, "MINIMAX_BASE_URL": second,
            "VOLC_ACCESS_KEY": omnihuman.ACCESS, "VOLC_SECRET_KEY": omnihuman.SECRET,
            "VOLC_VISUAL_BASE_URL": third,
            "MAKE_TEXT": "ark", "MAKE_IMAGE": "ark", "MAKE_VOICE": "minimax", "MAKE_AVATAR": "omnihuman",
        }  # fmt: skip
        yield made
