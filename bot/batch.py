"""Writing together: what comes while a write is under way shares the next one, and its wait for the disk."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Batch(Generic[T, R]):
    """Hands single things on in groups; `work` gets the things in their order and returns a result for each.

    When a group fails, each of its things is tried alone, so that a bad one harms only itself.
    """

    def __init__(self, work: Callable[[Sequence[T]], Awaitable[Sequence[R]]], most: int = 100) -> None:
        self._work = work
        self._most = most
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._task: asyncio.Task[None] | None = None

    async def add(self, thing: T) -> R:
        """Return the result for one thing, once its group is through."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((thing, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._empty())
        return await future

    async def _empty(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            try:
                await self._settle(group)
            except Exception as error:  # noqa: BLE001  it goes to the one who waits, or to each alone
                if len(group) == 1:
                    _fail(group[0][1], error)
                    continue
                for each in group:
                    try:
                        await self._settle([each])
                    except Exception as own:  # noqa: BLE001
                        _fail(each[1], own)

    async def _settle(self, group: Sequence[tuple[T, asyncio.Future[R]]]) -> None:
        results = await self._work([thing for thing, _ in group])
        for (_, future), result in zip(group, results, strict=True):
            if not future.done():
                future.set_result(result)


def _fail(future: asyncio.Future[R], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
