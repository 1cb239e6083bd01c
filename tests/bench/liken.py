"""Fit the reading of the pet detector's layers from photos and their marks, or judge how well it does.

    python -m tests.bench.liken FOLDER           fit on all photos; writes the puppet's reading
    python -m tests.bench.liken FOLDER --judge   fit on every other photo, look at those between, and back

FOLDER holds photos and a `marks.json`: for each photo's path in it left eye as seen, right eye and mouth (of
an open one the opening's middle), in pixels of the upright picture whose longer side is at most 1280; an
empty list where no face can be used: from behind, in profile, asleep, too far. Photos of people
belong there too: their faces are like enough to be taken for a pet's.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from bot.app import weights
from pipeline.model import Box
from pipeline.puppet import nose, photo, rescue
from pipeline.puppet.detect import detect
from pipeline.puppet.guess import guessed
from pipeline.puppet.levelled import Level, apart
from pipeline.puppet.likeness import CELLS, LEFT, MOUTH, NOSE, READING, RIGHT, SIDE, Likeness, evenly, written
from pipeline.puppet.seek import Sought, Square, seek, squares

Picture = NDArray[np.uint8]
Spots = NDArray[np.float64]
Floats = NDArray[np.float32]

_LONGEST = 1280
_EYE, _MOUTH_OFF = 0.15, 0.30  # eye distances by which an accepted answer may be off
_COPIES, _EMPTY_COPIES, _FALSE_COPIES = 10, 5, 14
_NEAR, _FAR = 90, 60  # cells of a copy about its features, and elsewhere
_HEADER = """\
How like a left eye, a right eye, a nose and a mouth: a row for each channel of the layers that are read, then
the units' steps and additions, then a row for each map. Fitted on photos that we marked, by
`python -m tests.bench.liken`; see the README."""
_UNITS, _HEEDED = 32, 0.85  # units of a reading, and the part of them that is heeded while it is fitted
_ROUNDS, _BATCH, _RATE, _KEEP_SMALL = 14, 4096, 3e-3, 2e-4


class Sample(NamedTuple):
    """Cells of one copy of a photo: what the layers hold there, and how like each feature they are."""

    held: NDArray[np.float16]
    like: NDArray[np.float16]


def main(folder: Path, *, judge: bool) -> None:
    """Fit, or judge, and say what came of it."""
    marks = {name: np.array(spots) for name, spots in json.loads((folder / "marks.json").read_text()).items()}
    names = sorted(marks)
    if not judge:
        fit(_samples(folder, marks, names), READING)
        return
    answers = []
    with tempfile.TemporaryDirectory() as bench:
        for fold in (0, 1):
            reading = Path(bench) / f"{fold}.txt"
            learnt = [name for place, name in enumerate(names) if place % 2 != fold]
            fit(_samples(folder, marks, learnt), reading)
            likeness = Likeness(_detector(), reading)
            answers += [_judged(folder / name, marks[name], likeness) for name in names[fold::2]]
    _tell(answers)


def _samples(folder: Path, marks: dict[str, Spots], names: list[str]) -> list[Sample]:
    return [one for seed, name in enumerate(names) for one in _sampled(folder / name, marks[name], seed)]


def _detector() -> Path:
    found = weights()["pet-detector"]
    assert found is not None, "the pet detector is not fetched"
    return found


def _picture(path: Path) -> Picture:
    picture = photo.upright(path, _LONGEST)
    return rescue.rescue(picture) if rescue.is_dark(picture) else picture


def _sampled(path: Path, marks: Spots, seed: int) -> list[Sample]:
    """Return cells of changed copies of a photo: of its face, or of the pet without one."""
    picture, likeness, chance = _picture(path), Likeness(_detector()), np.random.default_rng(seed)
    if len(marks):
        spots = _with_nose(picture, marks)
        copies = [_face_cells(picture, spots, likeness, chance) for _ in range(_COPIES)]
    else:
        copies = [
            _empty_cells(picture, square, likeness, chance) for square in _empty(picture, likeness, chance)
        ]
    return [Sample(held.astype(np.float16), like.astype(np.float16)) for held, like in copies]


def _with_nose(picture: Picture, marks: Spots) -> Spots:
    """Return the marks with the nose, where one stands out near its usual place between eyes and mouth."""
    left, right, mouth = marks
    between = (left + right) / 2
    usual = between + 0.74 * (mouth - between)
    level = Level.by_eyes(_point(usual), _point(left), _point(right))
    tip = np.array(nose.refined(picture, level, None, _point(between))[0])
    near = float(np.hypot(*(tip - usual))) <= 0.22 * level.unit
    return np.array([left, right, tip if near else usual, mouth])


def _point(spot: Spots) -> tuple[float, float]:
    return float(spot[0]), float(spot[1])


def _face_cells(
    picture: Picture, spots: Spots, likeness: Likeness, chance: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return cells about the features of one copy, some of the rest of it, and how like they are."""
    face = Square.about(spots[LEFT], spots[RIGHT])
    distance = float(np.hypot(*(spots[RIGHT] - spots[LEFT])))
    side = face.side * float(np.exp(chance.uniform(np.log(0.7), np.log(1.6))))
    room = max(0.35 * distance, (side / 2 - 1.5 * distance) * 0.8)
    x, y = np.array([face.x, face.y]) + chance.uniform(-room, room, 2)
    turn, mirrored = face.turn + float(chance.uniform(-25, 25)), bool(chance.random() < 0.5)
    square = Square(float(x), float(y), side, turn, mirrored)
    matrix = square.matrix()
    places = (spots @ matrix[:, :2].T + matrix[:, 2]) / (SIDE / CELLS) - 0.5
    places = places[[RIGHT, LEFT, NOSE, MOUTH]] if square.mirrored else places
    cells = distance * CELLS / side
    y, x = np.mgrid[:CELLS, :CELLS]
    off = np.stack([(x - place[0]) ** 2 + (y - place[1]) ** 2 for place in places], 2)
    like = np.exp(-off / (2 * max(0.9, 0.11 * cells) ** 2)).reshape(-1, 4)
    near = (off.min(2) < max(3.0, 0.45 * cells) ** 2).ravel()
    chosen = np.r_[_some(np.flatnonzero(near), _NEAR, chance), _some(np.flatnonzero(~near), _FAR, chance)]
    chosen = np.union1d(chosen, np.flatnonzero(like.max(1) > 0.3))
    return _held(likeness, _relit(square.cut(picture), chance))[chosen], like[chosen]


def _empty(picture: Picture, likeness: Likeness, chance: np.random.Generator) -> list[Square]:
    """Return squares over a pet without a usable face, or about what is taken for a face where no pet is."""
    pets = detect(picture, _detector())[:1]
    high, wide = picture.shape[:2]
    there = squares(pets[0].box if pets else Box(x=0, y=0, w=wide, h=high))
    some = [there[place] for place in _some(np.arange(len(there)), _EMPTY_COPIES, chance)]
    taken = None if pets else seek(picture, Box(x=0, y=0, w=wide, h=high), likeness)
    return some + ([_varied(taken, chance) for _ in range(_FALSE_COPIES)] if taken else [])


def _varied(taken: Sought, chance: np.random.Generator) -> Square:
    face = Square.about(taken.spots[LEFT], taken.spots[RIGHT])
    x, y = np.array([face.x, face.y]) + chance.uniform(-0.1, 0.1, 2) * face.side
    side = face.side * float(np.exp(chance.uniform(-0.35, 0.5)))
    turn, mirrored = face.turn + float(chance.uniform(-20, 20)), bool(chance.random() < 0.5)
    return Square(float(x), float(y), side, turn, mirrored)


def _empty_cells(
    picture: Picture, square: Square, likeness: Likeness, chance: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return cells of a copy without a face: by chance, and where the reading so far is most mistaken."""
    copy = _relit(square.cut(picture), chance)
    mistaken = np.argsort(-likeness.maps(copy).max(2).ravel())[: _NEAR // 2]
    chosen = np.union1d(mistaken, _some(np.arange(CELLS * CELLS), _NEAR // 2, chance))
    return _held(likeness, copy)[chosen], np.zeros((len(chosen), 4), np.float32)


def _some(places: NDArray[np.intp], most: int, chance: np.random.Generator) -> NDArray[np.intp]:
    return np.asarray(chance.choice(places, min(most, len(places)), replace=False), np.intp)


def _relit(square: Picture, chance: np.random.Generator) -> Picture:
    """Return it lit otherwise, and now and then coarser."""
    lit = 255 * (square / 255) ** np.exp(chance.uniform(-0.45, 0.45)) * chance.uniform(0.85, 1.15)
    lit = np.clip(lit, 0, 255).astype(np.uint8)
    if chance.random() < 0.25:
        part = float(chance.uniform(0.35, 0.8))
        small = cv2.resize(lit, None, fx=part, fy=part, interpolation=cv2.INTER_AREA)
        lit = np.asarray(cv2.resize(small, (SIDE, SIDE)), np.uint8)
    return np.asarray(lit, np.uint8)


def _held(likeness: Likeness, square: Picture) -> Floats:
    """Return what all layers that are read hold, a row a cell."""
    parts = [evenly(layer).reshape(len(layer), -1).T for layer in likeness.layers(square)]
    return np.concatenate(parts, axis=1)


def fit(samples: list[Sample], out: Path) -> None:
    """Write the reading of all cells: one layer of units, by gradient descent (Adam) from a fixed seed."""
    held, like = (np.concatenate(parts) for parts in zip(*samples, strict=True))
    some = held[:: max(1, len(held) // 40_000)].astype(np.float32)
    usual, measure = some.mean(0), some.std(0) + 0.05
    chance, taken = np.random.default_rng(0), 0
    parts = _begun(held.shape[1], chance)
    slow, fast = ([np.zeros_like(part) for part in parts] for _ in range(2))
    for turn in range(_ROUNDS):
        rate = _RATE * 0.5 * (1 + np.cos(np.pi * turn / _ROUNDS))
        for chosen in np.array_split(chance.permutation(len(held)), max(1, len(held) // _BATCH)):
            seen = (held[chosen].astype(np.float32) - usual) / measure
            taken += 1
            for place, slope in enumerate(_slopes(parts, seen, like[chosen].astype(np.float32), chance)):
                slow[place] = 0.9 * slow[place] + 0.1 * slope
                fast[place] = 0.99 * fast[place] + 0.01 * slope * slope
                even = np.sqrt(fast[place] / (1 - 0.99**taken)) + 1e-8
                parts[place] -= rate * (slow[place] / (1 - 0.9**taken)) / even
    counts, added, maps, last = parts
    np.savetxt(out, written(counts, usual, measure, added, maps, last), fmt="%.4g", header=_HEADER)


def _begun(channels: int, chance: np.random.Generator) -> list[Floats]:
    """Return what a reading begins with: weights and additions of the units, then of the maps."""
    return [
        (chance.standard_normal((channels, _UNITS)) / np.sqrt(channels)).astype(np.float32),
        np.full(_UNITS, 0.1, np.float32),
        (chance.standard_normal((_UNITS, 4)) * 0.3).astype(np.float32),
        np.full(4, -2.0, np.float32),
    ]


def _slopes(parts: list[Floats], seen: Floats, like: Floats, chance: np.random.Generator) -> list[Floats]:
    """Return how the cross entropy rises with each part; some units are left out, lest one be relied on."""
    counts, added, maps, last = parts
    units = seen @ counts + added
    heeded = (chance.random(units.shape) < _HEEDED) / np.float32(_HEEDED)
    lit = np.maximum(units, 0) * heeded
    off = (1 / (1 + np.exp(-np.clip(lit @ maps + last, -30, 30))) - like) / len(like)
    back = (off @ maps.T) * heeded * (units > 0)
    return [
        seen.T @ back + _KEEP_SMALL * counts,
        back.sum(0),
        lit.T @ off + _KEEP_SMALL * maps,
        off.sum(0),
    ]


class Answer(NamedTuple):
    """What was found on one photo; how far off in eye distances, infinitely where there is no face."""

    name: str
    is_face: bool
    found: bool
    eye: float
    mouth: float
    confidence: float


def _judged(path: Path, marks: Spots, likeness: Likeness) -> Answer:
    picture, eye, mouth = _picture(path), np.inf, np.inf
    pets = detect(picture, _detector())[:1]
    pet = guessed(picture, pets[0], likeness) if pets else None
    if pet is None or pet.eyes is None or pet.mouth is None:
        return Answer(path.name, len(marks) > 0, False, eye, mouth, 0.0)
    if len(marks):
        unit = apart(_point(marks[0]), _point(marks[1]))
        eye = max(apart(seen, _point(true)) for seen, true in zip(pet.eyes, marks[:2], strict=True)) / unit
        mouth = apart(pet.mouth, _point(marks[2])) / unit
    return Answer(path.name, len(marks) > 0, pet.found, eye, mouth, pet.confidence)


def _tell(answers: list[Answer]) -> None:
    """Print the share taken of usable faces, and every answer that was taken and is wrong."""
    faces = [one for one in answers if one.is_face]
    taken = [one for one in answers if one.found]
    wrong = [one for one in taken if one.eye > _EYE or one.mouth > _MOUTH_OFF]
    share = sum(one.found for one in faces) / max(1, len(faces))
    counts = f"{len(answers)} photos, {len(faces)} usable: {share:.0%} taken"
    print(f"{counts}; wrong: {len(wrong)} of {len(taken)}")  # noqa: T201  its answer
    for one in wrong:
        print(f"  {one.name}: eye {one.eye:.2f}, mouth {one.mouth:.2f}, sure {one.confidence:.2f}")  # noqa: T201  too


if __name__ == "__main__":
    main(Path(sys.argv[1]), judge="--judge" in sys.argv)
