"""Sounds as the rooms share them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from pipeline.model import Span, Timeline

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Role = Literal["pet", "person"]
HERTZ = 48_000


def by_cue(
    timeline: Timeline, role: Role, whole: "NDArray[np.float32]", spans: Sequence[Span]
) -> "dict[int, NDArray[np.float32]]":
    """Each cue's own sound, cut out of the role's one take."""
    cues = [cue.index for cue in timeline.cues if (cue.speaker == "person") == (role == "person")]
    cuts = [whole[round(start * HERTZ) : round(end * HERTZ)] for start, end in spans]
    return dict(zip(cues, cuts, strict=True))


def mono(samples: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """All channels as one: (n, channels) becomes (n,)."""
    mixed: NDArray[np.float32] = samples.mean(axis=1)
    return mixed
