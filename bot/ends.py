"""How a command ends: its work run through or put away, its no said in one clear line, its exit code."""

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import typer

from bot import log, settings
from bot.texts import known, say
from pipeline.ports.errors import Trouble
from storage.errors import StorageError
from storage.model import Lang

T = TypeVar("T")


def run_to_end(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end; when told to stop or hung up on, everything is put away as after Ctrl-C.

    Raises:
        KeyboardInterrupt: it was stopped.
    """

    async def stoppable() -> T:
        task = asyncio.current_task()
        assert task is not None
        for sign in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(sign) is not signal.SIG_IGN:  # as under nohup
                asyncio.get_running_loop().add_signal_handler(sign, task.cancel)
        return await work

    try:
        return asyncio.run(stoppable())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


def told(begin: Callable[[], int], lang: Lang, *, kept: bool = False) -> int:
    """Run a command; whatever it says no with becomes one clear line on stderr and exit code 1.

    `kept`: what was made before a stop is still there for the next time.
    """
    log.configure(logging.ERROR)
    # Who is stopped while rows are read stops their connection too; that is no news.
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
    for key, fields in settings.complaints():
        typer.echo(say(key, lang, fields), err=True)
    try:
        return begin()
    except (Trouble, StorageError) as trouble:
        key = trouble.key if known(trouble.key) else "trouble.unknown"
        typer.echo(say(key, lang, {"key": trouble.key, **trouble.fields}), err=True)
    except KeyboardInterrupt:
        typer.echo(say("stopped.kept" if kept else "stopped", lang), err=True)
    return 1
