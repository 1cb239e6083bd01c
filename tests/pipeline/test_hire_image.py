"""Who is hired for pictures: by keys, by name, with models that are in no table; and somebody who frames."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app import means
from pipeline.catalogue import Catalogue
from pipeline.hire import Bench, hire
from pipeline.ports.errors import BadInput
from pipeline.ports.http import Http
from pipeline.settings import Account, Settings
from tests.pipeline.beside import Beside

_WEIGHTS: dict[str, Path | None] = dict.fromkeys(
    ("saliency", "kokoro-model", "kokoro-vocab", "kokoro-voices"), None
)


async def _hired(*accounts: str, order: tuple[str, ...] = ()) -> Catalogue:
    keys = {name: Account(keys={f"{name}_api_key": SecretStr("sk-x")}) for name in accounts}
    workshop = Beside()
    try:
        async with Http.opened(trust_env=False) as http:
            return hire(Settings(order={"image": order}, accounts=keys), Bench(http, workshop, _WEIGHTS))
    finally:
        await workshop.close()


async def test_every_key_joins_in_the_documented_order() -> None:
    """Who has a key is asked, framing last; an aggregator whose answers nobody documents only when named."""
    hired = await _hired("uiuiapi", "kie", "gemini", "openrouter", "ark")
    assert [one.facts.vendor for one in hired.image] == ["ark", "openrouter", "gemini", "kie", "builtin"]
    assert [one.facts.vendor for one in hired.painters] == ["ark", "openrouter", "gemini", "kie"]
    assert means(hired).pictures


async def test_the_photo_can_be_framed_whoever_is_named() -> None:
    """A wish for one painter is no wish for films without a first frame."""
    hired = await _hired("ark", order=("ark:doubao-seedream-9-0",))
    assert [one.facts.name for one in hired.image] == ["ark:doubao-seedream-9-0", "builtin:frame"]
    assert [one.facts.vendor for one in hired.framers] == ["builtin"]
    assert hired.painters[0].facts.price == pytest.approx(0.5)


async def test_without_keys_nothing_is_drawn() -> None:
    """The photo itself, for nothing: the chat does not offer what nobody could draw."""
    hired = await _hired()
    assert hired.painters == ()
    assert not means(hired).pictures
    with pytest.raises(BadInput):
        await _hired(order=("kie",))
