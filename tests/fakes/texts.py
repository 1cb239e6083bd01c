"""Every hosted text vendor beside its fake, built as the table of who can be hired builds it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pipeline.ports.http import Http
from pipeline.ports.text import Model, Text
from pipeline.vendors import ark, deepseek, gemini, openrouter, uiuiapi
from tests.fakes.ark import Ark
from tests.fakes.deepseek import DeepSeek
from tests.fakes.desk import KEY, Desk
from tests.fakes.gemini import Gemini
from tests.fakes.openrouter import OpenRouter
from tests.fakes.uiuiapi import UiUiApi

Fake = Ark | OpenRouter | DeepSeek | Gemini | UiUiApi


@dataclass(frozen=True)
class Case:
    """One vendor: class, fake, where its API begins, a model as its row has it, and its key's setting."""

    name: str
    make: Callable[[Http, str, Model, str], Text]
    fake: Callable[[], Fake]
    path: str
    model: Model
    setting: str
    key: str = KEY

    def text(self, http: Http, url: str) -> Text:
        """The vendor, asking the fake at this address."""
        return self.make(http, self.key, self.model, url + self.path)

    def changed(self, *, key: str = KEY, seconds: float | None = None, model: str = "") -> "Case":
        """The same with another key, time or model."""
        new: dict[str, object] = {"id": model or self.model.id, "seconds": seconds or self.model.seconds}
        return replace(self, key=key, model=self.model.model_copy(update=new))


_USUAL = Model(id="", asks=2.0, answers=8.0, sees=True, seconds=20.0)


def _case(
    name: str,
    make: Callable[[Http, str, Model, str], Text],
    fake: Callable[[], Fake],
    path: str,
    **model: object,
) -> Case:
    return Case(name, make, fake, path, _USUAL.model_copy(update=model), f"{name.upper()}_API_KEY")


CASES = (
    _case(
        "ark", ark.Text, Ark, "/api/v3", id="doubao-seed-2-1-turbo-260628", shapes="schema", currency="USD",
    ),
    _case(
        "openrouter", openrouter.Text, OpenRouter, "/api/v1", id="google/gemini-3.1-pro-preview",
        shapes="schema", thinks="low", currency="USD",
    ),
    _case("deepseek", deepseek.Text, DeepSeek, "", id="deepseek-flash", shapes="object"),
    _case("gemini", gemini.Text, Gemini, "/v1beta", id="gemini-3.8-flash", shapes="schema", currency="USD"),
    _case("uiuiapi", uiuiapi.Text, UiUiApi, "/v1", id="gemini-3-flash-preview"),
)  # fmt: skip


def case(name: str) -> Case:
    """One of them."""
    return next(one for one in CASES if one.name == name)


def desk(fake: Fake) -> Desk:
    """What all fakes have."""
    return fake
