"""The camera: push, pull, hold or shake as directed, a small reframe at each question."""

import numpy as np

from pipeline.model import Timeline
from pipeline.puppet.curves import Stage
from pipeline.puppet.plate import Floats

_BASE = 1.04  # its resting zoom: leaves room to drift


def aim(stage: Stage, timeline: Timeline) -> None:
    """Add zoom and pan, with a little drift of a hand."""
    zoom = np.full_like(stage.time, _BASE)
    pan, side, shake = np.zeros_like(stage.time), 1, np.zeros_like(stage.time)
    for cue, after in zip(timeline.cues, [*timeline.cues[1:], None], strict=True):
        end = after.start if after is not None else timeline.seconds
        here = (stage.time >= cue.start - 0.2) & (stage.time < end - 0.2 if after is not None else True)
        part = np.clip((stage.time - np.float32(cue.start)) / np.float32(max(0.5, cue.end - cue.start)), 0, 1)
        if cue.speaker == "person":
            zoom[here], pan[here], side = _BASE + 0.008 * part[here], 0.006 * side, -side
            continue
        move = {"push": (0.01, 0.10), "pull": (0.10, 0.0), "shake": (0.05, 0.05), "hold": (0.012, 0.028)}
        low, high = move[cue.direction.camera]
        zoom[here] = _BASE + low + (high - low) * part[here]
        if cue.direction.camera == "shake":
            shake = shake + stage.hold(cue.start, cue.start + 0.35, 0.06, 0.4)
    stage.curves["zoom"] = _glide(zoom, stage.fps, 0.20)
    stage.add(
        "pan_x", _glide(pan, stage.fps, 0.25) + 0.0016 * stage.life(6) + 0.006 * shake * stage.life(8, 4, 6)
    )
    stage.add("pan_y", 0.0014 * stage.life(7) + 0.006 * shake * stage.life(9, 4, 6))


def _glide(values: Floats, fps: int, seconds: float) -> Floats:
    """Return the values with each sudden change made a glide (two smoothing passes, no overshoot)."""
    share, out = 1 - np.exp(-1 / (fps * seconds)), values.copy()
    for _ in range(2):
        now = float(out[0]) if len(out) else 0.0
        for index, value in enumerate(out):
            now += share * (float(value) - now)
            out[index] = now
    return out
