"""The first frame: the photo made to fill the picture's place in the film."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.model import Box, Framed, Layout, Pet, Sight
from pipeline.puppet import photo, rescue, saliency
from pipeline.puppet.composition import Composition, arranged, composed
from pipeline.puppet.place import Place

Picture = NDArray[np.uint8]

_LOOKED_AT = 640
_EMPTY = 0.02
_SOFT = 2.2
_SMOOTH = 1.5  # levels of fine detail that a background out of focus may have


def frame(
    path: Path, sight: Sight, weights: Path | None, out: Path, width: int = 720, height: int = 1280
) -> Framed:
    """Write the first frame as a PNG of exactly the pane's size; return the layout and the pet on it.

    Args:
        path: the photo as it was sent.
        sight: what was seen on it; the first pet speaks.
        weights: of the saliency net; without them nothing is ever mirrored.
        out: where the PNG goes.
        width, height: of the film, in pixels.

    Raises:
        BadInput: the photo cannot be used.
    """
    pet = sight.pets[0] if sight.pets else None
    subject = _Subject(path, sight, weights)
    centre = None if pet else subject.box()
    second = next((other for other in sight.pets[1:] if other.found and pet and pet.found), None)
    canvas = width, height
    composition = composed(sight.width, sight.height, pet, centre, canvas, subject.empty, second)
    layout = arranged(composition, width, height)
    picture, scaled = source(path, sight.width, sight.height, layout, composition)
    dark = rescue.is_dark(picture)
    if dark:
        picture = rescue.rescue(picture, scaled.put_box(pet.box) if pet else None)
    pane = painted(picture, scaled, layout, composition)
    Image.fromarray(pane).save(out, "PNG")
    there = composition.place(layout)
    notes = [key for key, holds in (("frame.rescued", dark), ("frame.soft", there.scale > _SOFT)) if holds]
    played = there.put_pet(_sure(pet)) if pet else None
    others = tuple(there.put_box(other.box) for other in sight.pets[1:])
    return Framed(
        layout=layout,
        pet=played,
        others=others,
        second=_whole(there.put_pet(second), layout) if second else None,
        floor=_floor(sight.height, composition, layout),
        rescued=dark,
        notes=tuple(notes),
    )


def _whole(pet: Pet, layout: Layout) -> Pet | None:
    """Return the pet when its face is on the pane."""
    face = [*(pet.eyes or ()), *([pet.mouth] if pet.mouth else [])]
    inside = all(0 <= x < layout.pane.w and 0 <= y < 0.97 * layout.pane.h for x, y in face)
    return pet if face and inside else None


def _floor(high: int, composition: Composition, layout: Layout) -> float | None:
    """Return the row of a card's pane at which the photo ends, where it ends above the pane's last rows."""
    last = composition.place(layout).put((0.0, float(high)))[1]
    return last if composition.kind == "card" and last < layout.pane.h - 2 else None


def _sure(pet: Pet) -> Pet:
    """Return the pet with only what may be animated: a guess at a face must not open, blink or weep."""
    unknown = {"eyes": None, "eye_radius": None, "nose": None, "mouth": None, "lip": (), "mouth_open": None}
    return pet if pet.found else pet.model_copy(update=unknown)


class _Subject:
    """Where the subject is, worked out only when the composition asks."""

    def __init__(self, path: Path, sight: Sight, weights: Path | None) -> None:
        self._path, self._weights = path, weights
        self._boxes = tuple(pet.box for pet in sight.pets)
        self._wide, self._high = sight.width, sight.height
        self._mask: NDArray[np.float32] | None = None

    def box(self) -> Box | None:
        """Return the rectangle around the subject, in the photo's pixels; None when it is unclear."""
        mask = self._seen()
        if mask is None:
            return None
        ys, xs = np.nonzero(mask > 0.5)
        if not 0.02 * mask.size < len(xs) < 0.8 * mask.size:
            return None
        left, right = np.percentile(xs, (2, 98))
        top, bottom = np.percentile(ys, (2, 98))
        back = Place(self._wide / mask.shape[1])
        return back.put_box(Box(x=float(left), y=float(top), w=float(right - left), h=float(bottom - top)))

    def empty(self, strip: Box) -> bool:
        """Tell whether a strip of the photo surely holds no part of the subject."""
        mask = self._seen()
        if mask is None or any(strip.common(box) > 0 for box in self._boxes):
            return False
        small = Place(mask.shape[1] / self._wide).put_box(strip)
        rows = slice(int(small.y), int(np.ceil(small.y + small.h)))
        columns = slice(int(small.x), int(np.ceil(small.x + small.w)))
        return float((mask[rows, columns] > 0.3).mean()) < _EMPTY

    def _seen(self) -> NDArray[np.float32] | None:
        if self._mask is None and self._weights is not None:
            picture = photo.upright(self._path, _LOOKED_AT)
            if rescue.is_dark(picture):
                picture = rescue.rescue(picture)
            self._mask = saliency.mask(picture, self._weights)
        return self._mask


def source(
    path: Path, wide: int, high: int, layout: Layout, composition: Composition
) -> tuple[Picture, Place]:
    """Return the photo decoded no larger than the pane needs, and where full-size pixels lie in it."""
    needed = max(wide, high) * composition.place(layout).scale
    picture = photo.upright(path, int(np.ceil(needed * 1.2)))
    return picture, Place(picture.shape[1] / wide)


def painted(picture: Picture, source: Place, layout: Layout, composition: Composition) -> Picture:
    """Return the pane: the part scaled to it, its missing edges filled."""
    wide, high = round(layout.pane.w), round(layout.pane.h)
    scale = wide / source.put_box(composition.part).w
    part = source.put_box(composition.part)
    matrix = np.array(
        [[scale, 0, -part.x * scale + 0.5 * scale - 0.5], [0, scale, -part.y * scale + 0.5 * scale - 0.5]]
    )
    soft = cv2.GaussianBlur(picture, (0, 0), 0.35 / scale) if scale < 0.8 else picture
    pane = cv2.warpAffine(soft, matrix, (wide, high), flags=cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT)
    pane = _sharpened(np.asarray(pane, np.uint8), scale)
    top = -part.y * scale
    bottom = top + picture.shape[0] * scale
    return _drawn_out(pane, bottom) if composition.kind == "card" else _melted(pane, top, bottom)


def _sharpened(pane: Picture, scale: float) -> Picture:
    """Return the enlarged picture with edges lifted a little (unsharp mask on lightness)."""
    if scale <= 1.05:
        return pane
    light, red, blue = cv2.split(cv2.cvtColor(pane, cv2.COLOR_RGB2YCrCb))
    spread, amount = 0.55 * scale, 0.40
    lifted = cv2.addWeighted(light, 1 + amount, cv2.GaussianBlur(light, (0, 0), spread), -amount, 0)
    return np.asarray(cv2.cvtColor(cv2.merge([lifted, red, blue]), cv2.COLOR_YCrCb2RGB), np.uint8)


def _drawn_out(pane: Picture, last: float) -> Picture:
    """Return the pane with its last real rows drawn out downwards, for a chin that the photo cuts off.

    Not mirrored, which would show the lips again: the colours go on, as rough as the fur they come from.
    """
    high, wide = pane.shape[:2]
    edge = int(last) - 2
    if edge >= high - 2:
        return pane
    unit = wide / 720
    soft = round(10 * unit)  # over so many real rows the picture goes over into its continuation
    real = pane[:edge].astype(np.float32)
    row, rough = _last_row(real[-3 * soft :], unit)
    far = cv2.GaussianBlur(row.repeat(3, axis=0), (0, 0), 60 * unit)[1]
    depth = np.linspace(0, 1, high - edge, dtype=np.float32)[:, None, None]
    strip = row * (1 - depth) + far[None] * depth
    hair = _hair(high - edge + soft, wide, unit) * rough
    ramp = np.linspace(0, 1, soft, dtype=np.float32)[:, None, None]
    real[-soft:] = real[-soft:] * (1 - ramp) + (row + hair[:soft]) * ramp
    out = np.concatenate([real, strip + hair[soft:]])
    return np.asarray(np.clip(out + 0.5, 0, 255), np.uint8)


def _last_row(rows: NDArray[np.float32], unit: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return what the last real rows go on as: one row of colours, and how rough each place of it is.

    The middle colour of its neighbours, not their mean: the pet keeps its outline before the background.
    """
    third = len(rows) // 3
    mean = np.clip(rows[-third:].mean(0, keepdims=True), 0, 255).astype(np.uint8)
    size = min(2 * round(9 * unit) + 1, 255)
    row = cv2.medianBlur(cv2.copyMakeBorder(mean, size, size, size, size, cv2.BORDER_REPLICATE), size)
    row = cv2.GaussianBlur(row[size : size + 1, size:-size].astype(np.float32), (0, 0), 3 * unit)
    light = rows.mean(2)
    fine = np.abs(light - cv2.GaussianBlur(light, (0, 0), 3 * unit)).mean(0, keepdims=True)
    rough = cv2.GaussianBlur(fine, (0, 0), 12 * unit)[..., None]
    return np.asarray(row, np.float32), np.asarray(1.3 * np.maximum(rough - _SMOOTH, 0) + 0.5, np.float32)


def _hair(high: int, wide: int, unit: float) -> NDArray[np.float32]:
    """Return grain of unit size, drawn downwards as fur is under a chin."""
    noise = np.random.default_rng(1).normal(0, 1, (high, wide)).astype(np.float32)
    grain = cv2.GaussianBlur(noise, (0, 0), sigmaX=0.8 * unit, sigmaY=2.2 * unit)
    return np.asarray(grain / max(float(grain.std()), 1e-6), np.float32)[..., None]


def _melted(pane: Picture, first: float, last: float) -> Picture:
    """Return the pane with what lies above row `first` and below row `last` melting into a blur."""
    high, wide = pane.shape[:2]
    rows = np.arange(high, dtype=np.float32)
    outside = np.maximum(np.maximum(first - rows, rows - last), 0)
    if float(outside.max()) < 1:
        return pane
    ramp = np.clip(outside / max(0.45 * float(outside.max()), 1), 0, 1)
    weight = (ramp * ramp * (3 - 2 * ramp))[:, None, None]
    blurred = cv2.GaussianBlur(pane, (0, 0), wide / 24).astype(np.float32)
    return np.asarray(np.clip(pane * (1 - weight) + blurred * weight + 0.5, 0, 255), np.uint8)
