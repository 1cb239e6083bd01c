"""Hosted vendors, measured on fakes in this process: what our side adds, and how much of it runs at once."""

import asyncio
import statistics
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from pipeline.catalogue import Catalogue
from pipeline.engine import Engine
from pipeline.ports.http import Http
from pipeline.ports.text import WriteAsk
from pipeline.recipes import propose_scripts
from pipeline.studio import Studio
from pipeline.vendors import uiuiapi
from pipeline.writing import Hosted
from storage import projects
from tests.bench.figures import Figure
from tests.fakes.mind import Mind
from tests.fakes.serving import served
from tests.fakes.texts import case
from tests.pipeline.house import PROJECT, studio

_CALLS = 40
_AT_ONCE = 200
_ASK = WriteAsk(theme="raise-mom", audience="程序员")


def measure() -> list[Figure]:
    """Measure everything of the vendors."""
    return [
        Figure("text_adapter_cpu_ms", asyncio.run(_adapter()), "CPU-ms a call", 15.0),
        Figure("text_after_last_byte_s", asyncio.run(_after_last_byte()), "s", 1.0),
        Figure("calls_in_flight", asyncio.run(_in_flight()), "calls", float(_AT_ONCE)),
    ]


async def _adapter() -> float:
    """Milliseconds of this thread for question, wire, parsing, checks; the fake has a thread of its own."""
    chosen = case("ark")
    with served(chosen.fake().app) as url:
        async with Http.opened(trust_env=False) as http:
            writer = Hosted(chosen.text(http, url))
            writer.written(_ASK, (await writer.ask(_ASK)).value)  # files are read and rules compiled once
            begun = time.thread_time()
            for _ in range(_CALLS):
                writer.written(_ASK, (await writer.ask(_ASK)).value)
            return (time.thread_time() - begun) / _CALLS * 1000


async def _after_last_byte() -> float:
    """Seconds from the model's answer to the making's notice with the options: ledger and engine included."""
    chosen = case("ark")
    fake = chosen.fake()
    with served(fake.app) as url, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with Http.opened(trust_env=False) as http, studio(folder) as bare:
            text = [Hosted(chosen.text(http, url))]
            made = replace(bare, catalogue=Catalogue(text=text, image=(), voice=(), avatar=()))
            engine = await Engine.launch(f"sqlite:///{folder / 'engine.db'}", made)
            try:
                return statistics.median([await _shown(made, engine, fake.mind, n) for n in range(5)])
            finally:
                await engine.close()


async def _shown(made: Studio, engine: Engine, mind: Mind, n: int) -> float:
    brief = (await made.project(PROJECT)).brief
    await projects.change_brief(made.db, PROJECT, brief.model_copy(update={"audience": f"第{n}班的学生"}))
    making = f"{PROJECT}:scripts:{n}"
    await engine.start(propose_scripts, making, PROJECT)
    notice = await engine.finished(making)
    if notice.kind != "done":
        raise SystemExit(f"bench: {notice.key}")
    return time.monotonic() - mind.at


async def _in_flight() -> float:
    """How many calls were under way at once on one pool, without a thread for each."""
    here, most = 0, 0
    full = asyncio.Event()

    async def chat(_: Request) -> JSONResponse:
        nonlocal here, most
        here += 1
        most = max(most, here)
        if here == _AT_ONCE:
            full.set()
        await asyncio.wait_for(full.wait(), 30)
        here -= 1
        return JSONResponse({"choices": [{"message": {"content": "{}"}}]})

    app = Starlette(routes=[Route("/v1/chat/completions", chat, methods=["POST"])])
    with served(app) as url:
        async with Http.opened(trust_env=False) as http:
            model = case("uiuiapi").model.model_copy(update={"seconds": 40.0})
            writer = Hosted(uiuiapi.Text(http, "key", model, f"{url}/v1"))
            before = threading.active_count()
            calls = [asyncio.create_task(writer.ask(_ASK)) for _ in range(_AT_ONCE)]
            await asyncio.gather(*calls)
            threads = threading.active_count() - before
    if threads > 1:
        raise SystemExit("bench: a call took a thread of its own")
    return float(most)
