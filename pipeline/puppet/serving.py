"""What stands before the pet: a table where there is one, and the bun it holds in its paws."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.puppet import bun as buns
from pipeline.puppet.fur import coat
from pipeline.puppet.head import fixed
from pipeline.puppet.jaw import Jaw
from pipeline.puppet.mouth import Mouth
from pipeline.puppet.paw import Hold, Paws
from pipeline.puppet.plate import Bytes, Face, bounds
from pipeline.puppet.tabletop import Tabletop, dish
from pipeline.puppet.tracks import Tracks
from storage.model import Point


@dataclass(frozen=True)
class _Spot:
    """Where a frame's bun lies on the picture, where it is now, where paws hold it, and over what edge."""

    rest: Point
    at: Point
    held: Point
    edge: float


class Serving:
    """The table and the bun of one plate; `draw` is a pure function of its arguments."""

    def __init__(self, plate: Bytes, face: Face, mouth: Mouth | Jaw, top: Tabletop | None) -> None:
        """Take a plate, the face on it, its mouth, and its table; a lifted bun just covers the lips."""
        lips, opened = bounds(mouth.outline(0, 0, 0)), bounds(mouth.outline(1, 0, 0))
        half = max(mouth.axes.unit, lips.w / 2)
        middle = lips.x + lips.w / 2, lips.y + lips.h / 2
        self._top, self._high = top, plate.shape[0]
        self._table = buns.table(plate, middle, half, opened.y + opened.h, top.edge if top else None)
        fur = coat(plate, face, top.edge if top and top.rests else None)
        self._paws = Paws(fur, self._table.width)

    @property
    def eaten(self) -> Point:
        """Where on the plate the bun is when it is bitten."""
        return self._table.mouth

    def draw(self, picture: Bytes, camera: NDArray[np.float64], mouth: Point, tracks: Tracks, n: int) -> None:
        """Draw onto picture `n`, seen through `camera`, on which the bun is eaten at `mouth`."""
        camera = self._top.before(camera) if self._top else camera
        shown, lift, zoom = (float(track[n]) for track in (tracks.bun, tracks.lift, tracks.zoom))
        there, hold = shown > 0.001, Hold(shown if self._top else 1.0, lift, self._top is None)
        spot = self._spot(camera, mouth, shown, lift)
        if there:
            self._paws.behind(picture, spot.held, spot.edge, zoom, hold)
        if self._top is not None and (self._top.rests or bool(tracks.bun.any())):
            self._top.put(picture, camera)
        if not there:
            return
        width, light = self._table.width * zoom, self._table.light
        if self._table.dish:
            seat = spot.rest[0], spot.rest[1] + buns.SEAT * width
            dish(picture, seat, width, light=light, pressed=max(0.0, 1 - 3 * lift))
        bites = round(float(tracks.bites[n]))
        buns.put(picture, spot.at, width, bites, turn=-8 * lift, light=light)
        self._paws.before(picture, spot.held, spot.edge, zoom, hold)

    def _spot(self, camera: NDArray[np.float64], mouth: Point, shown: float, lift: float) -> _Spot:
        rest, held, edge = self._table.at(shown), self._table.rest, float(self._high)
        if self._top is None:
            held = rest  # it comes up in the paws
        else:
            edge = fixed((rest[0], self._top.edge), camera)[1]
            rest, held = fixed(rest, camera), fixed(held, camera)
        return _Spot(rest, buns.lifted(rest, mouth, lift), buns.lifted(held, mouth, lift), edge)
