"""How far a making is and how long it still takes, told honestly: pure, from its strides."""

from collections.abc import Mapping, Sequence

from storage.model import Noun, Stride

_PATIENCE = 1.5  # a step that overran its estimate is expected to need this share of the overrun again


class Progress(Noun):
    """`left` in seconds; None when nothing is known to be left or nothing has started."""

    done: tuple[str, ...]
    running: tuple[str, ...]
    waiting: tuple[str, ...]
    fraction: float
    left: float | None


def progress(strides: Sequence[Stride], typical: Mapping[str, float], now: float) -> Progress:
    """Return how a making stands.

    Args:
        typical: seconds such a step usually takes; a stride's own rough weight where nothing was measured.
    """
    seconds = {stride.step: typical.get(stride.step) or stride.weight for stride in strides}
    left = sum(_left(stride, seconds[stride.step], now) for stride in strides)
    spent = sum(_spent(stride, now) for stride in strides)
    names: dict[str, list[str]] = {"done": [], "running": [], "waiting": []}
    for stride in strides:
        names.get(stride.state, names["done"]).append(stride.step)
    started = any(stride.state != "waiting" for stride in strides)
    return Progress(
        done=tuple(names["done"]),
        running=tuple(names["running"]),
        waiting=tuple(names["waiting"]),
        fraction=spent / (spent + left) if spent + left else 0.0,
        left=left if started and left > 0 else None,
    )


def _left(stride: Stride, seconds: float, now: float) -> float:
    if stride.state in {"done", "failed"}:
        return 0.0
    if stride.state == "waiting" or stride.started is None:
        return seconds
    spent = now - stride.started
    if stride.fraction > 0.05:  # enough done to measure by: the rest takes as long as the start did
        return spent * (1 - stride.fraction) / stride.fraction
    return seconds - spent if spent < seconds else (spent - seconds) * _PATIENCE


def _spent(stride: Stride, now: float) -> float:
    if stride.started is None:
        return 0.0
    return max(0.0, (stride.ended or now) - stride.started)
