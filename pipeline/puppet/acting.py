"""Acting: from the cues and their directions to the motion of head, eyes, bun and camera.

Every gesture is a smooth curve of time laid on the others; a little band-limited noise, seeded from
constants, keeps everything alive in between. While the person speaks the pet listens.
"""

import numpy as np

from pipeline.model import Cue, Timeline
from pipeline.puppet.aim import aim
from pipeline.puppet.curves import APART, Stage
from pipeline.puppet.eyes import blinks, wander
from pipeline.puppet.plate import Floats, smooth

_LISTEN_AFTER = 0.15  # seconds into the person's line
_TILT = 5.0  # degrees of a listening head
_LOOK = 0.20  # radians it turns to who speaks
_BREATH = 2.3  # seconds a breath takes
_COMES = 0.7  # seconds in which a bun comes along the table and is taken hold of
_BITE = 0.62  # seconds a bite takes, from table to mouth to table


def act(timeline: Timeline, loud: Floats, part: int = 0, toward: int = 1) -> dict[str, Floats]:
    """Return every track but the mouth's opening, by name; `loud` is the slow loudness of the pet's voice.

    `part` tells pets on one picture apart: they do not blink and breathe together. `toward` is the side on
    which the others are who speak, 1 the right as seen.
    """
    time = (np.arange(timeline.frames, dtype=np.float32) + np.float32(0.5)) / np.float32(timeline.fps)
    stage = Stage(time, timeline.fps, part)
    _live(stage, timeline, loud)
    side = 1
    for cue in timeline.cues:
        if cue.speaker == "person":
            _listen(stage, cue, side, toward)
            side = -side
    pets = [cue for cue in timeline.cues if cue.speaker != "person"]
    for cue in pets:
        raised = stage.hold(cue.start - 0.35, cue.end + 0.10, 0.35, 0.40)
        stage.curves["raised"] = np.maximum(stage.of("raised"), raised)
        _feel(stage, cue, side, toward)
        _gesture(stage, cue, cue is pets[-1])
        side = -side
    _weep(stage, pets)
    _eat(stage, pets)
    aim(stage, timeline)
    stage.curves["blink"] = np.clip(stage.of("blink"), -0.2, 1)
    stage.curves["brow"] = np.clip(stage.of("brow"), 0, 1)
    stage.curves["smile"] = np.clip(stage.of("smile"), -1, 1)
    for name in ("gaze_x", "gaze_y"):
        stage.curves[name] = np.clip(stage.of(name), -0.15, 0.15)
    return stage.curves


def _live(stage: Stage, timeline: Timeline, loud: Floats) -> None:
    """Breathing, blinking, glances, small drifts, nods with the voice: what never stops."""
    time, own = stage.time, APART * stage.part
    stage.add("breathe", np.sin(2 * np.pi * time / np.float32(_BREATH) + 2 * stage.part))
    stage.add("blink", blinks(timeline.seconds, timeline.fps, 41 + own)[: len(time)])
    stage.add("gaze_x", 0.06 * wander(len(time), timeline.fps, 51 + own))
    stage.add("gaze_y", 0.03 * wander(len(time), timeline.fps, 53 + own))
    stage.add("x", 0.010 * stage.life(1))
    stage.add("y", 0.006 * stage.life(2) + 0.022 * (loud - 0.3) * (loud > 0.3))
    stage.add("turn", 0.035 * stage.life(10, 0.15, 0.5))
    stage.add("bow", 0.012 * stage.life(11, 0.2, 0.6) + 0.07 * (loud - 0.3) * (loud > 0.3))
    stage.add("tilt", 0.55 * stage.life(3))
    stage.add("scale", 0.003 * stage.life(4))
    stage.add("ears", 0.12 * stage.life(5))


def _listen(stage: Stage, cue: Cue, side: int, toward: int) -> None:
    """Look to whoever speaks, tilt the head, prick the ears and nod a little."""
    held = stage.hold(cue.start + _LISTEN_AFTER, cue.end + 0.05, 0.40, 0.40)
    # The eyes are there first; the head follows.
    stage.add("gaze_x", 0.09 * toward * stage.hold(cue.start + 0.05, cue.end, 0.12, 0.25))
    stage.add("turn", _LOOK * toward * held)
    stage.add("tilt", side * _TILT * held)
    stage.add("ears", 0.8 * held)
    stage.add("x", 0.015 * side * held)
    stage.add("y", 0.008 * held * np.sin(2 * np.pi * 0.8 * (stage.time - np.float32(cue.start))))


def _feel(stage: Stage, cue: Cue, side: int, toward: int) -> None:
    """Wear the line's emotion from a little before it until after it."""
    held, time = stage.hold(cue.start - 0.30, cue.end + 0.10), stage.time - np.float32(cue.start)
    match cue.direction.emotion:
        case "happy":
            worn = {"smile": 0.9, "ears": 0.5, "tilt": 1.5 * np.sin(2 * np.pi * 0.75 * time)}
            worn["y"] = -0.014 * np.abs(np.sin(2 * np.pi * 1.1 * time))
            worn["turn"] = 0.08 * np.sin(2 * np.pi * 0.55 * time + 0.6)
        case "sad":
            worn = {"brow": 0.75, "smile": -0.7, "ears": -0.6, "y": 0.020, "gaze_y": 0.06, "tilt": 1.5 * side}
            worn |= {"bow": 0.12, "turn": -0.10 * toward}
        case "crying":
            sob = np.sin(2 * np.pi * 3.1 * time) * np.maximum(0, np.sin(2 * np.pi * 0.55 * time + 0.4))
            worn = {"brow": 1.0, "smile": -0.8, "ears": -0.8, "y": 0.020 + 0.009 * sob}
            worn["tilt"] = 1.2 * np.sin(2 * np.pi * 0.6 * time)
            worn["turn"] = 0.09 * np.sin(2 * np.pi * 0.45 * time)
        case "proud":
            worn = {"smile": 0.5, "ears": 0.5, "y": -0.030, "scale": 0.018, "blink": 0.16}
            worn |= {"bow": -0.14, "turn": -0.12 * toward}
        case "sly":
            worn = {
                "smile": 0.8,
                "gaze_x": 0.10 * side,
                "blink": 0.34,
                "tilt": -3.0 * side,
                "turn": -0.16 * side,
            }
        case "shocked":
            start = np.exp(-np.maximum(0, time) / 0.5)
            worn = {"blink": -0.2, "ears": 1.0, "brow": 0.5, "y": -0.03, "scale": 0.01 + 0.03 * start}
        case "calm":
            worn = {}
    for name, amount in worn.items():
        stage.add(name, held * np.asarray(amount, np.float32))


def _gesture(stage: Stage, cue: Cue, last: bool) -> None:
    """Play the line's action; `last` puts a hop on the punchline's end instead of its start."""
    start = cue.start
    match cue.direction.action:
        case "nod":
            wave = np.maximum(0, np.sin(2 * np.pi * 1.9 * (stage.time - np.float32(start))))
            held = stage.hold(start, start + 0.95, 0.1, 0.1)
            stage.add("y", 0.030 * wave * held)
            stage.add("bow", 0.22 * wave * held)
        case "shake":
            wave = np.sin(2 * np.pi * 2.0 * (stage.time - np.float32(start)))
            held = stage.hold(start, start + 1.0, 0.1, 0.3)
            stage.add("x", 0.015 * wave * held)
            stage.add("turn", 0.26 * wave * held)
        case "tilt":
            stage.add("tilt", 5.5 * stage.hold(start - 0.1, cue.end, 0.35, 0.4))
        case "hop":
            at = max(start, cue.end - 0.75) if last else start
            # Two arcs, the second lower; before, between and after them the body gives way a little.
            first, second = (stage.time - np.float32(at)) / 0.36, (stage.time - np.float32(at + 0.40)) / 0.30
            for part, high in ((first, 0.105), (second, 0.055)):
                stage.add("y", np.asarray(-high * np.maximum(0, 4 * part * (1 - part)), np.float32))
            for landing, depth in ((at - 0.06, 0.022), (at + 0.38, 0.026), (at + 0.72, 0.016)):
                stage.add("y", depth * np.exp(-(((stage.time - np.float32(landing)) / 0.055) ** 2)))
            stage.add("ears", 0.7 * stage.hold(at, at + 0.55, 0.1, 0.25))
        case "lean":
            held = stage.hold(start - 0.1, cue.end, 0.5, 0.5)
            stage.add("scale", 0.05 * held)
            stage.add("y", 0.025 * held)
        case "bite" | "none":
            pass


def _weep(stage: Stage, pets: list[Cue]) -> None:
    crying = [cue for cue in pets if cue.direction.emotion == "crying"]
    if not crying:
        stage.curves["tears"] = np.full_like(stage.time, -1)
        return
    began = crying[0].start - 0.7
    strength = np.zeros_like(stage.time)
    for cue, after in zip(crying, [*crying[1:], None], strict=True):
        near = after is not None and after.start - cue.end < 6
        end = after.start if near and after is not None else cue.end + 1.2
        strength = np.maximum(strength, stage.hold(cue.start - 0.7, end, 0.5, 1.0))
    stage.curves["tears"] = np.where(stage.time >= began, stage.time - np.float32(began), -1).astype(
        np.float32
    )
    stage.curves["weep"] = strength


def _eat(stage: Stage, pets: list[Cue]) -> None:
    """Bring the bun, and bite it before each line that asks for it, or after it where there is no time."""
    eaten = [cue for cue in pets if cue.direction.action == "bite"]
    shown = [cue for cue in pets if cue.direction.prop == "bun" or cue in eaten]
    if not shown:
        return
    times, free = [], 0.35
    for cue in pets:
        if cue in eaten:
            times.append(cue.start - 0.36 if cue.start - 0.36 - _BITE / 2 > free else cue.end + 0.55)
        free = cue.end + 0.1
    came = min([shown[0].start - 1.2, *(time - _BITE / 2 - _COMES for time in times)])
    stage.add("bun", smooth(stage.time, came, came + _COMES) if came > 0.2 else np.ones_like(stage.time))
    for time in times:
        lift = stage.hold(time - 0.42, time + 0.06, 0.36, 0.34)
        stage.add("lift", lift)
        stage.add("y", 0.035 * stage.hold(time - 0.12, time + 0.02, 0.12, 0.16))
        stage.add("bites", (stage.time >= time).astype(np.float32))
        wave = np.sin(2 * np.pi * 2.6 * (stage.time - np.float32(time + 0.2)))
        quiet = np.ones_like(stage.time)
        for cue in pets:
            quiet = quiet * (1 - stage.hold(cue.start - 0.15, cue.end, 0.1, 0.1))
        stage.add("chew", wave * stage.hold(time + 0.1, time + 1.3, 0.15, 0.3) * quiet)
    stage.curves["lift"] = np.clip(stage.of("lift"), 0, 1)
