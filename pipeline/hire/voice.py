"""Who can be asked for voices, first choice first."""

from urllib.parse import urlsplit

from pipeline.hire.rows import Bench, Row
from pipeline.ports.facts import Facts
from pipeline.ports.voice import Voice as Port
from pipeline.settings import Account
from pipeline.vendors import dashscope, edge_tts, minimax, volc_speech
from pipeline.vendors.builtin.voice import Voice
from pipeline.vendors.edge_tts import Reader

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


def _volc(account: Account, model: str, bench: Bench) -> Port:
    facts = Facts(
        vendor="volc-speech",
        model=model,
        price=6e-4,
        unit="character",
        bills_failures=True,
        at_once=2,
        learning=9.9,
        likeness="clone",
        sample=(5.0, 30.0),
        presets=(),
        seconds=6.0,
        source="no price was found: these are guesses, on the dear side",
        read=_READ,
    )
    key = account.keys["volc_speech_api_key"].get_secret_value()
    base = account.base_url or volc_speech.BASE
    return volc_speech.Voice(bench.http, key, facts, base, style=_VOLC_STYLE)


def _dashscope(account: Account, model: str, bench: Bench) -> Port:
    cosy = model.startswith("cosyvoice")
    price = (_COSY_PRICES.get(model, 2.0) if cosy else 0.8) / 10_000
    facts = Facts(
        vendor="dashscope",
        model=model,
        price=2 * price,
        unit="character",
        bills_failures=True,
        at_once=3,
        likeness="clone",
        sample=(5.0, 30.0),
        sample_url=cosy,
        presets=() if cosy else tuple(_QWEN_PRESETS),
        seconds=6.0,
        source="help.aliyun.com/zh/model-studio; a Qwen clone's price was not found",
        read=_READ,
    )
    return dashscope.Voice(
        bench.http,
        account.keys["dashscope_api_key"].get_secret_value(),
        facts,
        account.base_url or dashscope.BASE,
        voices={} if cosy else _QWEN_PRESETS,
        reader=_QWEN_READER,
        price=price,
        cosy=cosy,
    )


def _edge(_: Account, model: str, __: Bench) -> Port:
    """Free of charge and of promises."""
    facts = Facts(
        vendor="edge-tts",
        model=model,
        free=True,
        presets=tuple(_EDGE["zh"]),
        seconds=6.0,
        source="github.com/rany2/edge-tts 7.3.1; an unofficial service",
        read=_READ,
    )
    return edge_tts.Voice(facts, readers=_EDGE)


def _builtin(_: Account, __: str, bench: Bench) -> Port:
    return Voice(bench.workshop, bench.weights)


_COSY_PRICES = {"cosyvoice-v3-flash": 1.0, "cosyvoice-v3-plus": 2.0}  # yuan for 10,000 characters
_DASHSCOPE = ("qwen3-tts-vc-2026-01-22", *_COSY_PRICES, "cosyvoice-v3.5-plus")
_QWEN_READER = "qwen3-tts-flash"
_QWEN_PRESETS = {"mama": "Cherry"}
_VOLC, _VOLC_STYLE = ("seed-icl-2.0",), "seed-tts-2.0-standard"
_EDGE = {
    "zh": {
        "naitang": Reader(voice="zh-CN-XiaoyiNeural", pitch="+40Hz", rate="-6%"),
        "doubao": Reader(voice="zh-CN-YunxiaNeural"),
        "tangyuan": Reader(voice="zh-CN-XiaoyiNeural", pitch="+70Hz", rate="+4%"),
        "hanhan": Reader(voice="zh-CN-YunxiNeural", pitch="-10Hz", rate="-8%"),
        "mama": Reader(voice="zh-CN-XiaoxiaoNeural"),
        "baba": Reader(voice="zh-CN-YunyangNeural"),
    },
    "en": {"mama": Reader(voice="en-US-EmmaMultilingualNeural")},
}
_MINIMAX = ("speech-2.8-hd", "speech-2.8-turbo", "speech-2.6-hd", "speech-2.6-turbo")

ROWS: tuple[Row[Port], ...] = (
    Row("minimax", _MINIMAX, _minimax, account="minimax", keys=(("minimax_api_key",),)),
    Row("volc-speech", _VOLC, _volc, account="volc_speech", keys=(("volc_speech_api_key",),)),
    Row("dashscope", _DASHSCOPE, _dashscope, account="dashscope", keys=(("dashscope_api_key",),)),
    Row("edge-tts", ("",), _edge, uncalled=False),
    Row("builtin", ("",), _builtin),
)
