"""Progress: what is said about the time left is what the strides bear out."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.progress import progress
from storage.model import Stride


def _stride(step: str, state: str, **more: float) -> Stride:
    return Stride.model_validate({"making": "m", "step": step, "state": state, "weight": 4.0, **more})


def test_waiting_and_running_steps_are_counted() -> None:
    """What is measured here beats the rough weight; a running step counts by what it has done."""
    rows = (
        _stride("look", "done", started=0.0, ended=2.0, fraction=1.0),
        _stride("animate", "running", started=2.0, fraction=0.25),
        _stride("cut", "waiting"),
        _stride("check", "waiting"),
    )
    state = progress(rows, {"cut": 10.0}, now=5.0)
    assert (state.done, state.running, state.waiting) == (("look",), ("animate",), ("cut", "check"))
    assert state.left == 3.0 * 0.75 / 0.25 + 10.0 + 4.0
    assert state.fraction == 5.0 / (5.0 + state.left)


def test_nothing_is_promised_before_the_start() -> None:
    """A making that waits in the queue has no time left yet."""
    state = progress((_stride("look", "waiting"),), {}, now=100.0)
    assert (state.left, state.fraction) == (None, 0.0)


def test_an_overrun_step_never_promises_the_past() -> None:
    """A step that takes longer than usual is expected to take longer still."""
    state = progress((_stride("cut", "running", started=0.0, fraction=0.0),), {}, now=10.0)
    assert state.left == (10.0 - 4.0) * 1.5


@given(st.floats(0.06, 1), st.floats(0, 1_000), st.floats(0.1, 1_000))
def test_time_left_is_never_negative(fraction: float, now: float, weight: float) -> None:
    """Whatever the clock says, the time left is none or more, and the fraction stays within 0 and 1."""
    row = Stride(making="m", step="s", state="running", weight=weight, started=0.0, fraction=fraction)
    state = progress((row,), {}, now)
    assert state.left is None or state.left >= 0
    assert 0 <= state.fraction <= 1
