"""The facts all built-in vendors share."""

from pipeline.ports.facts import Facts


def home(model: str, *, whole_film: bool = False) -> Facts:
    """Free, and a repeat leaves nothing behind."""
    return Facts(vendor="builtin", model=model, free=True, whole_film=whole_film, source="this program")
