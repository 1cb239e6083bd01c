"""Who can be asked for voices, first choice first."""

from urllib.parse import urlsplit

from pipeline.hire.rows import Bench, Row
from pipeline.ports.facts import Facts
from pipeline.ports.voice import Voice as Port
from pipeline.settings import Account
from pipeline.vendors import minimax
from pipeline.vendors.builtin.voice import Voice

_READ = "2026-11-22"
_MINIMAX_PRESETS = {
    "naitang": "lovely_girl",
    "doubao": "clever_boy",
    "mianhua": "female-tianmei",
    "tangyuan": "cartoon_pig",
    "hanhan": "cute_boy",
    "mama": "female-chengshu",
    "baba": "Chinese (Mandarin)_Gentleman",
}
_TURBO = 0.57  # of the price of the better models


def _minimax(account: Account, model: str, bench: Bench) -> Port:
    """A price is that of a counted character; our estimates are of Chinese ones, which count twice."""
    base = account.base_url or minimax.MAINLAND
    abroad = (urlsplit(base).hostname or "").endswith("minimax.io")
    price = (1e-4 if abroad else 3.5e-4) * (_TURBO if model.endswith("turbo") else 1.0)
    facts = Facts(
        vendor="minimax",
        model=model,
        price=2 * price,
        currency="USD" if abroad else "CNY",
        unit="character",
        bills_failures=True,
        per_minute=10,
        learning=1.5 if abroad else 9.9,
        likeness="clone",
        sample=(10.2, 60.0),
        presets=tuple(_MINIMAX_PRESETS),
        seconds=6.0,
        source="help.aliyun.com/zh/model-studio/minimax-synchronous-speech-synthesis-api; abroad: articles, "
        "the clone's a guess",
        read=_READ,
    )
    group = account.keys.get("minimax_group_id")
    return minimax.Voice(
        bench.http,
        account.keys["minimax_api_key"].get_secret_value(),
        facts,
        base,
        voices=_MINIMAX_PRESETS,
        price=price,
        group=group.get_secret_value() if group else "",
    )


def _builtin(_: Account, __: str, bench: Bench) -> Port:
    return Voice(bench.workshop, bench.weights)


_MINIMAX = ("speech-2.8-hd", "speech-2.8-turbo", "speech-2.6-hd", "speech-2.6-turbo")

ROWS: tuple[Row[Port], ...] = (
    Row("minimax", _MINIMAX, _minimax, account="minimax", keys=(("minimax_api_key",),)),
    Row("builtin", ("",), _builtin),
)
