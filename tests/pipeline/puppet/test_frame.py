"""The first frame keeps the head whole, the mouth clear of the captions, and mirrors no pet."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from pipeline.model import Box, Pet, Sight
from pipeline.puppet import composition, frame
from pipeline.puppet.place import Place
from storage.model import Point
from tests.pipeline.puppet import drawn, sights

CANVAS = (720, 1280)


def pet_on(wide: float, high: float, unit: float, x: float, y: float) -> Pet:
    """Return a sure frontal pet with that eye distance, its eyes about (x, y)."""
    return Pet(
        species="dog",
        box=Box(
            x=max(0, x - 2 * unit),
            y=max(0, y - 2 * unit),
            w=min(wide, 4 * unit),
            h=high - max(0, y - 2 * unit),
        ),
        score=0.9,
        eyes=((x - unit / 2, y), (x + unit / 2, y)),
        mouth=(x, y + 1.1 * unit),
        found=True,
        confidence=0.9,
    )


def never(_strip: Box) -> bool:
    """Say of every strip that a pet may be in it."""
    return False


def always(_strip: Box) -> bool:
    """Say of every strip that it is empty."""
    return True


def holds(part: Box, head: Box) -> bool:
    """Tell whether a part of a photo shows the whole of a head."""
    inside_x = part.x <= head.x + 1e-6 and head.x + head.w <= part.x + part.w + 1e-6
    return inside_x and part.y <= head.y + 1e-6 and head.y + head.h <= part.y + part.h + 1e-6


def test_a_tall_photo_fills_the_pane() -> None:
    """A portrait photo takes everything under the band, the mouth above the captions."""
    pet = pet_on(900, 1600, 150, 450, 600)
    composed = composition.composed(900, 1600, pet, None, CANVAS, never)
    layout = composition.arranged(composed, *CANVAS)
    assert layout.kind == "full"
    assert (layout.pane.y, layout.pane.y + layout.pane.h) == (layout.band.h, 1280)
    assert pet.mouth is not None
    mouth = composed.place(layout).put(pet.mouth)
    assert mouth[1] <= 0.72 * layout.pane.h
    assert holds(composed.part, composition.head_box(pet))


def test_a_square_close_up_becomes_a_card() -> None:
    """A head as wide as the photo keeps its ears, and captions get their own panel."""
    pet = pet_on(800, 800, 200, 400, 330)
    composed = composition.composed(800, 800, pet, None, CANVAS, never)
    layout = composition.arranged(composed, *CANVAS)
    assert layout.kind == "card"
    assert layout.panel is not None
    assert layout.band.h + layout.pane.h + layout.panel.h == 1280
    assert holds(composed.part, composition.head_box(pet))


def test_padding_needs_empty_strips_and_a_limit() -> None:
    """Framed only where nothing of a pet would be mirrored, and by a third at most."""
    pet = pet_on(800, 950, 190, 400, 450)
    assert composition.composed(800, 950, pet, None, CANVAS, never).kind == "card"
    framed = composition.composed(800, 950, pet, None, CANVAS, always)
    assert framed.kind == "framed"
    assert framed.part.h - 950 <= framed.part.h / 3
    flat = pet_on(1200, 480, 150, 600, 230)
    assert composition.composed(1200, 480, flat, None, CANVAS, always).kind == "card"


@settings(derandomize=True, deadline=None)
@example(wide=256, high=385, size=0.28125, x=0.5, y=0.5, canvas=(1080, 1920))
@example(wide=256, high=383, size=0.28125, x=0.5, y=0.5, canvas=(720, 1280))
@given(
    st.integers(256, 5000),
    st.integers(256, 5000),
    st.floats(0.03, 0.3),
    st.floats(0.2, 0.8),
    st.floats(0.2, 0.7),
    st.sampled_from([(720, 1280), (1080, 1920), (360, 640)]),
)
def test_every_composition_lies_on_the_photo(
    wide: int, high: int, size: float, x: float, y: float, canvas: tuple[int, int]
) -> None:
    """Whatever its shape, the part shown is on the photo (a card adds room for a chin) and fills the pane."""
    pet = pet_on(wide, high, size * min(wide, high), x * wide, y * high)
    composed = composition.composed(wide, high, pet, None, canvas, never)
    layout = composition.arranged(composed, *canvas)
    part = composed.part
    assert part.x >= -1e-6
    slack = 1 if composed.kind == "framed" else 1e-6  # a strip thinner than a pixel mirrors nothing
    assert part.y >= -slack
    assert part.x + part.w <= wide + 1e-6
    chin = composition.CHIN * size * min(wide, high) if composed.kind == "card" else 0
    assert part.y + part.h <= high + chin + slack
    assert layout.pane.h / layout.pane.w == pytest.approx(part.h / part.w, rel=0.01)
    assert layout.pane.y == layout.band.h
    assert layout.pane.y + layout.pane.h <= canvas[1]


@settings(derandomize=True, deadline=None)
@given(
    st.floats(0.05, 20),
    st.tuples(st.floats(-5000, 5000), st.floats(-5000, 5000)),
    st.tuples(st.floats(-5000, 5000), st.floats(-5000, 5000)),
)
def test_a_place_there_and_back(scale: float, shift: Point, point: Point) -> None:
    """`back` undoes `put`, so a tap on the preview is a tap on the photo."""
    place = Place(scale, *shift)
    assert place.back(place.put(point)) == pytest.approx(point, abs=1e-5)
    assert place.put(place.back(point)) == pytest.approx(point, abs=1e-5)


def test_the_pet_lies_where_its_pixels_are(tmp_path: Path) -> None:
    """Drawn eyes are dark in the frame exactly where the returned pet says."""
    path = drawn.saved(tmp_path, drawn.cat())
    pet = Pet(
        species="cat",
        box=Box(x=90, y=90, w=300, h=370),
        score=1,
        eyes=drawn.EYES,
        eye_radius=drawn.RADIUS,
        mouth=drawn.MOUTH,
        found=True,
        confidence=1,
    )
    sight = Sight(width=drawn.WIDE, height=drawn.HIGH, pets=(pet,))
    framed = frame.frame(path, sight, None, tmp_path / "frame.png")
    with Image.open(tmp_path / "frame.png") as file:
        picture = np.asarray(file).astype(int)
    assert picture.shape[:2] == (framed.layout.pane.h, framed.layout.pane.w)
    assert framed.pet is not None
    assert framed.pet.eyes is not None
    assert framed.pet.eye_radius is not None
    for x, y in framed.pet.eyes:
        ys, xs = np.nonzero(picture[:, :, :].max(axis=2) < 70)
        near = np.hypot(xs - x, ys - y) < framed.pet.eye_radius * 1.6
        assert abs(xs[near].mean() - x) < 1.5
        assert abs(ys[near].mean() - y) < 1.5


def test_a_photo_without_a_pet_still_makes_a_frame(tmp_path: Path) -> None:
    """Voice-over films need a picture too."""
    path = drawn.saved(tmp_path, drawn.cat())
    framed = frame.frame(path, Sight(width=drawn.WIDE, height=drawn.HIGH), None, tmp_path / "frame.png")
    assert framed.pet is None
    with Image.open(tmp_path / "frame.png") as picture:
        assert picture.size == (framed.layout.pane.w, framed.layout.pane.h)


def test_a_guess_at_a_face_is_not_animated(tmp_path: Path) -> None:
    """A face that is not sure may be a chest or a wheel: no mouth opens there and no tears run."""
    path = drawn.saved(tmp_path, drawn.cat())
    box = Box(x=90, y=90, w=300, h=370)
    marks = {"eyes": drawn.EYES, "eye_radius": drawn.RADIUS, "nose": (240, 300), "mouth": drawn.MOUTH}
    guess = Pet(species="cat", box=box, score=1, **marks, confidence=0.3, reason="look.unsure")
    sight = Sight(width=drawn.WIDE, height=drawn.HIGH, pets=(guess,))
    framed = frame.frame(path, sight, None, tmp_path / "frame.png")
    assert framed.pet is not None
    assert (framed.pet.eyes, framed.pet.nose, framed.pet.mouth) == (None, None, None)
    assert framed.pet.box.w > 0


def test_a_framed_edge_melts_away(tmp_path: Path) -> None:
    """Beyond the photo there is its own colour, soft, and the photo itself is untouched."""
    chance = np.random.default_rng(5).integers(90, 160, (950, 800, 3), dtype=np.uint8)
    path = drawn.saved(tmp_path, chance, "wall.png")
    part = Box(x=0, y=-126, w=800, h=1202)
    composed = composition.Composition("framed", part)
    layout = composition.arranged(composed, *CANVAS)
    picture, source = frame.source(path, 800, 950, layout, composed)
    pane = frame.painted(picture, source, layout, composed).astype(int)
    assert pane.shape[:2] == (layout.pane.h, 720)
    assert pane[:20].std() < 0.5 * pane[400:600].std()
    assert abs(pane[:20].mean() - 125) < 8


@pytest.mark.parametrize("name", [sights.SHIBA, sights.PAIR, sights.DARK, sights.KITTEN])
def test_real_heads_are_whole_and_mouths_clear(name: str, tmp_path: Path) -> None:
    """On real photos the head's box is in the pane and the mouth above the captions' place."""
    sight = sights.seen(name)
    framed = frame.frame(sights.located(name), sight, sights.weights("saliency"), tmp_path / "frame.png")
    assert framed.pet is not None
    head, pane = composition.head_box(framed.pet), framed.layout.pane
    assert holds(Box(x=-1, y=-1, w=pane.w + 2, h=pane.h + 2), head)
    assert framed.rescued == (name == sights.DARK)
    if framed.layout.kind != "card" and framed.pet.mouth:
        assert framed.pet.mouth[1] <= 0.72 * pane.h
