"""Who is hired for words: by keys, by name, with models that are in no table, and without a key at home."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from pipeline.hire import Bench, hire
from pipeline.ports.http import Http
from pipeline.ports.text import WriteAsk, Writer
from pipeline.settings import Account, Settings
from pipeline.writing import Hosted
from tests.fakes.serving import served
from tests.fakes.uiuiapi import UiUiApi
from tests.pipeline.beside import Beside

_WEIGHTS: dict[str, Path | None] = dict.fromkeys(
    ("saliency", "kokoro-model", "kokoro-vocab", "kokoro-voices"), None
)


async def _hired(http: Http, settings: Settings) -> tuple[Writer, ...]:
    workshop = Beside()
    try:
        return hire(settings, Bench(http, workshop, _WEIGHTS)).text
    finally:
        await workshop.close()


async def _names(**settings: object) -> list[str]:
    async with Http.opened(trust_env=False) as http:
        return [one.facts.name for one in await _hired(http, Settings.model_validate(settings))]


def _account(name: str, base_url: str | None = None) -> dict[str, Account]:
    return {name: Account(keys={f"{name}_api_key": SecretStr("sk-x")}, base_url=base_url)}


async def test_every_key_joins_in_the_documented_order() -> None:
    """Without a wish, who has a key is asked, the bank last."""
    names = ("uiuiapi", "deepseek", "gemini", "ark", "openrouter")
    accounts = {name: one for each in names for name, one in _account(each).items()}
    assert [name.partition(":")[0] for name in await _names(accounts=accounts)] == [
        "ark", "openrouter", "gemini", "deepseek", "uiuiapi", "builtin"
    ]  # fmt: skip
    assert await _names() == ["builtin:bank"]


async def test_a_model_that_is_in_no_table_can_be_named() -> None:
    """Ids are configuration: tomorrow's model needs no new program."""
    named = await _names(accounts=_account("ark"), order={"text": ("ark:ep-2026-x", "builtin")})
    assert named == ["ark:ep-2026-x", "builtin:bank"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_model_at_home_needs_no_key_and_costs_nothing(host: str) -> None:
    """Ollama or vLLM on this machine: named by its address, asked without a key, free in the ledger."""
    fake = UiUiApi(keyless=True)
    with served(fake.app) as url:
        place = url.replace("127.0.0.1", host)
        settings = Settings(
            accounts={"uiuiapi": Account(base_url=f"{place}/v1")}, order={"text": ("uiuiapi:qwen3",)}
        )
        async with Http.opened(trust_env=False) as http:
            (writer,) = await _hired(http, settings)
            ask = WriteAsk(theme="raise-mom")
            paid = await writer.ask(ask)
            assert isinstance(writer, Hosted)
            await writer.check()
    assert len(writer.written(ask, paid.value).options) == 3
    assert (writer.facts.free, writer.facts.edits, writer.facts.sees, paid.cost) == (True, True, False, 0.0)


async def test_elsewhere_an_address_is_no_key() -> None:
    """A base URL beyond this machine does not hire anybody by itself."""
    accounts = {"uiuiapi": Account(base_url="https://api.example/v1")}
    assert await _names(accounts=accounts) == ["builtin:bank"]


async def test_row_facts_are_complete() -> None:
    """Each row's price, currency, source and day are told, and a failed answer is known to be charged."""
    names = ("ark", "openrouter", "gemini", "deepseek")
    accounts = {name: one for each in names for name, one in _account(each).items()}
    async with Http.opened(trust_env=False) as http:
        for writer in (await _hired(http, Settings(accounts=accounts)))[:-1]:
            facts = writer.facts
            assert facts.price > 0
            assert facts.currency in {"CNY", "USD"}
            assert facts.source
            assert facts.read == "2026-11-22"
            assert (facts.bills_failures, facts.edits, facts.free) == (True, True, False)
