"""Writing: how scripts are asked for, read and put right, whichever model is asked."""

from pipeline.writing.hosted import Hosted

__all__ = ["Hosted"]
