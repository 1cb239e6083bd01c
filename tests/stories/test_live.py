"""`doctor --live` before every hosted service at once: healthy, and with each fault its question can meet."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.care import roster
from bot.finding import Finding
from bot.settings import Settings
from bot.texts import say
from tests.fakes import dashscope, desk, kling, minimax, omnihuman, veo, volc_speech
from tests.fakes.ark import Ark
from tests.fakes.dashscope import DashScope
from tests.fakes.deepseek import DeepSeek
from tests.fakes.gemini import Gemini
from tests.fakes.kling import Kling
from tests.fakes.minimax import MiniMax
from tests.fakes.nano import RoutedBanana
from tests.fakes.omnihuman import OmniHuman
from tests.fakes.openrouter import OpenRouter
from tests.fakes.seedream import Seedream
from tests.fakes.serving import served
from tests.fakes.uiuiapi import UiUiApi
from tests.fakes.veo import Veo
from tests.fakes.volc_speech import VolcSpeech

_KEYS = {
    "ark_api_key": desk.KEY, "openrouter_api_key": desk.KEY, "deepseek_api_key": desk.KEY,
    "gemini_api_key": desk.KEY, "uiuiapi_api_key": desk.KEY, "minimax_api_key": minimax.KEY,
    "volc_speech_api_key": volc_speech.KEY, "dashscope_api_key": dashscope.KEY, "kling_api_key": kling.KEY,
    "volc_access_key": omnihuman.ACCESS, "volc_secret_key": omnihuman.SECRET, "kie_api_key": veo.KEY,
}  # fmt: skip
_ORDER = {
    "make_text": "ark,openrouter,deepseek,gemini,uiuiapi", "make_image": "ark,openrouter",
    "make_voice": "minimax,volc-speech,dashscope", "make_avatar": "omnihuman,kling,veo",
}  # fmt: skip
_VENDORS = 13


@dataclass
class _Town:
    """Every service, and the settings of a house that asks them all."""

    openrouter: OpenRouter = field(default_factory=OpenRouter)
    deepseek: DeepSeek = field(default_factory=DeepSeek)
    omnihuman: OmniHuman = field(default_factory=OmniHuman)
    addresses: dict[str, str] = field(default_factory=dict)

    def apps(self) -> dict[str, Starlette]:
        """What is served, by the stem of its address' setting."""
        ark = Starlette(routes=[*Ark().app.routes, *Seedream().app.routes])
        routed = Starlette(routes=[*self.openrouter.app.routes, *RoutedBanana().app.routes])
        return {
            "ark": ark, "openrouter": routed, "deepseek": self.deepseek.app, "gemini": Gemini().app,
            "uiuiapi": UiUiApi().app, "minimax": MiniMax().app, "volc_speech": VolcSpeech().app,
            "dashscope": DashScope().app, "volc_visual": self.omnihuman.app, "kling": Kling().app,
            "kie": Veo().app,
        }  # fmt: skip

    async def ask(self, **changed: Any) -> list[Finding]:  # noqa: ANN401  settings are of many kinds
        """Ask them all."""
        keys: dict[str, Any] = {name: SecretStr(key) for name, key in _KEYS.items()}
        return await roster.ask(Settings(**{**keys, **_ORDER, **self.addresses, **changed}))


_PATHS = {"ark": "/api/v3", "openrouter": "/api/v1", "gemini": "/v1beta", "uiuiapi": "/v1"}


@contextlib.contextmanager
def _town() -> Iterator[_Town]:
    town = _Town()
    with contextlib.ExitStack() as stack:
        for stem, app in town.apps().items():
            url = stack.enter_context(served(app))
            town.addresses[f"{stem}_base_url"] = url + _PATHS.get(stem, "")
        yield town


def _told(findings: list[Finding]) -> str:
    """What is read of what is broken; each sentence has to be there in both languages."""
    return "\n".join(
        f"{say(each.what, lang, each.fields)} {say(each.how, lang, each.fields)}"
        for each in findings
        for lang in ("zh", "en")
        if each.mark == "broken"
    )


def _broken(findings: list[Finding]) -> dict[str, str]:
    return {each.fields["name"]: each.how for each in findings if each.mark == "broken"}


async def test_all_are_well_and_each_fault_has_its_line() -> None:
    """Healthy ones let us in. A wrong key names its setting for each; an empty account, a retired model, a
    key of another region, a clock that is wrong: one line each, and nobody else is blamed."""
    with _town() as town:
        well = await town.ask()
        assert (len(well), _broken(well)) == (_VENDORS, {})
        wrong = await town.ask(**{name: SecretStr("sk-wrong") for name in _KEYS})
        assert len(_broken(wrong)) == _VENDORS
        assert "sk-wrong" not in _told(wrong)
        for name in _KEYS:
            assert name.upper() in _told(wrong)
        town.openrouter.left, town.deepseek.available, town.omnihuman.skew = 0.0, False, 3_600.0
        ill = await town.ask(
            make_text="ark:doubao-of-old,openrouter,deepseek",
            minimax_api_key=SecretStr(minimax.ABROAD),
        )
    assert _broken(ill) == {
        "ark:doubao-of-old": "vendor.model_gone",
        "openrouter:google/gemini-3.1-pro-preview": "vendor.balance",
        "openrouter:google/gemini-3-pro-image": "vendor.balance",
        "deepseek:deepseek-flash": "vendor.balance",
        "minimax:speech-2.8-hd": "vendor.other_region",
        "omnihuman:jimeng_realman_avatar_picture_omni_v15": "vendor.clock",
    }
    assert "MAKE_TEXT" in _told(ill)
    assert "MINIMAX_BASE_URL" in _told(ill)


@pytest.mark.parametrize("sort", ["page", "nobody", "broken"])
async def test_who_is_not_there_or_talks_nonsense_is_told(sort: str) -> None:
    """A gateway's page, an address where nobody is, a server that fails: each vendor gets one line, none of
    them ends the doctor."""

    async def answer(_: Request) -> Response:
        return Response("<html>hello</html>", 500 if sort == "broken" else 200)

    methods = ["GET", "POST"]
    town = _Town()
    with served(Starlette(routes=[Route("/{rest:path}", answer, methods=methods)])) as url:
        where = "http://127.0.0.1:9" if sort == "nobody" else url
        town.addresses = {f"{stem}_base_url": where for stem in town.apps()}
        found = await town.ask()
    assert len(_broken(found)) == _VENDORS, [each for each in found if each.mark != "broken"]
    assert len(_told(found).splitlines()) == 2 * _VENDORS
