"""The hand from another process, for benches and for stories in which the bot's process dies.

    POST /control/act      {"person": 7, "verb": "says", "words": ["你好"], "more": {"caption": "…"}}
    POST /control/group    {"id": -5, "members": [7], "lang": "en"}        then `"in": -5` in an act
    POST /control/flood    {"chats": 50, "messages": 20, "per_second": 50, "text": "hello"}
    POST /control/fault    {"method": "sendMessage", "kind": "drop_after", "nth": 1, "times": 1, "seconds": 1}
    POST /control/chance   {"odds": 0.05, "seed": 1, "kinds": ["drop_after"], "methods": []} (odds 0: end)
    POST /control/updates  {"do": "again" | "reverse" | "poison"}
    POST /control/plug     {"in": false}
    GET  /control/stats    POST /control/forget (what was counted)
    GET  /control/chats    GET /control/messages?chat=7    GET /control/answer?press=… (null so far)

A verb is one of `Person`'s; a file is its path. Messages in and out are named by their ids.
"""

import asyncio
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.telegram.core import Core, Stats
from tests.fakes.telegram.groups import Group, open_group
from tests.fakes.telegram.nouns import Chat, Json, Media, Message
from tests.fakes.telegram.people import Person, known
from tests.fakes.telegram.pressing import Press

_VERBS = {name for name in vars(Person) if not name.startswith("_") and callable(getattr(Person, name))}


class Control:
    """Paths under `/control/`."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._groups: dict[int, Group] = {}
        self._floods: set[asyncio.Task[None]] = set()

    def routes(self) -> list[Route]:
        """Where it listens."""
        posts = {
            "act": self._act,
            "group": self._group,
            "flood": self._flood,
            "fault": self._fault,
            "chance": self._chance,
            "updates": self._updates,
            "plug": self._plug,
            "forget": self._forget,
        }
        gets = {
            "stats": self._stats,
            "chats": self._chats,
            "messages": self._messages,
            "answer": self._answer,
        }
        return [
            *(Route(f"/control/{name}", run, methods=["POST"]) for name, run in posts.items()),
            *(Route(f"/control/{name}", run) for name, run in gets.items()),
        ]

    async def _act(self, request: Request) -> Response:
        asked = await request.json()
        person = self._person(int(asked["person"]), asked.get("lang", "zh-hans"))
        if asked["verb"] not in _VERBS:
            return JSONResponse({"error": f"no such verb; there are {sorted(_VERBS)}"}, 400)
        chat = person.chat
        more: dict[str, Any] = {}
        if "in" in asked:
            more["in_"] = self._groups[int(asked["in"])]
            chat = more["in_"].chat
        more |= {name: self._meant(chat, word) for name, word in asked.get("more", {}).items()}
        words = [self._meant(chat, word) for word in asked.get("words", [])]
        try:
            done = await asyncio.to_thread(getattr(person, asked["verb"]), *words, **more)
        except LookupError as error:
            return JSONResponse({"error": str(error)}, 404)
        return JSONResponse({"done": _told(done)})

    def _person(self, number: int, lang: str = "zh-hans") -> Person:
        return known(self._core, number, lang, f"P{number}")

    def _meant(self, chat: Chat, word: Any) -> Any:  # noqa: ANN401 - any JSON
        """A message where its id was given as `{"message": id}`."""
        return chat.by_id[int(word["message"])] if isinstance(word, dict) and "message" in word else word

    async def _group(self, request: Request) -> Response:
        asked = await request.json()
        people = [self._person(int(number), asked.get("lang", "zh-hans")) for number in asked["members"]]
        group = open_group(self._core, int(asked["id"]), "家", bool(asked.get("admin")), list(people))
        self._groups[int(asked["id"])] = group
        return JSONResponse({"id": group.id})

    async def _flood(self, request: Request) -> Response:
        asked = await request.json()
        task = asyncio.create_task(self._pour(asked))
        self._floods.add(task)
        task.add_done_callback(self._floods.discard)
        if asked.get("wait", False):
            await task
        return JSONResponse({"messages": int(asked["chats"]) * int(asked["messages"])})

    async def _pour(self, asked: Json) -> None:
        """Messages at a steady rate, chat after chat; rate 0 is all at once."""
        first, chats = int(asked.get("first", 900_000)), int(asked["chats"])
        rate, text = float(asked.get("per_second", 0)), str(asked.get("text", "hello"))
        loop = asyncio.get_running_loop()
        began = loop.time()
        for number in range(chats * int(asked["messages"])):
            if rate and (ahead := began + number / rate - loop.time()) > 0:
                await asyncio.sleep(ahead)
            elif not number % 200:
                await asyncio.sleep(0)
            self._person(first + number % chats, str(asked.get("lang", "en"))).says(
                text.replace("{n}", str(number))
            )

    async def _fault(self, request: Request) -> Response:
        asked = await request.json()
        self._core.faults.next(asked.pop("method"), asked.pop("kind"), **asked)
        return JSONResponse({"done": True})

    async def _chance(self, request: Request) -> Response:
        asked = await request.json()
        odds = float(asked.pop("odds"))
        self._core.faults.clear() if not odds else self._core.faults.sometimes(odds, **asked)
        return JSONResponse({"done": True})

    async def _updates(self, request: Request) -> Response:
        done = {
            "again": self._core.updates.again,
            "reverse": self._core.updates.reverse,
            "poison": self._core.updates.poison,
        }[(await request.json())["do"]]()
        return JSONResponse({"done": done})

    async def _plug(self, request: Request) -> Response:
        self._core.unreachable = not (await request.json())["in"]
        self._core.news.tell()
        return JSONResponse({"done": True})

    async def _forget(self, _: Request) -> Response:
        with self._core.news.lock:
            self._core.stats = Stats()
            self._core.gate.violations = 0
            self._core.faults.met.clear()
        return JSONResponse({"done": True})

    async def _stats(self, _: Request) -> Response:
        core = self._core
        with core.news.lock:
            stats, waiting = core.stats, len(core.updates)
            return JSONResponse(
                {
                    "calls": stats.calls,
                    "refused": stats.refused,
                    "violations": stats.violations,
                    "connections": stats.connections,
                    "uploads": stats.uploads,
                    "upload_bytes": stats.upload_bytes,
                    "downloads": stats.downloads,
                    "doubles": [[_told(a), _told(b)] for a, b in stats.doubles],
                    "unheard": stats.unheard,
                    "too_soon": stats.too_soon,
                    "shut": stats.shut,
                    "waiting": waiting,
                    "handed_out": core.updates.handed_out,
                    "expired": core.updates.expired,
                    "met": core.faults.met,
                    "sends": Counter({str(chat): len(at) for chat, at in stats.sends.items()}),
                    "replied": len(stats.replied),
                    "reply_ms": _spread(stats.replied),
                    "unanswered": sum(chat.waiting_since is not None for chat in core.chats.values()),
                }
            )

    async def _chats(self, _: Request) -> Response:
        with self._core.news.lock:
            return JSONResponse({str(chat.id): len(chat.messages) for chat in self._core.chats.values()})

    async def _messages(self, request: Request) -> Response:
        chat = self._core.chats.get(int(request.query_params["chat"]))
        return JSONResponse([_told(message) for message in chat.messages] if chat else [])

    async def _answer(self, request: Request) -> Response:
        return JSONResponse(self._core.queries[request.query_params["press"]].answer)


def _told(done: object) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(done, Message):
        return {
            "id": done.id,
            "chat": done.chat.id,
            "mine": done.mine,
            "kind": done.kind,
            "text": done.text,
            "at": done.at,
            "edits": len(done.history),
            "buttons": [button.words for button in done.buttons],
            "media": _facts(done.media) if done.media else None,
        }
    if isinstance(done, Press):
        return {"press": done.id}
    return [_told(each) for each in done] if isinstance(done, list) else None


def _facts(media: Media) -> Json:
    told = ("name", "size", "width", "height", "seconds", "codec", "sound", "faststart", "streaming", "told")
    facts = {name: getattr(media, name) for name in (*told, "oddities")}
    return facts | {"cover": media.cover is not None, "thumbnail": media.thumbnail is not None}


def _spread(seconds: Sequence[float]) -> dict[str, float]:
    """Milliseconds at some percentiles."""
    ordered = sorted(seconds)
    if not ordered:
        return {}
    return {
        f"p{p}": round(1000 * ordered[min(len(ordered) - 1, math.ceil(len(ordered) * p / 100) - 1)], 1)
        for p in (50, 95, 99, 100)
    }
