"""The tracks: what every part of the puppet does in each frame of a film, before anything is drawn."""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.model import Pet, Timeline
from pipeline.puppet import acting, lipsync
from pipeline.puppet.plate import Floats, face
from storage.model import Speaker


@dataclass(frozen=True)
class Tracks:
    """One value per frame in each array.

    open 0 to 1, wide and smile -1 to 1: the mouth. blink 0 to 1 (below 0: widened), gaze_x and gaze_y in eye
    radii, brow 0 to 1. x, y, bob in eye distances, tilt in degrees, turn (to the right as seen) and bow in
    radians, scale as a part, raised 1 from before a line until after it: the head. breathe, ears, chew about
    -1 to 1. tears: seconds since they began (-1: none), weep 0 to 1. bun: 0 away, 1 on the table; lift 1 at
    the mouth; bites taken. zoom 1 or more, pan_x and pan_y in picture widths: the camera.
    """

    open: Floats
    wide: Floats
    smile: Floats
    blink: Floats
    gaze_x: Floats
    gaze_y: Floats
    brow: Floats
    x: Floats
    y: Floats
    tilt: Floats
    raised: Floats
    turn: Floats
    bow: Floats
    scale: Floats
    breathe: Floats
    ears: Floats
    chew: Floats
    bob: Floats
    tears: Floats
    weep: Floats
    bun: Floats
    lift: Floats
    bites: Floats
    zoom: Floats
    pan_x: Floats
    pan_y: Floats

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.open)


def still(frames: int) -> Tracks:
    """Return tracks in which nothing moves: the photo as it is."""
    values = {field.name: np.zeros(frames, np.float32) for field in fields(Tracks)}
    values["tears"] -= 1
    values["zoom"] += 1
    return Tracks(**values)


def play(
    sound: NDArray[np.float32],
    hertz: int,
    timeline: Timeline,
    pet: Pet | None,
    part: int = 0,
    toward: int | None = None,
) -> Tracks:
    """Return how the pet plays a film: the mouth from the sound, the rest from the cues' directions.

    Args:
        sound: mono, the pet's lines only, laid out in film time with silence elsewhere.
        hertz: its sampling rate, 16 000 or more.
        timeline: cues with their directions.
        pet: on the frame; without a mouth the body bobs to the voice, without eyes no blinks, no tears.
        part: of several pets on one picture, which.
        toward: the side on which the others are, 1 the right as seen; without it, where the pet looks.
    """
    frames, fps = timeline.frames, timeline.fps
    spans = [(cue.start, cue.end) for cue in timeline.cues if cue.speaker != "person"]
    openness, wide = lipsync.openings(sound, hertz, frames, fps, spans)
    loud = lipsync.loudness(sound, hertz, frames, fps)
    moved = acting.act(timeline, loud, part, toward or _facing(pet))
    if pet is None or pet.mouth is None:
        shut = np.zeros(frames, np.float32)
        bob = np.asarray(0.55 * loud + 0.45 * openness, np.float32)
        moved |= {"bob": _soft(bob, fps), "chew": shut, "bun": shut, "lift": shut, "bites": shut}
        openness, wide = shut, shut
    if pet is None or pet.eyes is None:
        zero = np.zeros(frames, np.float32)
        moved |= {
            "blink": zero,
            "gaze_x": zero,
            "gaze_y": zero,
            "brow": zero,
            "weep": zero,
            "tears": zero - 1,
        }
    return replace(still(frames), open=openness, wide=wide, **moved)


def play_both(
    sounds: tuple[NDArray[np.float32], NDArray[np.float32]],
    hertz: int,
    timeline: Timeline,
    pets: tuple[Pet, Pet],
) -> tuple[Tracks, Tracks]:
    """Return how two pets play a film: each speaks its own lines and looks at the other while it listens.

    The camera and the bun are the first one's; `sounds` are each one's lines as `play` takes them.
    """
    cast: tuple[Speaker, Speaker] = "pet", "pet2"
    way = 1 if pets[0].box.x + pets[0].box.w / 2 < pets[1].box.x + pets[1].box.w / 2 else -1
    first, second = (
        play(sound, hertz, _as_heard_by(speaker, timeline), pet, part, -way if part else way)
        for part, (sound, speaker, pet) in enumerate(zip(sounds, cast, pets, strict=True))
    )
    camera = acting.act(timeline, np.zeros(timeline.frames, np.float32))
    seen = {name: camera[name] for name in ("zoom", "pan_x", "pan_y")}
    none = np.zeros(timeline.frames, np.float32)
    return replace(first, **seen), replace(second, bun=none, lift=none, bites=none, chew=none, **seen)


def _facing(pet: Pet | None) -> int:
    """Return the side to which a pet looks on the photo, 1 the right as seen, or from the front."""
    return -1 if pet is not None and face(pet).aside < -0.05 else 1


def _as_heard_by(speaker: Speaker, timeline: Timeline) -> Timeline:
    """Return the film as one of two pets plays it: whoever else speaks is listened to."""
    cues = (
        cue.model_copy(update={"speaker": "pet" if cue.speaker == speaker else "person"})
        for cue in timeline.cues
    )
    return timeline.model_copy(update={"cues": tuple(cues)})


def _soft(values: Floats, fps: int) -> Floats:
    width = max(3, round(0.12 * fps) | 1)
    kernel = np.hanning(width + 2)[1:-1]
    return np.convolve(np.pad(values, width // 2, mode="edge"), kernel / kernel.sum(), "valid").astype(
        np.float32
    )
