"""Logs: constant event names, values as fields, never what people sent."""

import logging
import sys

import structlog


def configure(level: int = logging.WARNING) -> None:
    """Send log lines to stderr; commands that end with one clear sentence keep all but errors quiet."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    logging.getLogger("dbos").setLevel(level)
