"""Hire: which vendors there are, which of them have a key, and in which order they are asked."""

from pipeline.hire.joining import hire, is_known, setting
from pipeline.hire.rows import Bench, Row

__all__ = ["Bench", "Row", "hire", "is_known", "setting"]
