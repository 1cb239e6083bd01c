"""The stand-in in a process of its own, driven from outside, as it is while a bot dies and returns."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.fakes.conftest import picture

CHECKOUT = Path(__file__).resolve().parents[2]


class Alone(NamedTuple):
    """The process over HTTP, and where its bot's methods begin."""

    http: httpx.Client
    bot: str


@pytest.fixture(scope="module")
def alone() -> Iterator[Alone]:
    """The process, as long as these tests run."""
    command = [sys.executable, "-m", "tests.fakes.telegram", "--lift-limits"]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url, token = process.stdout.readline().split()
        with httpx.Client(base_url=url, trust_env=False, verify=False) as client:
            yield Alone(client, f"/bot{token}")
        process.terminate()
        assert process.wait(20) == 0


def test_a_person_is_driven_from_outside(alone: Alone, tmp_path: Path) -> None:
    """Somebody speaks, sends a file by its path, presses a button of the answer and replies to it."""
    assert _act(alone, 7, "starts")["text"] == "/start"
    (tmp_path / "cat.jpg").write_bytes(picture(90, 90))
    assert _act(alone, 7, "sends_photo", str(tmp_path / "cat.jpg"), caption="咪咪")["media"]["width"] == 90
    keys = {"inline_keyboard": [[{"text": "好", "callback_data": "r1"}]]}
    sent = _call(alone, "sendMessage", chat_id=7, text="好吗", reply_markup=keys)
    assert _act(alone, 7, "presses", "好")["press"]
    assert _act(alone, 7, "replies", {"message": sent["message_id"]}, "七")["text"] == "七"
    got = _call(alone, "getUpdates")
    assert [min(update) for update in got] == ["message", "message", "callback_query", "message"]
    shown = alone.http.get("/control/messages", params={"chat": 7}).json()
    assert [(m["mine"], m["text"]) for m in shown] == [
        (False, "/start"),
        (False, "咪咪"),
        (True, "好吗"),
        (False, "七"),
    ]
    assert alone.http.get("/control/chats").json()["7"] == 4


def test_what_cannot_be_done_is_told(alone: Alone) -> None:
    """A verb nobody has, a button that is not there."""
    assert alone.http.post("/control/act", json={"person": 8, "verb": "flies"}).status_code == 400
    answer = alone.http.post("/control/act", json={"person": 8, "verb": "presses", "words": ["x"]})
    assert (answer.status_code, "no button 'x'" in answer.json()["error"]) == (404, True)


def test_a_group_and_faults(alone: Alone) -> None:
    """Groups, faults on calls, a broken batch."""
    alone.http.post("/control/group", json={"id": -5, "members": [9]}).raise_for_status()
    answer = alone.http.post("/control/act", json={"person": 9, "verb": "says", "words": ["/film"], "in": -5})
    assert answer.json()["done"]["chat"] == -5
    alone.http.post(
        "/control/fault", json={"method": "sendMessage", "kind": "error", "times": 1}
    ).raise_for_status()
    refused = alone.http.post(f"{alone.bot}/sendMessage", json={"chat_id": -5, "text": "x"})
    assert refused.status_code == 500
    alone.http.post("/control/chance", json={"odds": 1, "kinds": ["error"]}).raise_for_status()
    assert alone.http.post(f"{alone.bot}/getMe").status_code == 500
    alone.http.post("/control/chance", json={"odds": 0}).raise_for_status()
    assert _call(alone, "getMe")["is_bot"] is True
    poison = alone.http.post("/control/updates", json={"do": "poison"}).json()["done"]
    last = _call(alone, "getUpdates", offset=-1)
    assert [update["update_id"] for update in last] == [poison]


def test_many_at_a_rate_and_how_soon_they_were_answered(alone: Alone) -> None:
    """A flood is spread over chats; the figures tell what was answered and how soon."""
    alone.http.post("/control/forget").raise_for_status()
    asked = {"chats": 3, "messages": 2, "per_second": 500, "text": "n {n}", "first": 500, "wait": True}
    assert alone.http.post("/control/flood", json=asked).json() == {"messages": 6}
    for chat in (500, 501, 502):
        _call(alone, "sendMessage", chat_id=chat, text="ok")
        _call(alone, "sendMessage", chat_id=chat, text="ok")
    stats = alone.http.get("/control/stats").json()
    assert (stats["replied"], stats["calls"]["sendMessage"], len(stats["doubles"])) == (3, 6, 3)
    assert stats["sends"] == {"500": 2, "501": 2, "502": 2}
    assert 0 < stats["reply_ms"]["p50"] <= stats["reply_ms"]["p100"]


def _act(alone: Alone, person: int, verb: str, *words: object, **more: object) -> dict[str, Any]:
    asked = {"person": person, "verb": verb, "words": words, "more": more}
    done = alone.http.post("/control/act", json=asked).raise_for_status().json()["done"]
    assert isinstance(done, dict)
    return done


def _call(alone: Alone, method: str, **fields: object) -> Any:  # noqa: ANN401 - any JSON
    return alone.http.post(f"{alone.bot}/{method}", json=fields).raise_for_status().json()["result"]
