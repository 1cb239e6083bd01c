"""Progress on a terminal: a live table where there is one, plain lines elsewhere; both on stderr."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Protocol

from rich.console import Console
from rich.live import Live
from rich.table import Table

from bot.texts import say
from pipeline.progress import Progress, progress
from pipeline.studio import Studio
from storage import strides
from storage.model import Lang, Stride

_SECONDS = 0.3


class _Screen(Protocol):
    def show(self, rows: tuple[Stride, ...], state: Progress) -> None: ...


@contextlib.asynccontextmanager
async def shown(studio: Studio, making: str, console: Console, lang: Lang) -> AsyncIterator[None]:
    """Show a making's real steps while the block lasts."""
    with contextlib.ExitStack() as stack:
        screen: _Screen
        if console.is_terminal and not console.is_dumb_terminal:
            live = stack.enter_context(Live(console=console, refresh_per_second=4, transient=False))
            screen = _Table(live, lang)
        else:
            screen = _Lines(console, lang)
        watcher = asyncio.create_task(_watch(studio, making, screen))
        try:
            yield
        finally:
            watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watcher
            await _look(studio, making, screen, {})


async def _watch(studio: Studio, making: str, screen: _Screen) -> None:
    usual = await studio.usual_seconds(making)
    while True:
        await _look(studio, making, screen, usual)
        await asyncio.sleep(_SECONDS)


async def _look(studio: Studio, making: str, screen: _Screen, usual: dict[str, float]) -> None:
    rows = await strides.of(studio.db, making)
    screen.show(rows, progress(rows, usual, studio.clock()))


class _Table:
    """One line per step, rewritten in place."""

    def __init__(self, live: Live, lang: Lang) -> None:
        self._live = live
        self._lang = lang

    def show(self, rows: tuple[Stride, ...], state: Progress) -> None:
        table = Table.grid(padding=(0, 2))
        for row in rows:
            mark = {"waiting": "·", "running": "▸", "done": "✓", "failed": "✗"}[row.state]
            share = f"{row.fraction:.0%}" if row.state == "running" and row.fraction else _took(row)
            table.add_row(mark, say(f"step.{row.step}", self._lang), share)
        if state.left is not None:
            table.add_row("", _left(state.left, self._lang), "")
        self._live.update(table)


class _Lines:
    """One line when a step begins and one when it ends; a short one may do both between two looks."""

    def __init__(self, console: Console, lang: Lang) -> None:
        self._console = console
        self._lang = lang
        self._begun: set[str] = set()
        self._ended: set[str] = set()

    def show(self, rows: tuple[Stride, ...], state: Progress) -> None:
        for row in rows:
            name = say(f"step.{row.step}", self._lang)
            if row.state != "waiting" and row.step not in self._begun:
                self._begun.add(row.step)
                left = "" if state.left is None else f" · {_left(state.left, self._lang)}"
                self._say(f"▸ {name}{left}")
            if row.state in {"done", "failed"} and row.step not in self._ended:
                self._ended.add(row.step)
                self._say(f"{'✓' if row.state == 'done' else '✗'} {name} {_took(row)}".rstrip())

    def _say(self, line: str) -> None:
        self._console.print(line, highlight=False, markup=False, emoji=False, soft_wrap=True)


def _left(seconds: float, lang: Lang) -> str:
    return say("progress.left", lang, {"seconds": max(1, round(seconds))})


def _took(row: Stride) -> str:
    return f"{row.ended - row.started:.1f} s" if row.started and row.ended else ""
