"""The puppet: one photo brought to life, each picture a pure function of (frame, pet, tracks, number)."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.model import Box, Pet
from pipeline.puppet.aperture import slits
from pipeline.puppet.enlarged import TIMES, Enlarged, Part
from pipeline.puppet.eyes import Eye
from pipeline.puppet.head import Head, Pose, View
from pipeline.puppet.jaw import Jaw, gape
from pipeline.puppet.mouth import Mouth
from pipeline.puppet.plate import Bytes, Face, Floats, bounds, face, soft
from pipeline.puppet.serving import Serving
from pipeline.puppet.tabletop import Tabletop, beneath
from pipeline.puppet.tears import Tears
from pipeline.puppet.tracks import Tracks

_LEVELS = 60  # steps of openness that look different
_HELD = 0.65  # of what a head is raised to speak, the part it stays raised for a whole line
_KEPT = 24 * 2**20  # bytes of drawn patches that are kept


@dataclass(frozen=True)
class Other:
    """What a second pet does to the plate: how it bends it, and the parts it paints."""

    field: Floats
    painted: list[Part]


class Puppet:
    """One pet on one frame; drawing frames in any order, or in two processes, gives the same pictures."""

    def __init__(
        self,
        frame: NDArray[np.uint8],
        pet: Pet | None,
        *,
        floor: float | None = None,
        cached: bool = True,
        share: float = 1.0,
    ) -> None:
        """Take an RGB frame of the pane's size, the pet in its pixels, and the row under which is no photo.

        Without a mouth the body bobs; without eyes there are no blinks and no tears. `share` is its part of
        the frame's bending.
        """
        self._plate: Bytes = np.ascontiguousarray(frame)
        size = frame.shape[1], frame.shape[0]
        known = face(pet) if pet is not None and (pet.mouth is not None or pet.eyes is not None) else None
        self._mouth, top = _mouth(self._plate, known, floor, shared=share < 1)
        self._eyes = _eyes(self._plate, known)
        self._tears = Tears(known, self._eyes, size) if known is not None and self._eyes is not None else None
        self._head = Head(size, known, pet, share=share)
        # A photo that was enlarged to the plate has nothing to lose.
        self._large = None if soft(self._plate) else Enlarged(self._plate)
        self._serving = (
            Serving(self._plate, known, self._mouth, top)
            if known is not None and self._mouth is not None
            else None
        )
        self._drawn: OrderedDict[tuple[float, ...], Bytes] = OrderedDict()
        self._room = _KEPT if cached else 0

    def draw(self, tracks: Tracks, n: int) -> NDArray[np.uint8]:
        """Return picture `n`: RGB, the frame's size."""
        picture = self._plate.copy()
        self.paint(picture, tracks, n)
        return self.show(picture, tracks, n)

    @property
    def painted(self) -> list[Part]:
        """The parts of the plate that `paint` may change."""
        patches = [each.patch for each in (self._mouth, *(self._eyes or ())) if each is not None]
        parts = [patch.box for patch in patches if not patch.empty]
        return [*parts, *(self._tears.parts if self._tears else ())]

    def field(self, tracks: Tracks, n: int) -> Floats:
        """Return how the head bends the plate in a frame."""
        return self._head.field(self._pose(tracks, n))

    def show(self, picture: Bytes, tracks: Tracks, n: int, other: Other | None = None) -> Bytes:
        """Return the plate's picture with the head moved, through the camera, and what stands before it.

        `other` is what another pet does to the plate.
        """
        pose, view = self._pose(tracks, n), _view(tracks, n)
        beside = other.field if other else None
        if self._large is None:
            out = self._head.show(picture, pose, view, beside)
        else:
            large = self._large.of(picture, [*self.painted, *(other.painted if other else ())])
            out = self._head.show(large, pose, view, beside, TIMES)
        if self._serving is not None:
            mouth = self._head.seen([self._serving.eaten], pose, view)[0]
            self._serving.draw(out, self._head.camera(pose, view), mouth, tracks, n)
        return out

    def mouth_box(self, tracks: Tracks, n: int) -> Box | None:
        """Return where the mouth is on picture `n`, in its pixels; None where no mouth is known."""
        if self._mouth is None:
            return None
        outline = self._mouth.outline(*_lips(tracks, n))
        return bounds(self._head.seen(outline, self._pose(tracks, n), _view(tracks, n)))

    def paint(self, picture: Bytes, tracks: Tracks, n: int) -> None:
        """Draw mouth, eyes and tears onto the plate's picture as they are in a frame."""
        if self._mouth is not None:
            lips, mouth = _lips(tracks, n), self._mouth
            mouth.patch.put(picture, self._kept((0, *lips), lambda: mouth.draw(*lips)))
        for index, eye in enumerate(self._eyes or ()):
            self._eye(picture, index, eye, tracks, n)
        if self._tears is not None:
            self._tears.draw(picture, float(tracks.tears[n]), float(tracks.weep[n]), float(tracks.blink[n]))

    def _eye(self, picture: Bytes, index: int, eye: Eye, tracks: Tracks, n: int) -> None:
        if eye.patch.empty:
            return
        blink, brow = _level(tracks.blink[n], 25), _level(tracks.brow[n], 25)
        look = _level(tracks.gaze_x[n], 60), _level(tracks.gaze_y[n], 60)
        drawn = self._kept((1, index, blink, brow, *look), lambda: eye.draw(blink, look, brow))
        eye.patch.put(picture, drawn)

    def _pose(self, tracks: Tracks, n: int) -> Pose:
        """Return the head's stance; where a jaw has little room below, the head is raised to speak."""
        heave = 0.0
        if isinstance(self._mouth, Mouth):
            opened = float(tracks.open[n])
            heave = self._mouth.heave * (_HELD * max(opened, float(tracks.raised[n])) + (1 - _HELD) * opened)
        return Pose(
            x=float(tracks.x[n]),
            y=float(tracks.y[n]) - heave,
            tilt=float(tracks.tilt[n]),
            scale=float(tracks.scale[n]),
            breathe=float(tracks.breathe[n]),
            ears=float(tracks.ears[n]),
            chew=float(tracks.chew[n]),
            bob=float(tracks.bob[n]),
            turn=float(tracks.turn[n]),
            bow=float(tracks.bow[n]),
        )

    def _kept(self, key: tuple[float, ...], draw: Callable[[], Bytes]) -> Bytes:
        """Return a patch drawn before with the same figures, or draw it; the oldest are let go."""
        if key in self._drawn:
            self._drawn.move_to_end(key)
            return self._drawn[key]
        patch = draw()
        if patch.nbytes <= self._room:
            self._drawn[key] = patch
            self._room -= patch.nbytes
        while self._room < 0 or (self._drawn and self._room < patch.nbytes):
            self._room += self._drawn.popitem(last=False)[1].nbytes
        return patch


class Duet:
    """Two pets on one frame, each with its own tracks; the camera and the bun are the first one's."""

    def __init__(
        self, frame: NDArray[np.uint8], pets: tuple[Pet, Pet], *, floor: float | None = None
    ) -> None:
        """Take them as `Puppet` takes one; a table stands there only where the photo ends."""
        self._frame = frame
        self._first, self._second = (Puppet(frame, pet, floor=floor, share=0.5) for pet in pets)

    def draw(self, tracks: tuple[Tracks, Tracks], n: int) -> NDArray[np.uint8]:
        """Return picture `n`: RGB, the frame's size."""
        picture = self._frame.copy()
        self._first.paint(picture, tracks[0], n)
        self._second.paint(picture, tracks[1], n)
        other = Other(self._second.field(tracks[1], n), self._second.painted)
        return self._first.show(picture, tracks[0], n, other)

    def mouth_box(self, tracks: tuple[Tracks, Tracks], n: int) -> Box | None:
        """Return where the mouth is that speaks on picture `n`; the first one's when none does."""
        if tracks[1].open[n] > tracks[0].open[n]:
            return self._second.mouth_box(tracks[1], n)
        return self._first.mouth_box(tracks[0], n)


def _mouth(
    plate: Bytes, known: Face | None, floor: float | None, *, shared: bool
) -> tuple[Mouth | Jaw | None, Tabletop | None]:
    """Return the mouth, and the table before it: where the photo ends, or, for a bun, at the lower edge."""
    if known is None or known.mouth is None:
        return None, None
    rests = Tabletop(plate, floor, known.mouth.origin) if floor is not None else None
    opening = gape(plate, known, known.mouth) if known.pet.mouth_open else None
    made = (
        Jaw(plate, known.mouth, opening)
        if opening is not None
        else Mouth(plate, known, known.mouth, rests.edge if rests else None)
    )
    if made.patch.empty:
        return None, rests
    # Of two pets the other's chin may be lower: no table in front of it.
    return made, rests or (None if shared else beneath(plate, max(y for _, y in made.outline(1, 0, 0))))


def _eyes(plate: Bytes, known: Face | None) -> tuple[Eye, Eye] | None:
    if known is None or known.eyes is None:
        return None
    reach, both = 0.48 * known.span, slits(plate, known.eyes, known.span)
    # An eye that is not seen where its fellow is may be marked beside itself: a lid would cut through it.
    blinks = both[0].seen == both[1].seen
    left, right = (
        Eye(plate, slit, inner, reach / slit.axes.unit, blinks=blinks)
        for slit, inner in zip(both, (1, -1), strict=True)
    )
    return left, right


def _level(value: float, levels: int) -> float:
    return round(float(value) * levels) / levels


def _lips(tracks: Tracks, n: int) -> tuple[float, float, float]:
    return _level(tracks.open[n], _LEVELS), _level(tracks.wide[n], 3), _level(tracks.smile[n], 4)


def _view(tracks: Tracks, n: int) -> View:
    return View(float(tracks.zoom[n]), float(tracks.pan_x[n]), float(tracks.pan_y[n]))
