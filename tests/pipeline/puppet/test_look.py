"""The face is found where it is, or the bot asks: a wrong answer is worse than a question."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from pipeline.model import Box, Pet
from pipeline.ports.errors import BadInput
from pipeline.puppet import guess, iris, likeness, lips, look, marks, nose, photo, rescue, seek
from pipeline.puppet.levelled import Level
from storage.model import Point, Taps
from tests.pipeline.puppet import drawn, sights


def apart(one: Point | None, other: Point | None) -> float:
    """Return the distance between two points."""
    assert one is not None
    assert other is not None
    return float(np.hypot(one[0] - other[0], one[1] - other[1]))


def expect_right(pet: Pet, name: str) -> None:
    """Check a pet against hand-measured places: eyes within 0.15, mouth within 0.30 eye distances."""
    left, right, mouth = sights.FEATURES[name, str(pet.species)]
    unit = apart(left, right)
    assert pet.eyes is not None
    assert apart(pet.eyes[0], left) <= 0.15 * unit
    assert apart(pet.eyes[1], right) <= 0.15 * unit
    assert apart(pet.mouth, mouth) <= 0.30 * unit
    assert len(pet.lip) > 10
    assert pet.lip[0][0] < pet.lip[-1][0]


@pytest.mark.parametrize("name", [sights.SHIBA, sights.SMILING, sights.DARK, sights.KITTEN])
def test_frontal_faces_are_accepted_and_right(name: str) -> None:
    """Ordinary frontal photos need no tap, dark, turned and small ones included."""
    pet = sights.seen(name).pets[0]
    assert pet.found
    assert pet.confidence >= 0.5
    assert pet.reason is None
    expect_right(pet, name)


def test_a_paler_copy_is_found_all_the_same(tmp_path: Path) -> None:
    """A transparent copy, which the detector likes less, still has the same face."""
    with Image.open(sights.located(sights.SHIBA)) as image:
        copy = image.convert("RGBA")
    copy.putalpha(Image.linear_gradient("L").resize(copy.size).point(lambda value: 200 + value * 55 // 255))
    copy.save(tmp_path / "pale.png")
    pet = look.look(tmp_path / "pale.png", sights.weights("pet-detector")).pets[0]
    assert pet.found
    expect_right(pet, sights.SHIBA)


@pytest.mark.parametrize("name", [sights.CHELSEA, sights.SAMOYED, sights.GREY, sights.PAIR])
def test_a_hard_face_is_right_or_asked_about(name: str) -> None:
    """Whatever is accepted is right; the rest says why it was not."""
    sight = sights.seen(name)
    assert sight.pets
    for pet in sight.pets:
        if pet.found:
            expect_right(pet, name)
        else:
            assert pet.reason == "look.unsure"
            assert pet.confidence < 0.5


@pytest.mark.parametrize(("name", "strong"), [(sights.SHIBA, 90), (sights.SHIBA, 255), (sights.KITTEN, 160)])
def test_a_watermark_leads_nobody_astray(tmp_path: Path, name: str, strong: int) -> None:
    """Words all over the face, faint or solid: what is found beneath them is right, or it is asked."""
    with Image.open(sights.located(name)) as image:
        marked = image.convert("RGB")
    over = Image.new("L", marked.size)
    pen, size = ImageDraw.Draw(over), marked.width // 12
    for y in range(0, marked.height, 2 * size):
        pen.text((-(y % 5) * size, y), "SAMPLE  " * 6, strong, ImageFont.load_default(size))
    marked.paste("white", mask=over)
    marked.save(tmp_path / "marked.png")
    sight = look.look(tmp_path / "marked.png", sights.weights("pet-detector"))
    assert [pet for pet in sight.pets if pet.found] or sight.reason in {"look.unsure", "look.no_pet"}
    for pet in sight.pets:
        if pet.found:
            expect_right(pet, name)


def test_both_pets_of_a_pair_are_boxed() -> None:
    """Each of two overlapping animals gets its own box and species."""
    assert {pet.species for pet in sights.seen(sights.PAIR).pets} == {"cat", "dog"}


def test_a_profile_is_not_taken_for_a_face() -> None:
    """A turned head is asked about."""
    assert not sights.seen(sights.SAMOYED).pets[0].found


def test_no_pet_is_seen_on_a_truck() -> None:
    """A photo without an animal says so."""
    sight = sights.seen(sights.TRUCK)
    assert sight.pets == ()
    assert sight.reason == "look.no_pet"


def test_an_open_mouth_is_told_from_a_closed_one() -> None:
    """The puppet opens closed mouths and moves open ones."""
    assert sights.seen(sights.SMILING).pets[0].mouth_open is True
    assert sights.seen(sights.SHIBA).pets[0].mouth_open is False
    assert sights.seen(sights.KITTEN).pets[0].mouth_open is False


def test_a_tapped_mouth_is_taken_and_drawn_to_the_lip_line(tmp_path: Path) -> None:
    """Without any weights, a tap a little beside the mouth becomes the mouth."""
    path = drawn.saved(tmp_path, drawn.cat())
    taps = Taps(mouth=(drawn.MOUTH[0] + 4, drawn.MOUTH[1] + 16), eyes=drawn.EYES)
    pet = look.look(path, None, taps).pets[0]
    assert pet.found
    assert apart(pet.mouth, (drawn.MOUTH[0] + 4, drawn.MOUTH[1])) < 6
    arc = drawn.lip()
    middle = [point for point in pet.lip if abs(point[0] - drawn.MOUTH[0]) < drawn.HALF_MOUTH * 0.8]
    assert max(abs(y - np.interp(x, arc[:, 0], arc[:, 1])) for x, y in middle) < 4


def test_a_tap_without_eyes_leaves_them_unknown(tmp_path: Path) -> None:
    """No blink is better than a blink in the cheek."""
    path = drawn.saved(tmp_path, drawn.cat())
    pet = look.look(path, None, Taps(mouth=drawn.MOUTH)).pets[0]
    assert pet.found
    assert pet.eyes is None
    assert pet.eye_radius is None


def test_a_tap_on_a_real_pet_beats_the_guess() -> None:
    """Where the finder asks, one tap is enough, and the box and species are kept."""
    left, right, mouth = sights.FEATURES[sights.GREY, "dog"]
    taps = Taps(mouth=mouth, eyes=(right, left))
    path = sights.located(sights.GREY)
    pet = look.look(path, sights.weights("pet-detector"), taps).pets[0]
    assert pet.found
    assert pet.species == "dog"
    expect_right(pet, sights.GREY)


def test_without_weights_it_asks(tmp_path: Path) -> None:
    """A machine without the models says so instead of guessing."""
    sight = look.look(drawn.saved(tmp_path, drawn.cat()), None)
    assert sight.pets == ()
    assert sight.reason == "look.no_detector"
    assert (sight.width, sight.height) == (drawn.WIDE, drawn.HIGH)


@pytest.mark.parametrize(
    ("taps", "key"),
    [
        (Taps(mouth=(480.0, 10.0)), "look.tap_outside"),
        (Taps(mouth=(10.0, -1.0)), "look.tap_outside"),
        (Taps(mouth=(9.0, 9.0), eyes=((1.0, 1.0), (5.0, 900.0))), "look.tap_outside"),
        (Taps(pet=0), "look.no_such_pet"),
    ],
)
def test_impossible_taps_are_refused(tmp_path: Path, taps: Taps, key: str) -> None:
    """A tap beside the picture, or on a pet that is not there, is told as such."""
    path = drawn.saved(tmp_path, drawn.cat())
    with pytest.raises(BadInput) as refused:
        look.look(path, None, taps)
    assert refused.value.key == key


def test_the_chosen_pet_speaks() -> None:
    """`--pet 1` names the second of the list a plain look shows."""
    second = sights.seen(sights.PAIR).pets[1]
    path = sights.located(sights.PAIR)
    sight = look.look(path, sights.weights("pet-detector"), Taps(pet=1))
    assert sight.pets[0] == second


def test_four_likely_places_that_fit_are_a_face() -> None:
    """Eyes in a row, a nose below, a mouth below it; without two eyes in a row there is none."""
    maps = np.full((likeness.CELLS, likeness.CELLS, 4), -8.0, np.float32)
    places = ((12, 14), (24, 15), (18, 23), (18, 27))
    for part, (x, y) in enumerate(places):
        maps[y - 1 : y + 2, x - 1 : x + 2, part] = 0.0
        maps[y, x, part] = 3.0
    maps[33, 3, likeness.NOSE] = 9.0  # likelier, but nowhere near where a nose can be
    seen = seek.fit(maps, (4.0, 17.0))
    assert seen is not None
    assert np.abs(seen.spots - places).max() < 0.01
    assert seek.fit(maps[::-1, ::-1], (4.0, 17.0)) is None or seek.fit(maps, (14.0, 17.0)) is None


def test_a_face_that_reaches_out_of_the_box_is_anothers() -> None:
    """A person's face cheek to cheek with the pet looks much like one; the pet's is within its box."""
    picture = photo.upright(sights.located(sights.CHELSEA), 1280)
    box = Box(x=190, y=40, w=200, h=260)  # one of the eyes is outside
    face = seek.seek(picture, box, likeness.Likeness(sights.weights("pet-detector")))
    assert face is None or face.spots[:, 0].min() >= box.x


def test_two_pets_do_not_share_a_face() -> None:
    """Where boxes overlap, the face is that of the smaller box; the other pet is asked about."""
    face = Pet(
        species="cat", box=Box(x=0, y=0, w=90, h=90), score=1, eyes=((30, 30), (60, 30)), mouth=(45, 60),
        confidence=0.9, found=True,
    )  # fmt: skip
    wider = face.model_copy(update={"box": Box(x=0, y=0, w=200, h=150)})
    beside = wider.model_copy(update={"eyes": ((130.0, 40.0), (160.0, 40.0))})
    asked, kept, other = guess.one_each([wider, face, beside])
    assert (kept, other) == (face, beside)
    assert (asked.found, asked.confidence, asked.reason) == (False, 0.0, "look.unsure")


def test_an_eye_is_centred_and_measured() -> None:
    """A guess beside the eye moves at least half-way to its middle."""
    level = Level.by_eyes(drawn.NOSE, *drawn.EYES)
    middle, radius = iris.refined(drawn.cat(), (drawn.EYES[0][0] + 8, drawn.EYES[0][1] - 4), level)
    assert apart(middle, drawn.EYES[0]) < 6
    assert abs(radius - drawn.RADIUS) < 3


def test_a_nose_is_found_beside_the_guess() -> None:
    """The dark spot wins over the guess."""
    level = Level.by_eyes((drawn.NOSE[0] + 18, drawn.NOSE[1] - 14), *drawn.EYES)
    middle, strength = nose.refined(drawn.cat(), level, "cat", (240.0, 250.0))
    assert apart(middle, drawn.NOSE) < 6
    assert strength > 1


def test_redness_below_the_nose_is_an_open_mouth() -> None:
    """The middle of an open mouth is inside its opening, its line at the upper lip."""
    level = Level.by_eyes(drawn.NOSE, *drawn.EYES)
    shut, _ = lips.read(drawn.cat(), level, "cat", drawn.MOUTH)
    wide, undisputed = lips.read(drawn.cat(is_open=True), level, "cat", drawn.MOUTH)
    assert not shut.is_open
    assert wide.is_open
    assert undisputed
    assert abs(wide.middle[0] - 240) < 8
    assert 352 < wide.middle[1] < 394
    assert max(y for _, y in wide.line) < wide.middle[1]


def test_redness_beside_the_mouth_is_no_opening() -> None:
    """A finger at one side of the chin leaves the mouth shut where it is, but nobody is sure of it."""
    picture, level = drawn.cat(), Level.by_eyes(drawn.NOSE, *drawn.EYES)
    picture[360:420, 250:310] = (200, 60, 80)
    shut, undisputed = lips.read(picture, level, "cat", drawn.MOUTH)
    assert not shut.is_open
    assert not undisputed
    assert apart(shut.middle, drawn.MOUTH) < 8


def test_a_dark_photo_is_rescued_and_a_bright_one_left() -> None:
    """Half of a rescued picture is brighter than dim, and details keep their order."""
    bright = drawn.cat()
    dark = (bright.astype(np.float32) * 0.12).astype(np.uint8)
    assert rescue.is_dark(dark)
    assert not rescue.is_dark(bright)
    saved = rescue.rescue(dark)
    assert not rescue.is_dark(saved)
    assert saved[300, 240].mean() > saved[int(drawn.EYES[0][1]), int(drawn.EYES[0][0])].mean() + 60


@settings(derandomize=True, deadline=None)
@given(st.floats(-20, 0), st.floats(0, 2), st.floats(0, 5), st.floats(0, 1))
def test_confidence_grows_with_likelihood_and_agreement(
    score: float, spread: float, more: float, wider: float
) -> None:
    """A likelier face is never less sure, views that differ more never surer; from 0.5 it is acted on."""
    sure = guess.confidence(score, spread)
    assert 0 <= guess.confidence(score, spread + wider) <= sure <= guess.confidence(score + more, spread) <= 1
    assert (sure >= 0.5) == (score >= guess.SURE_SCORE and spread <= guess.sure_spread(score))


@settings(derandomize=True, deadline=None)
@given(
    st.tuples(st.floats(-900, 900), st.floats(-900, 900)),
    st.floats(-1.4, 1.4),
    st.floats(5, 500),
    st.tuples(st.floats(-3, 3), st.floats(-3, 3)),
)
def test_a_face_coordinate_there_and_back(origin: Point, tilt: float, unit: float, place: Point) -> None:
    """`inside` undoes `outside`, however the face is turned."""
    level = Level(origin, (float(np.cos(tilt)), float(np.sin(tilt))), unit)
    back = level.inside(level.outside(place))
    assert back == pytest.approx(place, abs=1e-6)


def test_marks_change_only_what_they_cover() -> None:
    """A preview shows the photo itself, with marks where the features are."""
    picture = drawn.cat()
    pet = Pet(species="cat", box=Box(x=0, y=0, w=480, h=640), score=1, eyes=drawn.EYES, mouth=drawn.MOUTH)
    preview = marks.marked(picture, (pet,))
    changed = np.abs(preview.astype(int) - picture).max(axis=2) > 40
    assert changed[240:262, 160:200].any()
    assert not changed[:200].any()


def test_a_numbered_field_leads_back_to_its_place() -> None:
    """The grid's numbers run in reading order and survive the second stage's zoom."""
    about = Box(x=100, y=50, w=120, h=60)
    assert marks.cell_middle(about, 1) == (110, 55)
    assert marks.cell_middle(about, 36) == (210, 105)
    assert marks.cell_middle(marks.cell_box(about, 8), 1) == pytest.approx((120 + 20 / 12, 60 + 10 / 12))
    grid = marks.gridded(drawn.cat(), about)
    assert min(grid.shape[:2]) >= 719


def test_pets_too_small_are_not_animated(tmp_path: Path) -> None:
    """A face of a few pixels is a request for a closer photo."""
    small = photo.upright(sights.located(sights.KITTEN), 240)
    canvas = np.full((400, 400, 3), 128, np.uint8)
    canvas[100 : 100 + small.shape[0], 60 : 60 + small.shape[1]] = small
    path = drawn.saved(tmp_path, canvas)
    sight = look.look(path, sights.weights("pet-detector"))
    assert not any(pet.found for pet in sight.pets)
    assert sight.reason in {"look.too_small", "look.no_pet"}


def test_the_lips_are_not_taken_for_the_nose() -> None:
    """On the sample photo the dark lower edge of the nose does not pull a tapped mouth up."""
    left, right, mouth = sights.FEATURES[sights.CHELSEA, "cat"]
    path = sights.located(sights.CHELSEA)
    pet = look.look(path, sights.weights("pet-detector"), Taps(mouth=mouth, eyes=(left, right))).pets[0]
    assert apart(pet.mouth, mouth) < 0.08 * apart(left, right)
    expect_right(pet, sights.CHELSEA)
