"""Telegram, reading: each shape of update becomes one plain noun, and nothing else is looked at."""

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.channels.telegram.connect import webhook_address, webhook_secret
from bot.channels.telegram.read import Me, Seen, queue_of, seen
from bot.run import invited
from pipeline.ports.errors import BadInput
from tests.house.checkout import CHECKOUT

ME = Me(id=424242, name="pawlogue_bot")
UPDATES = sorted((CHECKOUT / "tests/golden/updates").glob("*.json"))


@pytest.mark.parametrize("file", UPDATES, ids=lambda file: file.stem)
def test_an_update_is_read(file: Path) -> None:
    """What is written beside an update is all that is made of it; an id of null may be any."""
    kept = json.loads(file.read_text("utf-8"))
    found = seen(kept["update"], ME)
    wanted = kept["seen"]
    if "id" in wanted and wanted["id"] is None:
        wanted["id"] = found.id
    assert found == Seen.model_validate(wanted)


def test_there_are_updates_to_read() -> None:
    """An empty folder would make the test above say nothing."""
    assert len(UPDATES) >= 28


@pytest.mark.parametrize("file", UPDATES, ids=lambda file: file.stem)
def test_where_it_waits_agrees_with_what_it_is(file: Path) -> None:
    """The queue is known before anything is understood, and is the address it turns out to be from."""
    update = json.loads(file.read_text("utf-8"))["update"]
    found = seen(update, ME)
    if found.kind in {"said", "start", "pressed", "unusable"}:
        chat = f"{found.chat}:{found.person}" if found.group else found.chat
        assert queue_of(update) == (chat, found.album)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["chat", "from", "id", "message", "type", "text", "data"]), inner)
    ),
    max_leaves=12,
)
_KINDS = st.sampled_from(
    ["message", "edited_message", "callback_query", "my_chat_member", "update_id", "new"]
)


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
@given(st.dictionaries(_KINDS, _JSON, max_size=3))
def test_whatever_comes_has_a_queue_and_one_kind_of_failure(raw: dict[str, object]) -> None:
    """An update of any shape can be kept; reading it works or says that it is none, nothing else."""
    chat, bundle = queue_of(raw)
    assert isinstance(chat, str)
    assert isinstance(bundle, str)
    with contextlib.suppress(ValidationError):
        assert isinstance(seen(raw, ME), Seen)


def test_edits_within_a_second_are_told_apart() -> None:
    """The time of an edit is in whole seconds; a second one in the same second is not the first again."""
    message = {"message_id": 1, "from": {"id": 7}, "chat": {"id": 7, "type": "private"}, "edit_date": 9}
    one, two, again = (
        seen({"update_id": n, "edited_message": {**message, "text": text}}, ME).id
        for n, text in enumerate(("a", "b", "a"))
    )
    assert one == again
    assert one != two


@pytest.mark.parametrize(
    ("url", "address", "path"),
    [
        ("https://a.example/telegram/x9", "https://a.example/telegram/x9", "/telegram/x9"),
        ("https://a.example/bots/telegram/x9", "https://a.example/bots/telegram/x9", "/telegram/x9"),
        ("https://a.example", "https://a.example/telegram/updates", "/telegram/updates"),
        ("https://a.example/bots", "https://a.example/bots/telegram/updates", "/telegram/updates"),
    ],
)
def test_the_webhooks_path_is_found(url: str, address: str, path: str) -> None:
    """Behind a proxy or not, what Telegram calls and what is served here belong together."""
    assert webhook_address(url) == (address, path)


def test_there_is_always_a_secret() -> None:
    """Without one anybody could speak for Telegram; every process of a bot makes the same."""
    made = webhook_secret(None, "1:a")
    assert made == webhook_secret(None, "1:a") != webhook_secret(None, "1:b")
    assert webhook_secret("my-own_1", "1:a") == "my-own_1"
    with pytest.raises(BadInput) as refusal:
        webhook_secret("not good!", "1:a")
    assert refusal.value.key == "telegram.bad_secret"


def test_whom_a_list_lets_in() -> None:
    """Nobody named is everybody; somebody of another channel named is nobody here."""
    assert invited("", "telegram") is None
    assert invited("telegram:1, feishu:ou_x,telegram:2", "telegram") == frozenset({"1", "2"})
    assert invited("feishu:ou_x", "telegram") == frozenset()
