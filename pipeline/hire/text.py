"""Who can be asked for words, first choice first."""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from pipeline.hire.rows import Bench, Row
from pipeline.ports.http import Http
from pipeline.ports.text import Model, Text
from pipeline.ports.text import Writer as Port
from pipeline.settings import Account
from pipeline.vendors import ark, deepseek, gemini, openrouter, uiuiapi
from pipeline.vendors.builtin.text import Text as Bank
from pipeline.writing import Hosted

_READ = "2026-11-22"
_TABLE = "public price tables (litellm 1.109.1)"
_ARK = Model(
    id="", asks=0.8625, answers=4.3125, currency="USD", shapes="words", sees=True, source=_TABLE, read=_READ
)
_GEMINI = Model(
    id="", asks=2.0, answers=12.0, currency="USD", shapes="schema", thinks="low", sees=True, seconds=90.0,
    source=_TABLE, read=_READ,
)  # fmt: skip
_DEEPSEEK = Model(
    id="",
    asks=2.0,
    answers=8.0,
    shapes="object",
    source="api-docs.deepseek.com/quick_start/pricing, peak",
    read=_READ,
)
_OTHER = Model(id="", thinks="never", seconds=90.0, source="nothing published", read=_READ)
_ANY = _GEMINI.model_copy(update={"thinks": "never"})  # OpenRouter asks nobody who lacks what is sent
_ARK_MODELS = (
    _ARK.model_copy(
        update={"id": "doubao-seed-2-1-turbo-260628", "asks": 0.43125, "answers": 2.15625, "shapes": "schema"}
    ),
    _ARK.model_copy(update={"id": "doubao-seed-2-1-lite-260915", "asks": 0.115, "answers": 0.388}),
    _ARK.model_copy(update={"id": "doubao-seed-2-1-pro-260915"}),
)
_OPENROUTER_MODELS = (_GEMINI.model_copy(update={"id": "google/gemini-3.1-pro-preview"}),)
_GEMINI_MODELS = (
    _GEMINI.model_copy(update={"id": "gemini-3.8-flash", "asks": 0.75, "answers": 3.75, "seconds": 60.0}),
    _GEMINI.model_copy(update={"id": "gemini-3.1-pro-preview"}),
)
_DEEPSEEK_MODELS = (
    _DEEPSEEK.model_copy(update={"id": "deepseek-flash", "sees": True}),
    _DEEPSEEK.model_copy(update={"id": "deepseek-v4-pro", "asks": 9.0, "answers": 27.0}),
)
_OTHER_MODELS = (_OTHER.model_copy(update={"id": "gemini-3-flash-preview", "sees": True}),)

Made = Callable[[Http, str, Model, str], Text]


def _row(
    vendor: str, made: Made, base: str, models: tuple[Model, ...], otherwise: Model, *, keyless: bool = False
) -> Row[Port]:
    """A hosted vendor; a model that is not in the table gets what is usual there."""
    known: Mapping[str, Model] = {model.id: model for model in models}
    key = f"{vendor}_api_key"

    def build(account: Account, name: str, bench: Bench) -> Port:
        model = known.get(name) or otherwise.model_copy(update={"id": name})
        secret = account.keys[key].get_secret_value() if key in account.keys else ""
        url = (account.base_url or base).rstrip("/")
        return Hosted(made(bench.http, secret, model, url))

    open_here = _is_here if keyless else None
    return Row(vendor, tuple(known), build, account=vendor, keys=((key,),), keyless=open_here)


def _is_here(account: Account) -> bool:
    """A server on this machine asks for no key."""
    return urlsplit(account.base_url or "").hostname in {"127.0.0.1", "localhost", "::1"}


def _builtin(_: Account, __: str, ___: Bench) -> Port:
    return Bank()


ROWS: tuple[Row[Port], ...] = (
    _row("ark", ark.Text, ark.BASE, _ARK_MODELS, _ARK),
    _row("openrouter", openrouter.Text, openrouter.BASE, _OPENROUTER_MODELS, _ANY),
    _row("gemini", gemini.Text, gemini.BASE, _GEMINI_MODELS, _GEMINI),
    _row("deepseek", deepseek.Text, deepseek.BASE, _DEEPSEEK_MODELS, _DEEPSEEK),
    _row("uiuiapi", uiuiapi.Text, uiuiapi.BASE, _OTHER_MODELS, _OTHER, keyless=True),
    Row("builtin", ("",), _builtin),
)
