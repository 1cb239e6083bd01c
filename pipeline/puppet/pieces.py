"""Pieces of a performance: short stretches of pictures, known by everything they are drawn from.

A picture is a function of the plate and of one row of the tracks; pieces that share both are the same
pictures, whenever in a film they are shown.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.model import Pet, Piece, Timeline
from pipeline.puppet.curves import beats
from pipeline.puppet.tracks import Tracks


@cache
def _way() -> str:
    """Return a digest of how things are drawn here: what another version drew is not put beside our own."""
    told = hashlib.sha256()
    for module in sorted(Path(__file__).parent.glob("*.py")):
        told.update(module.read_bytes())
    return told.hexdigest()


def pieces(
    plate: NDArray[np.uint8],
    pets: Sequence[Pet | None],
    floor: float | None,
    timeline: Timeline,
    tracks: Sequence[Tracks],
    make: str,
) -> tuple[Piece, ...]:
    """Return all pieces of a film in order, each of one beat and no longer than a second.

    Args:
        plate, pets, floor: as the puppets take them; `tracks` are each pet's.
        make: of the clips that are written; only those of one make can be joined.
    """
    base = hashlib.sha256(f"{_way()} {make} {plate.shape} {floor} {timeline.fps}".encode())
    base.update(np.ascontiguousarray(plate).data)
    for pet in pets:
        base.update(pet.model_dump_json().encode() if pet else b"none")
    for each in tracks:  # a table stands there as long as a bun ever comes
        base.update(bytes([bool(each.bun.any())]))
    rows = [np.stack([getattr(each, field.name) for field in fields(each)], axis=1) for each in tracks]
    return tuple(_piece(base, rows, first, stop) for first, stop in _cuts(timeline))


def _cuts(timeline: Timeline) -> Iterator[tuple[int, int]]:
    for beat in beats(timeline):
        stop = beat.first + beat.frames
        for first in range(beat.first, stop, timeline.fps):
            yield first, min(stop, first + timeline.fps)


def _piece(base: "hashlib._Hash", rows: Sequence[NDArray[np.float32]], first: int, stop: int) -> Piece:
    told = base.copy()
    for each in rows:
        told.update(np.ascontiguousarray(each[first:stop]).data)
    return Piece(first=first, stop=stop, made_from=told.hexdigest())
