"""What the doctor says of settings and vendors: what is misspelt, missing, old, or does not let us in."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import settings
from bot.care import roster
from tests.bot.care.ward import SECRET, rows, run
from tests.fakes.deepseek import DeepSeek
from tests.fakes.desk import KEY
from tests.fakes.serving import served

Thing = Callable[[str], Path]


def test_a_broken_setting_is_one_line(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the exit code and the one clear line that names the setting."""
    monkeypatch.setenv("WEB_PORT", SECRET)
    ended = run("doctor")
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (1, "", 1)
    assert "WEB_PORT" in ended.err
    assert SECRET not in ended.err


def test_a_misspelt_setting_is_broken_and_a_strangers_is_not(
    room: Path, monkeypatch: pytest.MonkeyPatch, thing: Thing
) -> None:
    """Protects what somebody meant to set; another program's variable is a note."""
    thing("font-sans")
    monkeypatch.setenv("TELEGRAM_CHAT_ID", "1")
    ended = run("doctor")
    assert (ended.code, rows(ended.out, "✗")) == (0, [])
    assert "TELEGRAM_CHAT_ID" in " ".join(rows(ended.out, "·"))
    (room / ".env").write_text(f"MINIMAX_KEY={SECRET}\nARK_API_KEY={SECRET}\n")
    (room / "pawlogue.toml").write_text(f'web_token = "{SECRET}"\n')
    ended = run("doctor")
    assert ended.code == 1
    assert [word for row in rows(ended.out, "✗") for word in row.split() if word.isupper()][:2] == [
        "MINIMAX_KEY", "WEB_TOKEN",
    ]  # fmt: skip
    assert "set: ARK_API_KEY" in ended.out
    assert SECRET not in ended.out


def test_a_vendor_that_is_not_there_is_named(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a misspelt or missing vendor: the setting is named, and the rest is still looked at."""
    monkeypatch.setenv("MAKE_VOICE", "minimx:speech")
    ended = run("doctor")
    (row, *_) = rows(ended.out, "✗")
    assert "MAKE_VOICE" in row
    assert ended.code == 1
    assert "free disk" in ended.out


def test_old_prices_and_odd_models_are_told(
    room: Path, monkeypatch: pytest.MonkeyPatch, thing: Thing
) -> None:
    """Protects the operator from quotes made of yesterday's prices, and from a model nobody has looked at."""
    thing("font-sans")
    monkeypatch.setenv("DEEPSEEK_API_KEY", SECRET)
    monkeypatch.setenv("MAKE_TEXT", "deepseek:deepseek-of-tomorrow,builtin")
    chosen = settings.load()
    soon = datetime(2026, 12, 1, tzinfo=UTC).timestamp()
    found = asyncio.run(roster.examine(chosen, soon))
    assert [each.how for each in found if each.mark == "note"] == ["doctor.model_unread"]
    late = asyncio.run(roster.examine(chosen, soon + 120 * 86_400))
    assert [each.how for each in late if each.mark == "note"] == ["doctor.model_unread", "doctor.price_old"]
    assert "MAKE_TEXT" in run("doctor").out


def test_a_vendor_that_cannot_fetch_our_files_is_told(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects from a vendor that is silently passed over: the doctor says what it lacks."""
    monkeypatch.setenv("VOLC_ACCESS_KEY", SECRET)
    monkeypatch.setenv("VOLC_SECRET_KEY", SECRET)
    monkeypatch.setenv("MAKE_AVATAR", "omnihuman,builtin")
    assert "set PUBLIC_BASE_URL" in " ".join(run("doctor").out.split())
    monkeypatch.setenv("PUBLIC_BASE_URL", "https://films.example")
    assert "set PUBLIC_BASE_URL" not in " ".join(run("doctor").out.split())


def test_a_currency_without_a_rate_is_broken(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects from a budget that would stop every step: the setting is named."""
    monkeypatch.setenv("DEEPSEEK_API_KEY", SECRET)
    monkeypatch.setenv("CURRENCY", "EUR")
    assert "set a rate for it in CURRENCY_RATES" in " ".join(run("doctor").out.split())
    monkeypatch.setenv("CURRENCY_RATES", "CNY:0.13, USD:0.9")
    assert "set a rate for it" not in " ".join(run("doctor").out.split())


def test_every_hosted_vendor_is_asked(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the operator's first question: each vendor's own answer, with the setting to look at."""
    with served(DeepSeek().app) as url:
        monkeypatch.setenv("DEEPSEEK_BASE_URL", url)
        monkeypatch.setenv("DEEPSEEK_API_KEY", KEY)
        ended = run("doctor", "--live")
        assert "answers and lets us in" in " ".join(rows(ended.out, "✓"))
        monkeypatch.setenv("DEEPSEEK_API_KEY", SECRET)
        ended = run("doctor", "--live")
    broken = " ".join(rows(ended.out, "✗"))
    assert "DEEPSEEK_API_KEY" in broken
    assert (ended.code, SECRET in ended.out) == (1, False)
