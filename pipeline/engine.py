"""The only file that knows DBOS: makings that survive the process, steps that say how they went.

A *making* is a recipe run by the engine: short, replayed from the top after a crash, finished steps giving
their recorded answer. A *step* may run twice. `step` catches the seven errors at the step's edge and
gives the recipe an `Outcome`. What is recorded is plain JSON.
"""

import asyncio
import contextlib
import functools
import json
import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar, get_type_hints

import sqlalchemy as sa
import structlog
from dbos import DBOS, DBOSConfig, SetWorkflowID, WorkflowHandleAsync
from dbos._serialization import Serializer
from pydantic import Field

from pipeline.money import all_written
from pipeline.patience import patiently, room
from pipeline.ports.errors import BadInput, Failed, Trouble
from pipeline.studio import Studio
from storage import stops, strides, takes
from storage.errors import StorageError
from storage.model import Notice, Noun

T = TypeVar("T", bound=Noun)
Recipe = Callable[..., Awaitable[Notice]]

# Films queue apart, so that nobody waits for somebody else's film to see three lines of text.
_FILMS, _QUICK = "films", "quick"
_QUICK_AT_ONCE = 4
_QUICK_POLL_SECONDS = 0.6
_SHORTEST_LISTENING = 0.1  # seconds; the end of the engine waits for the end of one
_VERSION = "1"  # constant: the default, a digest of the source, would strand what is in flight at each deploy
_ENDS: dict[str, Literal["unsure", "cancelled"]] = {"Unsure": "unsure", "Cancelled": "cancelled"}
_log = structlog.get_logger(__name__)
_studio: Studio | None = None
_patience = 1.0
_recipes: dict[str, Callable[..., Coroutine[Any, Any, dict[str, Any]]]] = {}
_functions: dict[str, Recipe] = {}
_stages: dict[str, Mapping[str, float]] = {}
_queues: dict[str, str] = {}
_engine: "Engine | None" = None
_UNDER_WAY = ("ENQUEUED", "PENDING")
_running: set[asyncio.Task[Any]] = set()


class Outcome(Noun, Generic[T]):
    """How a step went: a value, or the class of trouble with its text key and fields."""

    value: T | None = None
    trouble: str | None = None
    key: str = ""
    fields: dict[str, str] = Field(default_factory=dict)

    @property
    def notice(self) -> Notice:
        """The Notice a making ends with when this step could not be done."""
        return Notice(kind=_ENDS.get(self.trouble or "", "failed"), key=self.key, fields=self.fields)


def making(stages: Mapping[str, float], *, film: bool = False) -> Callable[[Recipe], Recipe]:
    """Register a recipe under its function's name; `stages` are its steps in order with their
    rough seconds, for the progress before anything was measured here. Films wait in a queue of their own."""

    def register(recipe: Recipe) -> Recipe:
        name = recipe.__name__

        @functools.wraps(recipe)
        async def run(*ids: str | int) -> dict[str, Any]:
            task = asyncio.current_task()
            assert task is not None
            _running.add(task)
            task.add_done_callback(_running.discard)
            try:
                return (await recipe(*ids)).model_dump(mode="json")
            finally:
                if _engine is not None:
                    _engine.ring()

        _functions[name] = recipe
        _recipes[name] = DBOS.workflow(name=name, max_recovery_attempts=1_000)(run)
        _stages[name] = stages
        _queues[name] = _FILMS if film else _QUICK
        return recipe

    return register


async def step(verb: Callable[..., Awaitable[T]], *ids: str | int) -> Outcome[T]:
    """Run one verb under the engine; the recipe branches on what comes back.

    The first id is the project's. A making that was stopped, or whose project is gone, ends before its next
    step.
    Several single steps may be gathered: the call order, not the finishing order, names them.
    """
    raw = await DBOS.run_step_async({"name": _name(verb)}, _edge, verb, ids)
    kind = get_type_hints(verb)["return"]
    return Outcome[kind].model_validate(raw)  # type: ignore[valid-type]


async def _edge(verb: Callable[..., Awaitable[Noun]], ids: Sequence[str | int]) -> dict[str, Any]:
    assert _studio is not None
    making_id = DBOS.workflow_id or ""
    if await stops.stopped(_studio.db, making_id, str(ids[0])):
        return await _stopped(_studio, making_id)
    name = _name(verb)
    log = _log.bind(making=making_id, step=name)
    async with _studio.stride(making_id, name) as studio:
        try:
            with room(studio.scratch):
                value = await patiently(studio, str(ids[0]), lambda: verb(studio, *ids), _patience)
        except (Trouble, StorageError) as trouble:
            kind = type(trouble).__name__ if isinstance(trouble, Trouble) else Failed.__name__
            log.warning("step.trouble", kind=kind, key=trouble.key)
            studio.stumbled()
            if kind == "Cancelled":
                return await _stopped(studio, making_id)
            return {"trouble": kind, "key": trouble.key, "fields": trouble.fields}
    return {"value": value.model_dump(mode="json")}


async def _stopped(studio: Studio, making_id: str) -> dict[str, Any]:
    """A stopped making's outcome: with what it had spent, where that is something."""
    amounts = await takes.spent_by(studio.db, making_id)
    spent = all_written(amounts, studio.settings.worth, studio.settings.currency)
    return {"trouble": "Cancelled", "key": "making.cancelled", "fields": {"spent": spent} if spent else {}}


def _name(verb: Callable[..., object]) -> str:
    return verb.__name__


_SECONDS_TO_RECORD = 0.03  # between a recipe's last line and its result being in the engine's rows
_BROKEN = Notice(kind="failed", key="making.broken")
_ABNORMAL = {"CANCELLED": Notice(kind="cancelled", key="making.cancelled")}


async def _notice(making_id: str) -> Notice:
    handle: WorkflowHandleAsync[dict[str, Any]] = await DBOS.retrieve_workflow_async(making_id)
    return Notice.model_validate(await handle.get_result())


class Engine:
    """The running engine; one per process."""

    def __init__(self, poll_seconds: float) -> None:
        self._poll_seconds = poll_seconds
        self._waiters: dict[str, list[asyncio.Future[Notice]]] = {}
        self._watcher: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()
        self._bell = asyncio.Event()

    @classmethod
    async def launch(
        cls, url: str, studio: Studio, *, films: int = 2, poll_seconds: float = 1.0, patience: float = 1.0
    ) -> "Engine":
        """Start inside the running loop and go on with what a crash cut off.

        Args:
            url: `sqlite:////abs/file` or `postgresql://…`; on SQLite a file of the engine's own.
            films: how many makings this process runs at once.
            patience: seconds before a busy vendor is asked again; doubled each time.
        """
        global _engine, _studio, _patience
        _engine, _studio, _patience = cls(poll_seconds), studio, patience
        if url.startswith("sqlite"):  # one process: nothing can be running but what was cut off
            await strides.wait_again(studio.db)
            await asyncio.to_thread(_prepare_sqlite, Path(url.removeprefix("sqlite:///")))
        DBOS(
            config=DBOSConfig(
                name="pawlogue",
                system_database_url=url,
                application_version=_VERSION,
                executor_id="local",
                max_executor_threads=8,
                notification_listener_polling_interval_sec=max(2 * poll_seconds, _SHORTEST_LISTENING),
                serializer=Plain(),
                log_level="WARNING",
                console_log_level="ERROR",
            )
        )
        DBOS.launch()
        for queue, at_once, pause in (
            (_FILMS, films, poll_seconds),
            (_QUICK, _QUICK_AT_ONCE, min(poll_seconds, _QUICK_POLL_SECONDS)),
        ):
            await DBOS.register_queue_async(queue, worker_concurrency=at_once, polling_interval_sec=pause)
        return _engine

    async def start(self, recipe: Recipe, making_id: str, *ids: str | int) -> None:
        """Enqueue a making; the id is the idempotency key, so starting twice is starting once."""
        assert _studio is not None
        name = recipe.__name__
        await _studio.announce(making_id, _stages[name])
        with SetWorkflowID(making_id):
            await DBOS.enqueue_workflow_async(_queues[name], _recipes[name], *ids)

    async def start_named(self, recipe: str, making_id: str, *ids: str | int) -> None:
        """Enqueue a making by its recipe's name, as it was written down.

        Raises:
            BadInput: there is no such recipe.
        """
        found = _functions.get(recipe)
        if found is None:
            raise BadInput("making.unknown", {"recipe": recipe})
        await self.start(found, making_id, *ids)

    async def finished(self, making_id: str) -> Notice:
        """Wait for a making's Notice; one that broke or was never started has one too."""
        waiter: asyncio.Future[Notice] = asyncio.get_running_loop().create_future()
        self._waiters.setdefault(making_id, []).append(waiter)
        if self._watcher is None or self._watcher.done():
            self._watcher = asyncio.create_task(self._watch())
        self._bell.set()
        try:
            return await waiter
        finally:
            waiting = self._waiters.get(making_id, [])
            if waiter in waiting:
                waiting.remove(waiter)
            if not waiting:
                self._waiters.pop(making_id, None)

    def ring(self) -> None:
        """Say that a making has just returned, so that who waits for it looks at once; from any thread."""
        self._loop.call_soon_threadsafe(self._bell.set)

    async def _watch(self) -> None:
        """Look for all who wait at once, when a making has returned here and now and then; end when nobody
        waits."""
        while self._waiters:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._bell.wait(), self._poll_seconds)
                await asyncio.sleep(_SECONDS_TO_RECORD)
            self._bell.clear()
            try:
                await self._look()
            except Exception as error:  # whatever the engine's database says, those who wait must hear it
                for waiter in self._all_waiting():
                    waiter.set_exception(error)
                raise

    async def _look(self) -> None:
        wanted = list(self._waiters)
        found = await DBOS.list_workflows_async(workflow_ids=wanted, load_input=False, load_output=False)
        states = {each.workflow_id: each.status for each in found}
        for making_id in wanted:
            state = states.get(making_id)
            if state in _UNDER_WAY:
                continue
            notice = await _notice(making_id) if state == "SUCCESS" else _ABNORMAL.get(state or "", _BROKEN)
            for waiter in self._waiters.get(making_id, []):
                if not waiter.done():
                    waiter.set_result(notice)
        await asyncio.sleep(0)  # those who were told take themselves off the list

    def _all_waiting(self) -> list[asyncio.Future[Notice]]:
        return [each for waiting in self._waiters.values() for each in waiting if not each.done()]

    async def place(self, making_id: str) -> int | None:
        """How many films are before this one; None when it does not wait."""
        queued = await DBOS.list_workflows_async(
            status="ENQUEUED", queue_name=_FILMS, load_input=False, load_output=False
        )
        waiting = [each.workflow_id for each in queued]  # the oldest first
        return waiting.index(making_id) + 1 if making_id in waiting else None

    async def under_way(self, project: str) -> tuple[str, ...]:
        """A project's makings that have not ended."""
        found = await DBOS.list_workflows_async(
            workflow_id_prefix=f"{project}:", status=list(_UNDER_WAY), load_input=False, load_output=False
        )
        return tuple(each.workflow_id for each in found if each.workflow_id.startswith(f"{project}:"))

    async def forget(self, project: str) -> None:
        """Remove what the engine remembers of a project's makings, save those that still have to end."""
        found = await DBOS.list_workflows_async(
            workflow_id_prefix=f"{project}:", load_input=False, load_output=False
        )
        mine = [
            each.workflow_id
            for each in found
            if each.workflow_id.startswith(f"{project}:") and each.status not in _UNDER_WAY
        ]
        if mine:
            await DBOS.delete_workflows_async(mine, delete_children=True)

    async def cancel(self, making_id: str) -> None:
        """Stop a making at its next step; what was paid for stays in the ledger."""
        await DBOS.cancel_workflows_async([making_id], cancel_children=True)

    async def state(self, making_id: str) -> str | None:
        """The engine's word for where a making is: ENQUEUED, PENDING, SUCCESS, ERROR, CANCELLED; or None."""
        found = await DBOS.list_workflows_async(workflow_ids=[making_id], load_input=False, load_output=False)
        return found[0].status if found else None

    async def close(self) -> None:
        """Stop; what was in flight goes on at the next launch."""
        global _engine, _studio
        _engine = None
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.wait([self._watcher])
        loop = asyncio.get_running_loop()
        # What is in flight stumbles over the closed engine, as it must; nobody needs to read that.
        logging.getLogger("dbos").setLevel(logging.CRITICAL)
        await asyncio.to_thread(DBOS.destroy)
        loop.set_default_executor(ThreadPoolExecutor(max_workers=4))  # destroy ends the loop's own
        left = tuple(_running)
        for task in left:  # only now, when the engine cannot write it down as failed any more
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)  # nobody works on when the stores are closed
        _studio = None


class Plain(Serializer):
    """JSON and nothing else: who can write the database cannot run code through it."""

    def serialize(self, data: Any) -> str:  # noqa: ANN401  the engine's signature
        return json.dumps(data, ensure_ascii=False, default=_as_text)

    def deserialize(self, serialized_data: str) -> Any:  # noqa: ANN401
        return json.loads(serialized_data, object_hook=_as_error)

    def name(self) -> str:
        return "plain_json"


def _as_text(value: object) -> dict[str, str]:
    if isinstance(value, BaseException):
        return {"__error__": type(value).__name__}
    raise TypeError(f"not plain JSON: {type(value).__name__}")


def _as_error(value: dict[str, Any]) -> object:
    return RuntimeError(value["__error__"]) if set(value) == {"__error__"} else value


def _prepare_sqlite(path: Path) -> None:
    """WAL once, and `unixepoch` where SQLite is older than 3.42 (the engine's statements need it)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    if sqlite3.sqlite_version_info < (3, 42, 0) and not sa.event.contains(sa.Engine, "connect", _teach):
        sa.event.listen(sa.Engine, "connect", _teach)


def _teach(connection: Any, _record: object) -> None:  # noqa: ANN401
    raw = getattr(connection, "driver_connection", connection)
    if isinstance(raw, sqlite3.Connection):
        raw.create_function("unixepoch", -1, _unixepoch)


def _unixepoch(*modifiers: str) -> float | int:
    return time.time() if modifiers == ("subsec",) else int(time.time())
