"""Eyes: how far they are open, and lids that cover them without seam, fold, frown or smear."""

from math import radians

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.puppet.aperture import Slit, opened, slits
from pipeline.puppet.eyes import Eye
from pipeline.puppet.plate import Axes, face
from pipeline.puppet.puppet import Puppet
from tests.pipeline.puppet.furry import CAT, TILTED, acted, border, picture, rising


def eye() -> Eye:
    """Return the left eye of the furry picture."""
    eyes = face(TILTED).eyes
    assert eyes is not None
    return Eye(picture(), Slit(eyes[0]), 1, 3.0)


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
