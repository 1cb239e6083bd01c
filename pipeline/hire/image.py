"""Who can be asked for pictures, first choice first; the photo itself can always be framed."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from pipeline.hire.rows import Bench, Row
from pipeline.ports.facts import Facts
from pipeline.ports.http import Http
from pipeline.ports.image import Framer
from pipeline.ports.image import Image as Painter
from pipeline.settings import Account
from pipeline.vendors import ark, gemini, kie, openrouter, uiuiapi
from pipeline.vendors.builtin.image import Image as Photo
from pipeline.wires.kie import BASE, UPLOAD_BASE

Port = Painter | Framer
_READ = "2026-11-22"
_TABLE = "public price tables (litellm 1.109.1)"
_AUDIT = "a public audit of 2026-10-07"
_KIE_UPLOAD = "kie_upload_base_url"


class _Model(NamedTuple):
    """A model's price for one picture, where it was read, and what only its own vendor asks of it."""

    price: float
    source: str
    able: ark.Able = ark.Able()


_OLDER = ark.Able(pixels=1440 * 2560, groups=True, formats=False)
_ARK = {
    "doubao-seedream-5-0-pro-260628": _Model(0.5, f"not published in yuan; dollars by {_AUDIT}"),
    "doubao-seedream-5-0-flash-260915": _Model(0.12, f"not published in yuan; dollars by {_AUDIT}"),
    "doubao-seedream-4-5-251128": _Model(0.25, "volcengine.com/docs/82379/1544106, 2025-12", _OLDER),
}
_OPENROUTER = {
    "google/gemini-3-pro-image": _Model(0.134, "public price tables (genai-prices 0.2.3)"),
    "google/gemini-3.1-flash-image": _Model(0.067, _TABLE),
}
_GEMINI = {
    "gemini-3-pro-image": _Model(0.1351, _TABLE),
    "gemini-3.1-flash-image": _Model(0.0681, _TABLE),
}
_KIE = {
    "nano-banana-pro": _Model(0.09, _AUDIT),
    "nano-banana-2-1": _Model(0.02, _AUDIT),
}
_OTHER = {"gpt-image-2-all": _Model(0.0, "nothing published")}

Made = Callable[[Http, str, Facts, str], Painter]


def _row(vendor: str, made: Made, base: str, models: Mapping[str, _Model], **more: object) -> Row[Port]:
    """A hosted vendor; a model that is not in the table costs about what the first does."""
    key = f"{vendor}_api_key"

    def build(account: Account, name: str, bench: Bench) -> Port:
        secret = account.keys[key].get_secret_value()
        url = (account.base_url or base).rstrip("/")
        return made(bench.http, secret, _facts(vendor, name, models, **more), url)

    return Row(vendor, tuple(models), build, account=vendor, keys=((key,),), uncalled=vendor != "uiuiapi")


def _facts(vendor: str, name: str, models: Mapping[str, _Model], **more: object) -> Facts:
    model = models.get(name) or next(iter(models.values()))
    known = Facts(  # what a failure costs is what the answer says of it, where it says anything
        vendor=vendor, model=name, draws=True, bills_failures=True, price=model.price,
        currency="USD", unit="picture", source=model.source, read=_READ, in_flight=320.0, seconds=30.0,
    )  # fmt: skip
    return known.model_copy(update=more)


def _seedream(http: Http, key: str, facts: Facts, base: str) -> Painter:
    able = _ARK[facts.model].able if facts.model in _ARK else ark.Able()
    return ark.Image(http, key, facts, base, able)


def _banana(account: Account, name: str, bench: Bench) -> Port:
    facts = _facts("kie", name, _KIE, account="kie", per_minute=120)
    upload = account.keys.get(_KIE_UPLOAD)
    return kie.Image(
        bench.http,
        account.keys["kie_api_key"].get_secret_value(),
        facts,
        account.base_url or BASE,
        upload.get_secret_value() if upload else UPLOAD_BASE,
    )


def _builtin(_: Account, __: str, bench: Bench) -> Port:
    return Photo(bench.workshop, bench.weights)


ROWS: tuple[Row[Port], ...] = (
    _row("ark", _seedream, ark.BASE, _ARK, currency="CNY", per_minute=500),
    _row("openrouter", openrouter.Image, openrouter.BASE, _OPENROUTER),
    _row("gemini", gemini.Image, gemini.BASE, _GEMINI),
    Row("kie", tuple(_KIE), _banana, account="kie", keys=(("kie_api_key",),)),
    _row("uiuiapi", uiuiapi.Image, uiuiapi.BASE, _OTHER),
    Row("builtin", ("",), _builtin),
)
