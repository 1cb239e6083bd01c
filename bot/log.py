"""Logs: constant event names, values as fields, never what people sent."""

import logging
import sys
import traceback
from types import TracebackType

import structlog
from structlog.typing import EventDict, WrappedLogger


def configure(level: int = logging.WARNING) -> None:
    """Send log lines to stderr; commands that end with one clear sentence keep all but errors quiet."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            _where_it_broke,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    logging.getLogger("dbos").setLevel(level)
    # What dotenv warns of, `settings.complaints` says in the person's language.
    logging.getLogger("dotenv").setLevel(logging.ERROR)


def _where_it_broke(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Put an error's class and place in place of its words, which may repeat what somebody sent or a key."""
    raised = event.pop("exc_info", None)
    error = sys.exception() if raised is True else raised[1] if isinstance(raised, tuple) else raised
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["at"] = _places(error.__traceback__)
    return event


def _places(trace: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
