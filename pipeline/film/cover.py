"""The cover: the pet in the middle of its last answer, mouth open, under the title."""

from pathlib import Path

import av
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image

from pipeline.film.atomic import replacing
from pipeline.model import Timeline, Track


def moment(timeline: Timeline, track: Track) -> int:
    """Return the number of the cover's frame: the widest open mouth in the pet's last line.

    The middle of that line where no mouth was seen; the film's middle where the pet says nothing.
    """
    answers = [cue for cue in timeline.cues if cue.speaker != "person"]
    if not answers:
        return timeline.frames // 2
    first, stop = (round(seconds * timeline.fps) for seconds in (answers[-1].start, answers[-1].end))
    open_ = {number: track.openness[number] for number in range(first, min(stop, len(track.openness)))}
    widest = max(open_, key=lambda number: (open_[number], -number), default=first)
    return widest if open_.get(widest, 0) > 0 else min((first + stop) // 2, timeline.frames - 1)


def write(path: Path, frame: av.VideoFrame) -> None:
    """Write a BT.709 frame as a JPEG, whole or not at all."""
    rgb = frame.reformat(format="rgb24", src_colorspace=Colorspace.ITU709, src_color_range=ColorRange.MPEG)
    with replacing(path) as part:
        Image.fromarray(rgb.to_ndarray()).save(part, "JPEG", quality=90)
