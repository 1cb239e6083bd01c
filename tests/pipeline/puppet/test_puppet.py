"""The drawn puppet: gentle to the photo, seamless, free of folds, and a pure function of its inputs."""

import numpy as np
import pytest

from pipeline.model import Pet
from pipeline.puppet import bun, tracks
from pipeline.puppet.head import Head, Pose, View
from pipeline.puppet.jaw import Jaw, gape
from pipeline.puppet.mouth import Mouth
from pipeline.puppet.plate import Axes, Patch, face
from pipeline.puppet.puppet import Puppet
from tests.pipeline.puppet.furry import CAT, SIZE, TILTED, acted, border, gaping, picture, rising

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


def test_patches_of_a_tilted_face_leave_each_other_alone() -> None:
    """A turned patch lies in an upright box; the box's corners must not undo what lies beneath them."""
    patch = Patch(Axes((120.0, 160.0), 0.5, 20.0), (-2, 2), (-2, 2), (240, 300))
    below = np.full_like(picture(), 7)
    patch.put(below, np.full((*patch.box[:1:-1], 3), 200, np.uint8))
    corner, middle = (patch.box[1] + 1, patch.box[0] + 1), (160, 120)
    assert below[corner].tolist() == [7, 7, 7]
    assert below[middle].tolist() == [200, 200, 200]
