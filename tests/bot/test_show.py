"""Progress on a terminal: what begins and ends is told once, in plain lines or in a table."""

import ast
import asyncio
import io
from pathlib import Path

import pytest
from rich.console import Console
from rich.text import Text

from bot.show import shown
from bot.texts import say
from storage import strides
from storage.model import Lang
from tests.house.checkout import modules, tree
from tests.pipeline.house import studio

MAKING = "prj-1:film:1"
LANGS: tuple[Lang, ...] = ("zh", "en")
STEPS = {"look": 2.0, "write": 1.0, "cut": 5.0, "tell": 1.0}


class Paper(io.StringIO):
    """What is printed; `marked` is set by the first step that is ticked off, from whatever thread."""

    def __init__(self) -> None:
        super().__init__()
        self.marked = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def write(self, words: str) -> int:
        """Write, and notice a tick."""
        if "✓" in words:
            self._loop.call_soon_threadsafe(self.marked.set)
        return super().write(words)


async def _shown(console: Console, paper: Paper, folder: Path, lang: Lang) -> None:
    """Run a making that looks, writes twice because of a crash, fails to cut and never comes to telling."""
    async with studio(folder, clock=lambda: 1_010.0) as made:
        await strides.plan(made.db, MAKING, STEPS)
        async with shown(made, MAKING, console, lang):
            await strides.begin(made.db, MAKING, "look", 1_000.0)
            await strides.end(made.db, MAKING, "look", "done", 1_001.5)
            async with asyncio.timeout(10):
                await paper.marked.wait()  # the watcher has said that, and must not say it again
            for began in (1_002.0, 1_004.0):
                await strides.begin(made.db, MAKING, "write", began)
            await strides.end(made.db, MAKING, "write", "done", 1_006.0)
            await strides.begin(made.db, MAKING, "cut", 1_006.0)
            await strides.end(made.db, MAKING, "cut", "failed", 1_009.0)


@pytest.mark.parametrize("lang", LANGS)
async def test_each_step_begins_and_ends_once_in_plain_lines(tmp_path: Path, lang: Lang) -> None:
    """Protects logs and pipes: two lines per step that ran, in order, however short it was."""
    paper = Paper()
    await _shown(Console(file=paper, width=20), paper, tmp_path, lang)
    lines = [line.partition(" · ")[0] for line in paper.getvalue().splitlines()]
    look, write, cut = (say(f"step.{step}", lang) for step in ("look", "write", "cut"))
    assert lines == [
        f"▸ {look}",
        f"✓ {look} 1.5 s",
        f"▸ {write}",
        f"✓ {write} 2.0 s",
        f"▸ {cut}",
        f"✗ {cut} 3.0 s",
    ]


async def test_a_dumb_terminal_gets_plain_lines(tmp_path: Path) -> None:
    """Protects terminals that cannot move up: nothing is drawn over, no control codes are sent."""
    paper = Paper()
    console = Console(file=paper, force_terminal=True, _environ={"TERM": "dumb"})
    await _shown(console, paper, tmp_path, "en")
    assert "\x1b[1A" not in paper.getvalue()
    assert [paper.getvalue().count(mark) for mark in "▸✓✗"] == [3, 2, 1]


@pytest.mark.parametrize("lang", LANGS)
async def test_a_terminal_gets_a_table(tmp_path: Path, lang: Lang) -> None:
    """Protects the live view: every planned step is in the last picture, with its mark and its seconds."""
    paper = Paper()
    console = Console(file=paper, force_terminal=True, width=80, height=30, _environ={"TERM": "xterm"})
    await _shown(console, paper, tmp_path, lang)
    plain = [line.split() for line in Text.from_ansi(paper.getvalue()).plain.splitlines() if line.strip()]
    states = (("✓", "look", "1.5 s"), ("✓", "write", "2.0 s"), ("✗", "cut", "3.0 s"), ("·", "tell", ""))
    rows = [f"{mark} {say(f'step.{step}', lang)} {took}".split() for mark, step, took in states]
    found = [row for row in rows if row in plain]
    assert found == rows


def test_every_step_has_a_name() -> None:
    """Protects the watcher, which cannot show a step without one: both languages name every verb."""
    verbs = [
        node.name
        for file in modules("pipeline")
        if file.parent.name == "steps"
        for node in tree(file).body
        if isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_")
    ]
    assert len(verbs) > 8
    for lang in LANGS:
        assert all(say(f"step.{verb}", lang) for verb in verbs)
