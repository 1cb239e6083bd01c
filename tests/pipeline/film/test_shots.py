"""Clips of every kind become even pictures of one size, and one shot melts into the next."""

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.film.planes import planes
from pipeline.film.shots import Shot, frames, pictures
from pipeline.ports.errors import BadInput, Surprise, Trouble

_WIDE, _HIGH = 90, 160
_SIZE = (_WIDE, _HIGH)


def _picture(number: int, wide: int, high: int, top: int = 200) -> NDArray[np.uint8]:
    """Red above, blue below, a white bar at the left that tells which way is up, grey that grows."""
    picture = np.zeros((high, wide, 3), np.uint8)
    picture[: high // 2, :, 0] = top
    picture[high // 2 :, :, 2] = 200
    picture[:, : wide // 4] = 255
    picture[high // 4 : high // 2, wide // 2 :] = min(255, 20 + 9 * number)
    return picture


def _clip(
    path: Path,
    count: int = 24,
    size: tuple[int, int] = _SIZE,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    times: Callable[[int], int] = lambda n: n,
    **stream: object,
) -> Path:
    """Write a clip; times are in 24ths of a second."""
    with av.open(str(path), "w") as sink:
        video = sink.add_stream(codec, rate=24)
        assert isinstance(video, av.VideoStream)
        video.width, video.height, video.pix_fmt = *size, pix_fmt
        video.codec_context.time_base = Fraction(1, 24)
        for name, value in stream.items():
            setattr(video.codec_context, name, value)
        for number in range(count):
            frame = av.VideoFrame.from_ndarray(_picture(number, *size), "rgb24").reformat(
                format=pix_fmt, dst_colorspace="ITU709" if pix_fmt.startswith("yuv") else None
            )
            frame.pts, frame.time_base = times(number), Fraction(1, 24)
            sink.mux(video.encode(frame))
        sink.mux(video.encode(None))
    return path


def _made(*shots: Shot, fps: int = 24, fade: float = 0.0) -> list[NDArray[np.uint8]]:
    made = list(pictures(shots, fps, _SIZE, fade))
    assert len(made) == frames(shots, fps, fade)
    assert {(each.width, each.height, each.format.name) for each in made} == {(*_SIZE, "yuv420p")}
    return [np.asarray(each.to_ndarray(format="rgb24"), np.uint8) for each in made]


def _is_upright(picture: NDArray[np.uint8]) -> bool:
    """Red above, blue below, white at the left."""
    red, blue = picture[20, 60].astype(int), picture[140, 60].astype(int)
    return bool(red[0] > red[2] + 90 and blue[2] > blue[0] + 90 and picture[80, 8].min() > 200)


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("plain.mp4", {}),
        ("bigger.mp4", {"size": (180, 320)}),
        ("odd.mkv", {"size": (91, 161), "codec": "ffv1", "pix_fmt": "yuv444p"}),
        ("wide pixels.mp4", {"size": (46, 160), "sample_aspect_ratio": Fraction(90, 46)}),
        ("ten bit.mp4", {"codec": "libx265", "pix_fmt": "yuv420p10le"}),
        ("rgb.mov", {"codec": "qtrle", "pix_fmt": "rgb24"}),
        ("clear.mov", {"codec": "qtrle", "pix_fmt": "argb"}),
        ("uneven.mp4", {"times": lambda n: n + (n > 12)}),
        ("other shape.mp4", {"size": (120, 160)}),
    ],
)
def test_a_clip_of_every_kind_is_taken(tmp_path: Path, name: str, made: dict[str, object]) -> None:
    """Protects against a vendor's clip of another size, depth, rhythm or make that is shown wrongly."""
    clip = _clip(tmp_path / name, **made)  # type: ignore[arg-type]  # keywords of the case at hand
    shown = _made(Shot(path=clip, seconds=1.0))
    assert len(shown) == 24
    assert shown[-1][60, 70, 0] > shown[0][60, 70, 0] + 120
    if name != "other shape.mp4":
        assert _is_upright(shown[5])


def test_a_clip_turned_by_its_metadata_is_set_upright(tmp_path: Path) -> None:
    """Protects films taken with a phone held upright, which are coded lying down."""
    lying = tmp_path / "lying.mp4"
    with av.open(str(lying), "w") as sink:
        video = sink.add_stream("libx264", rate=24)
        video.width, video.height, video.pix_fmt = _HIGH, _WIDE, "yuv420p"
        for number in range(24):
            turned = np.ascontiguousarray(np.rot90(_picture(number, *_SIZE), 1))
            sink.mux(video.encode(av.VideoFrame.from_ndarray(turned, "rgb24")))
        sink.mux(video.encode(None))
    # The track's matrix in the file: a quarter turn clockwise (ISO/IEC 14496-12, 8.3.2).
    content = bytearray(lying.read_bytes())
    place = content.index(b"tkhd") + 4 + 40
    one = (1 << 16).to_bytes(4, "big")
    minus, zero, unit = (-(1 << 16)).to_bytes(4, "big", signed=True), bytes(4), (1 << 30).to_bytes(4, "big")
    width = (_WIDE << 16).to_bytes(4, "big")
    content[place : place + 36] = b"".join([zero, one, zero, minus, zero, zero, width, zero, unit])
    lying.write_bytes(content)
    assert _is_upright(_made(Shot(path=lying, seconds=1.0))[5])


def test_a_clip_of_high_range_is_brought_down(tmp_path: Path) -> None:
    """Protects against grey, washed-out or burnt films from cameras that record in HLG or PQ."""
    for curve, grey in ((18, 191), (16, 148)):  # codes of 203 candela: ordinary white (ITU-R BT.2408)
        path = tmp_path / f"{curve}.mp4"
        with av.open(str(path), "w") as sink:
            video = sink.add_stream("libx265", rate=24)
            video.width, video.height, video.pix_fmt = *_SIZE, "yuv420p10le"
            context = video.codec_context
            context.color_primaries, context.color_trc, context.colorspace = 9, curve, 9
            for _ in range(24):
                flat = np.full((_HIGH, _WIDE, 3), grey, np.uint8)
                frame = av.VideoFrame.from_ndarray(flat, "rgb24").reformat(format="yuv420p10le")
                sink.mux(video.encode(frame))
            sink.mux(video.encode(None))
        shown = _made(Shot(path=path, seconds=1.0))[3]
        assert np.ptp(shown[80, 45].astype(int)) < 8
        assert 205 < shown[80, 45].mean() < 252


def test_a_clip_that_ends_too_early_moves_to_and_fro(tmp_path: Path) -> None:
    """Protects against a pet frozen at the end of its line."""
    clip = _clip(tmp_path / "a.mp4", count=20)
    shown = _made(Shot(path=clip, seconds=1.5))
    greys = [int(picture[60, 70, 0]) for picture in shown]
    steps = np.abs(np.diff(greys[19:]))
    assert (steps >= 4).mean() > 0.8
    assert min(greys[19:]) > greys[10]


def test_a_truncated_clip_is_used_as_far_as_it_goes(tmp_path: Path) -> None:
    """Protects a film from an upload that broke off: what there is, then gently to and fro."""
    clip = _clip(tmp_path / "a.mkv", count=48)
    content = clip.read_bytes()
    clip.write_bytes(content[: len(content) * 3 // 4])
    assert len(_made(Shot(path=clip, seconds=1.9))) == 46


def test_shots_of_other_sizes_melt_into_each_other(tmp_path: Path) -> None:
    """Protects the cross-fade: so many pictures, lightness between both, none lost and none twice."""
    dark = _clip(tmp_path / "a.mp4")
    light = _clip(tmp_path / "b.mp4", size=(180, 320), count=30)
    shots = (Shot(path=dark, seconds=1.0), Shot(path=light, start=0.25, seconds=1.0))
    made = list(pictures(shots, 24, _SIZE, 0.25))
    assert len(made) == frames(shots, 24, 0.25) == 42
    greys = [int(planes(each)[0][60, 70]) for each in made]
    assert greys[17] > greys[10]
    inside = greys[18:24]
    assert all(early >= late - 2 for early, late in pairwise(inside))
    assert greys[24] < greys[17]
    cut = list(pictures(shots, 24, _SIZE, 0.0))
    assert len(cut) == 48


@pytest.mark.parametrize(
    ("seconds", "fade", "kind", "key"),
    [
        (9.0, 0.0, Surprise, "film.short_performance"),
        (0.5, 0.3, BadInput, "film.shots_too_short"),
    ],
)
def test_shots_that_cannot_be_made_are_said(
    tmp_path: Path, seconds: float, fade: float, kind: type[Trouble], key: str
) -> None:
    """Protects against a line played on a tenth of a clip, and a shot that is all cross-fade."""
    clip = _clip(tmp_path / "a.mp4")
    shots = (Shot(path=clip, seconds=seconds), Shot(path=clip, seconds=seconds))
    with pytest.raises(kind) as caught:
        list(pictures(shots, 24, _SIZE, fade))
    assert caught.value.key == key


def test_what_is_no_clip_is_said(tmp_path: Path) -> None:
    """Protects the one clear error for a file that is no film."""
    (tmp_path / "a.mp4").write_text("no film " * 99)
    with pytest.raises(BadInput) as caught:
        list(pictures((Shot(path=tmp_path / "a.mp4", seconds=1.0),), 24, _SIZE, 0.0))
    assert caught.value.key == "film.not_a_film"
