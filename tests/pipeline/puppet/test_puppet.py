"""The drawn puppet: gentle to the photo, seamless, free of folds, and a pure function of its inputs."""

from math import radians

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.model import Box, Pet
from pipeline.puppet import bun, tracks
from pipeline.puppet.aperture import Slit, opened, slits
from pipeline.puppet.eyes import Eye
from pipeline.puppet.head import Head, Pose, View
from pipeline.puppet.jaw import Jaw, gape
from pipeline.puppet.mouth import Mouth
from pipeline.puppet.plate import Axes, Patch, face
from pipeline.puppet.puppet import Puppet
from pipeline.puppet.tracks import Tracks

SIZE = (240, 300)
TILTED = Pet(
    species="dog",
    box=Box(x=20, y=30, w=200, h=240),
    score=0.9,
    eyes=((84.0, 96.0), (156.0, 108.0)),
    eye_radius=10,
    nose=(118.0, 135.0),
    mouth=(114.0, 162.0),
    lip=((90.0, 157.0), (104.0, 163.0), (114.0, 161.0), (126.0, 166.0), (140.0, 166.0)),
    mouth_open=False,
)
CAT = TILTED.model_copy(update={"species": "cat", "lip": (), "eyes": ((84.0, 100.0), (156.0, 100.0))})


def picture() -> NDArray[np.uint8]:
    """Return a furry picture: smooth noise on a gradient, with dark eyes."""
    chance = np.random.default_rng(3)
    fur = cv2.GaussianBlur(chance.normal(0, 60, (SIZE[1], SIZE[0], 3)).astype(np.float32), (0, 0), 1.2)
    slope = np.linspace(90, 190, SIZE[1])[:, None, None]
    out = np.asarray(np.clip(fur + slope + np.array((30, 10, -20)), 0, 255), np.uint8)
    for x, y in TILTED.eyes or ():
        cv2.circle(out, (round(x), round(y)), 10, (25, 18, 12), -1)
    return out


def gaping() -> NDArray[np.uint8]:
    """Return the same with a red mouth, black above and dark-lipped below."""
    out = picture()
    cv2.ellipse(out, (114, 172), (26, 24), 0, 0, 360, (32, 26, 26), -1)
    cv2.ellipse(out, (114, 168), (22, 18), 0, 0, 360, (8, 5, 5), -1)
    cv2.ellipse(out, (114, 176), (16, 12), 0, 0, 360, (150, 50, 58), -1)
    return out


def acted(**values: float) -> Tracks:
    """Return two frames of tracks: one still, one with the given figures."""
    made = tracks.still(2)
    for name, value in values.items():
        getattr(made, name)[1] = value
    return made


LIVELY = {
    "open": 0.7,
    "wide": 0.3,
    "blink": 0.6,
    "gaze_x": 0.08,
    "brow": 1,
    "x": 0.02,
    "y": 0.02,
    "tilt": 4,
    "scale": 0.01,
}
LIVELY |= {
    "breathe": 1,
    "ears": 0.8,
    "tears": 2.2,
    "weep": 1,
    "bun": 1,
    "lift": 0.3,
    "bites": 1,
    "zoom": 1.08,
    "pan_x": 0.01,
}


def mouth(pet: Pet = TILTED) -> Mouth:
    """Return the mouth of the furry picture."""
    known = face(pet)
    axes = known.mouth
    assert axes is not None
    return Mouth(picture(), known, axes)


def jaw() -> Jaw:
    """Return the jaw of the gaping picture."""
    known = face(TILTED.model_copy(update={"mouth_open": True}))
    axes = known.mouth
    assert axes is not None
    opening = gape(gaping(), known, axes)
    assert opening is not None
    return Jaw(gaping(), axes, opening)


def eye() -> Eye:
    """Return the left eye of the furry picture."""
    eyes = face(TILTED).eyes
    assert eyes is not None
    return Eye(picture(), Slit(eyes[0]), 1, 3.0)


def border(field: NDArray[np.float32]) -> float:
    """Return the largest movement along a field's four edges."""
    return float(max(np.abs(part).max() for part in (field[0], field[-1], field[:, 0], field[:, -1])))


def rising(patch: Patch, field: NDArray[np.float32]) -> float:
    """Return the smallest slope along v of where pixels come from: above 0 nothing folds."""
    return float((np.diff(patch.v + field, axis=0) / np.diff(patch.v, axis=0)).min())


@pytest.mark.parametrize("pet", [TILTED, CAT, TILTED.model_copy(update={"mouth_open": True}), None])
def test_nothing_played_gives_back_the_photo(pet: Pet | None) -> None:
    """Without any motion every pixel is the photo's own; an open mouth is at rest at its own height."""
    plate = gaping() if pet is not None and pet.mouth_open else picture()
    rest = tracks.still(1)
    if pet is not None and pet.mouth_open:
        rest.open[:] = 1 - 0.06 / 0.90
    drawn = Puppet(plate, pet).draw(rest, 0).astype(int)
    assert drawn.shape == plate.shape
    assert np.abs(drawn - plate).max() <= (12 if pet is not None and pet.mouth_open else 1)


@pytest.mark.parametrize("openness", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("pet", [TILTED, CAT])
def test_the_mouths_field_has_no_seam_and_no_fold(pet: Pet, openness: float) -> None:
    """The jaw's and the lip's movement die out before the region ends, and never turn round."""
    made = mouth(pet)
    below, above = made.fields(made.opening(openness, 0.5, 1.0))
    middle = int(np.argmin(np.abs(made.patch.v[:, 0])))
    for field in (below, above):
        assert rising(made.patch, field) > 0.05
        assert np.abs(field[:, [0, -1]]).max() < 0.004
    assert border(np.vstack((above[:middle], below[middle:]))) < 0.004


def test_the_mouth_opens_where_the_mouth_is() -> None:
    """Open, the lip line is dark inside; the picture away from the mouth is untouched."""
    drawn = Puppet(picture(), TILTED).draw(acted(open=1), 1).astype(int)
    inside = drawn[170:180, 108:118].mean()
    assert inside < picture()[170:180, 108:118].mean() - 40
    assert np.abs(drawn[:80] - picture()[:80]).max() <= 1


@pytest.mark.parametrize("openness", [0.0, 0.4, 1.0])
def test_the_jaws_field_has_no_seam_and_no_fold(openness: float) -> None:
    """A real jaw moves in one piece; the fur under it stretches and does not fold."""
    made = jaw()
    field = made.field(openness)
    assert border(field) < 0.004
    assert rising(made.patch, field) > 0.05


def test_a_closing_jaw_hides_its_inside() -> None:
    """Above the lower lip tongue and teeth are as high as on the photo: squeezed they would be a splinter."""
    made = jaw()
    column = made.patch.u.shape[1] // 2
    low = made.axes.place(max(made.outline(0.5, 0, 0), key=lambda point: point[1]))[1]
    v, field = made.patch.v[:, column], made.field(0.5)[:, column]
    lower = field[(v > low - 0.4) & (v < low)]
    assert len(lower) > 1
    assert lower.min() > 0.1
    assert np.ptp(lower) < 0.1 * lower.max()


def test_a_mouth_open_on_the_photo_is_found_and_closed() -> None:
    """The red patch is found, and at rest its height is less than half of the photo's."""
    made = jaw()
    assert made.height(0) < 0.5
    assert made.height(1) > 1
    closed = Puppet(gaping(), TILTED.model_copy(update={"mouth_open": True})).draw(acted(), 0)
    near = (slice(150, 205), slice(92, 136))
    red = [int((im[near][..., 0] > im[near][..., 1] + 80.0).sum()) for im in (closed, gaping())]
    assert red[0] < 0.65 * red[1]


@pytest.mark.parametrize("blink", [-0.2, 0.0, 0.3, 0.7, 1.0])
@pytest.mark.parametrize("brow", [0.0, 1.0])
def test_the_lids_fields_have_no_seam_and_no_fold(blink: float, brow: float) -> None:
    """The lid is stretched skin: it ends where the region ends, and never turns round."""
    made = eye()
    across, lid, below = made.fields(blink, (0.1, 0.05), brow)
    assert border(across) < 0.004
    for down in (lid, below):
        assert border(down) < 0.004
        assert rising(made.patch, down) > 0.05


def test_a_blink_covers_the_eye() -> None:
    """Shut, the dark eye is gone but for the line of the lashes."""
    shut = Puppet(picture(), TILTED).draw(acted(blink=1), 1)
    assert shut[88:98, 80:88].mean() > picture()[88:98, 80:88].mean() + 40


@pytest.mark.parametrize("tilt", [-9.0, 5.0])
@pytest.mark.parametrize("pet", [TILTED, CAT, None])
def test_the_head_never_folds_and_leaves_the_edges_alone(pet: Pet | None, tilt: float) -> None:
    """Whatever is asked of it: the field's steepest slope stays under 1, and is zero at the edges."""
    known = face(pet) if pet is not None else None
    field = Head(SIZE, known, pet).field(Pose(0.2, -0.2, tilt, 0.1, 1, 1, 1, 1))
    down, across = (np.asarray(part) for part in np.gradient(field, 4, axis=(0, 1)))
    determinant = (1 - across[..., 0]) * (1 - down[..., 1]) - across[..., 1] * down[..., 0]
    assert determinant.min() > 0
    assert border(field) < 0.5


@pytest.mark.parametrize("view", [View(1.0, 0.3, -0.3), View(1.1, -1, 1), View(1.04, 0, 0)])
def test_the_camera_stays_inside_the_photo(view: View) -> None:
    """Zoomed, panned and leaning, the corners of the picture still lie on the plate."""
    head, pose = Head(SIZE, face(CAT), CAT), Pose(tilt=6)
    w, h = SIZE[0] - 1.0, SIZE[1] - 1.0
    flat = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    flat[:] = 200
    edge = np.pad(flat[2:-2, 2:-2], ((2, 2), (2, 2), (0, 0)))
    shown = head.show(edge, pose, view)
    inner = shown[6:-6, 6:-6]
    assert inner.min() > 150
    corners = head.seen([(0.0, 0.0), (w, h)], Pose(), view)
    assert corners[0][0] <= 0.6
    assert corners[1][1] >= h - 0.6


def test_two_puppets_draw_the_same_in_any_order() -> None:
    """Two processes can each draw half of a film; kept patches change nothing."""
    made = acted(**LIVELY)
    one, other = Puppet(picture(), TILTED), Puppet(picture(), TILTED, cached=False)
    forward = [one.draw(made, n) for n in (0, 1, 0, 1)]
    backward = [other.draw(made, n) for n in (1, 0)]
    assert np.array_equal(forward[0], forward[2])
    assert np.array_equal(forward[1], forward[3])
    assert np.array_equal(forward[1], backward[0])
    assert np.array_equal(forward[0], backward[1])
    assert not np.array_equal(forward[0], forward[1])


def test_the_photo_is_not_written_to() -> None:
    """The frame handed in belongs to the caller."""
    plate = picture()
    kept = plate.copy()
    Puppet(plate, TILTED).draw(acted(**LIVELY), 1)
    assert np.array_equal(plate, kept)


def test_the_mouths_box_is_where_the_mouth_is_seen() -> None:
    """Captions keep off this box: it follows camera and head, and grows with the opening."""
    made = acted(open=1, zoom=1.2, tilt=5)
    puppet = Puppet(picture(), TILTED)
    rest, shown = puppet.mouth_box(made, 0), puppet.mouth_box(made, 1)
    assert rest is not None
    assert shown is not None
    assert rest.x < 114 < rest.x + rest.w
    assert rest.y < 162 < rest.y + rest.h
    assert shown.h > rest.h + 10
    dark = np.asarray(puppet.draw(made, 1).astype(int).sum(2) < 160)
    dark[: int(shown.y) - 8] = False
    rows, columns = np.nonzero(dark)
    assert shown.x - 4 < np.median(columns) < shown.x + shown.w + 4
    assert shown.y - 4 < np.median(rows) < shown.y + shown.h + 4


@pytest.mark.parametrize("pet", [None, TILTED.model_copy(update={"mouth": None, "eyes": None, "lip": ()})])
def test_voice_over_moves_the_body_and_shows_no_mouth(pet: Pet | None) -> None:
    """Without a mouth there is none, and yet the picture lives."""
    puppet, made = Puppet(picture(), pet), acted(bob=1)
    assert puppet.mouth_box(made, 1) is None
    assert np.abs(puppet.draw(made, 1).astype(int) - puppet.draw(made, 0)).mean() > 1


@pytest.mark.parametrize(
    "missing",
    [{"eyes": None}, {"nose": None, "lip": ()}, {"eye_radius": None}, {"species": None, "mouth_open": None}],
)
def test_what_is_not_known_is_done_without(missing: dict[str, None]) -> None:
    """A tapped mouth without eyes, a face without a nose or a lip line: all of them speak."""
    puppet, made = Puppet(picture(), TILTED.model_copy(update=missing)), acted(**LIVELY)
    assert puppet.draw(made, 1).shape == picture().shape
    assert puppet.mouth_box(made, 1) is not None


def test_a_face_at_the_edge_of_the_picture_is_drawn() -> None:
    """Marks outside or at the border are no reason to fall over."""
    moved = TILTED.model_copy(
        update={"eyes": ((2.0, 270.0), (60.0, 268.0)), "mouth": (30.0, 299.0), "lip": ()}
    )
    gone = moved.model_copy(update={"mouth": (30.0, 900.0)})
    for pet in (moved, gone):
        assert Puppet(picture(), pet).draw(acted(**LIVELY), 1).shape == picture().shape


def test_tears_are_drawn_below_the_eyes_and_dry() -> None:
    """They show under the eyes while the pet weeps, and leave the rest of the picture alone."""
    puppet = Puppet(picture(), TILTED)
    wet = puppet.draw(acted(tears=2.4, weep=1), 1).astype(int) - picture()
    assert np.abs(wet[105:160]).max() > 40
    assert np.abs(wet[:80]).max() <= 1
    assert np.abs(puppet.draw(acted(tears=2.4, weep=0), 1).astype(int) - picture()).max() <= 1


def test_each_bite_takes_more_of_the_bun() -> None:
    """The outline itself is bitten, not only painted."""
    left = []
    for bites in range(4):
        blue = np.full((120, 160, 3), (0, 0, 255), np.uint8)
        bun.put(blue, (80, 60), 90, bites)
        left.append(int((blue[..., 0] > 60).sum()))
    assert left == sorted(left, reverse=True)
    assert left[3] < 0.85 * left[0]


def test_axes_turn_pixels_and_back() -> None:
    """A place on the face and its pixel are the same place."""
    axes = Axes((50.0, 60.0), 0.4, 12.0)
    assert axes.place(axes.pixel(1.5, -0.7)) == pytest.approx((1.5, -0.7), abs=1e-4)


def test_an_eye_is_sized_by_what_lies_between_its_lids() -> None:
    """A mark on the pupil, a little off, becomes the whole eye; where there is no eye nothing is seen."""
    bright = picture()
    cv2.circle(bright, (84, 96), 13, (70, 150, 60), -1)
    cv2.circle(bright, (84, 96), 5, (5, 5, 5), -1)
    found = opened(bright, Axes((81.0, 98.0), 0.1, 9.0), 73.0, 1)
    assert found is not None
    assert found.axes.origin == pytest.approx((84, 96), abs=2.5)
    assert 10 < found.axes.unit < 16
    assert opened(bright, Axes((120.0, 230.0), 0.1, 9.0), 73.0, 1) is None


def test_an_eye_is_what_its_dark_rim_goes_round() -> None:
    """An iris of the fur's own colour in a dark rim is an eye, and not a rim with a hole."""
    rimmed = picture()
    rimmed[60:130, 40:200] = (150, 140, 120)
    cv2.circle(rimmed, (84, 96), 13, (20, 16, 14), 3)
    found = opened(rimmed, Axes((82.0, 97.0), 0.0, 9.0), 73.0, 1)
    assert found is not None
    assert found.axes.unit == pytest.approx(14, abs=2)


def test_a_slanted_eye_is_turned_and_lends_its_shape_to_one_that_is_not_seen() -> None:
    """The lid comes down along the slit; the other eye's is the same in the mirror."""
    slanted = picture()
    slanted[60:130, 40:200] = (150, 140, 120)
    cv2.ellipse(slanted, (84, 96), (15, 8), 25, 0, 360, (60, 140, 50), -1)
    eyes = Axes((84.0, 96.0), 0.0, 9.0), Axes((156.0, 96.0), 0.0, 9.0)
    left, right = slits(slanted, eyes, 72.0)
    assert np.degrees(left.axes.angle) == pytest.approx(25, abs=6)
    assert right.axes.angle == pytest.approx(-left.axes.angle)
    assert right.wide == left.wide > 1.4
    assert right.axes.origin == eyes[1].origin
    assert left.seen
    assert not right.seen


def test_the_far_eye_of_a_turned_head_keeps_its_own_width() -> None:
    """A lid as wide and as slanted as the near eye's would close over the bridge of the nose."""
    turned = picture()
    turned[60:130, 40:200] = (150, 140, 120)
    cv2.circle(turned, (84, 96), 8, (60, 140, 50), -1)
    cv2.ellipse(turned, (156, 96), (20, 12), -25, 0, 360, (60, 140, 50), -1)
    far, near = slits(turned, (Axes((84.0, 96.0), 0.0, 8.0), Axes((156.0, 96.0), 0.0, 11.0)), 72.0)
    assert far.seen
    assert np.degrees(near.slant) == pytest.approx(-25, abs=6)
    assert far.slant == 0
    assert 8 < far.wide * far.axes.unit < 0.6 * near.wide * near.axes.unit


def test_half_shut_lids_do_not_frown() -> None:
    """On slanted eyes the outer half is covered first: the lid's line never falls towards the nose."""
    made = Eye(picture(), Slit(Axes((84.0, 96.0), radians(25), 12.0), 1.5, radians(25)), 1, 3.0)
    _, lid, _ = made.fields(0.5, (0.0, 0.0), 0.0)
    outer, inner = made.patch.u < -0.4, (made.patch.u > 0.4) & (made.patch.u < 1.4)
    assert np.abs(lid[outer]).max() > 1.5 * np.abs(lid[inner]).max()


def test_an_eye_beside_one_that_is_seen_is_not_cut_by_a_lid() -> None:
    """Where one eye's lids are seen and the other's are not, its mark may be off: the pet does not blink."""
    one_eyed = picture()
    one_eyed[60:130, 40:200] = (150, 140, 120)
    cv2.ellipse(one_eyed, (84, 96), (15, 9), 10, 0, 360, (60, 140, 50), -1)
    pet = CAT.model_copy(update={"eyes": ((84, 96), (156, 96))})
    shut = acted(blink=1)
    puppet = Puppet(one_eyed, pet)
    assert np.array_equal(puppet.draw(shut, 0), puppet.draw(shut, 1))


def test_patches_of_a_tilted_face_leave_each_other_alone() -> None:
    """A turned patch lies in an upright box; the box's corners must not undo what lies beneath them."""
    patch = Patch(Axes((120.0, 160.0), 0.5, 20.0), (-2, 2), (-2, 2), (240, 300))
    below = np.full_like(picture(), 7)
    patch.put(below, np.full((*patch.box[:1:-1], 3), 200, np.uint8))
    corner, middle = (patch.box[1] + 1, patch.box[0] + 1), (160, 120)
    assert below[corner].tolist() == [7, 7, 7]
    assert below[middle].tolist() == [200, 200, 200]


def test_a_shut_lid_keeps_the_furs_grain() -> None:
    """Protects from a smear for a lid: what is stretched twice as long would lose its fine hair."""
    grey = np.random.default_rng(5).normal(128, 30, (300, 300, 1)).repeat(3, axis=2)
    plate = np.asarray(np.clip(cv2.GaussianBlur(grey, (0, 0), 0.9), 0, 255), np.uint8)
    cv2.circle(plate, (150, 150), 30, (15, 12, 10), -1)
    made = Eye(plate, Slit(Axes((150.0, 150.0), 0.0, 30.0)), 1, 3.0)
    left, top, _, _ = made.patch.box
    lid = made.draw(1.0, (0.0, 0.0), 0.0)[150 - 15 - top : 150 + 3 - top, 138 - left : 162 - left]

    def grain(part: NDArray[np.uint8]) -> float:
        along = np.diff(part[..., 0].astype(np.float32), axis=0)
        return float(np.abs(along).mean())

    assert grain(lid) > 0.7 * grain(plate[70:100, 138:162])
