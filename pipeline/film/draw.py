"""Things drawn once per film: lettering, pills, the band, the panel. RGBA pictures over tight boxes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from pipeline.film.type import Faces, font

Rgba = NDArray[np.uint8]


@dataclass(frozen=True)
class Ink:
    """How letters look: `fill` and `stroke` as #RRGGBB, the stroke's width as a share of the size.

    `bold` thickens the letters themselves, by a share of the size on either side.
    """

    fill: str
    stroke: str
    weight: float
    bold: float = 0.0
    lit: str | None = None


def lettering(
    faces: Faces, lines: Sequence[str], size: int, ink: Ink, leading: float = 1.28, said: int = 0
) -> Rgba:
    """Return centred lines of text, (height, width, 4), cropped to what is inked.

    The first `said` characters of them all have the ink's `lit` colour. All strokes lie under all fills, so
    that no letter's outline cuts into its neighbour.
    """
    edge = math.ceil(size * ink.weight)
    widths = [faces.width(line, size) for line in lines]
    step = round(size * leading)
    wide = math.ceil(max(widths, default=0)) + 2 * edge + size
    # Clear, yet of the outer colour already: soft edges must not darken.
    outer = _rgb(ink.stroke if edge else ink.fill)
    picture = Image.new("RGBA", (wide, step * len(lines) + 2 * edge + size), (*outer, 0))
    pen = ImageDraw.Draw(picture)
    for stroked in (True, False):
        left = said
        for number, (line, run) in enumerate(zip(lines, widths, strict=True)):
            x, baseline = (wide - run) / 2, edge + size + number * step
            told, left = line[: max(left, 0)], left - len(line)
            for path, piece, fill in _inked(faces, line, told, ink):
                face = font(path, size)
                if stroked and edge:
                    pen.text((x, baseline), piece, ink.stroke, face, "ls", stroke_width=edge)
                elif not stroked:
                    # Noto comes thinner than the cute face: a hair more of its own colour evens them out.
                    plain = path != faces.paths[0] or len(faces.paths) == 1
                    bold = size * (ink.bold + (0.012 if plain else 0.0))
                    pen.text((x, baseline), piece, fill, face, "ls", stroke_width=bold)
                x += face.getlength(piece)
    return cropped(picture)


def _inked(faces: Faces, line: str, told: str, ink: Ink) -> list[tuple[Path, str, str]]:
    """Return a line in pieces of one face and colour each: what is told already, then the rest."""
    lit = [(path, piece, ink.lit or ink.fill) for path, piece in faces.runs(told)]
    return [*lit, *((path, piece, ink.fill) for path, piece in faces.runs(line[len(told) :]))]


def pill(faces: Faces, text: str, size: int, ink: Ink, ground: str, opacity: float) -> Rgba:
    """Return a word on a rounded ground."""
    word = Image.fromarray(lettering(faces, [text], size, ink), "RGBA")
    pad = round(size * 0.42), round(size * 0.28)
    wide, high = word.width + 2 * pad[0], word.height + 2 * pad[1]
    shape = Image.new("L", (wide * 4, high * 4), 0)
    ImageDraw.Draw(shape).rounded_rectangle(
        (0, 0, wide * 4 - 1, high * 4 - 1), radius=high * 4 * 0.36, fill=round(255 * opacity)
    )
    picture = Image.new("RGBA", (wide, high), ground)
    picture.putalpha(shape.resize((wide, high), Image.Resampling.BOX))
    picture.alpha_composite(word, pad)
    return np.asarray(picture)


def ground(width: int, height: int, top: str, bottom: str) -> Rgba:
    """Return an opaque area running from one colour down to another."""
    colours = np.array([_rgb(top), _rgb(bottom)], np.float32)
    at = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    rows = colours[0] * (1 - at) + colours[1] * at
    picture = np.empty((height, width, 4), np.uint8)
    picture[..., :3] = np.rint(rows)[:, None]
    picture[..., 3] = 255
    return picture


def paws(picture: Rgba, colour: str, opacity: float, size: float) -> Rgba:
    """Return the area with faint paw prints strewn over it, always the same ones."""
    high, wide = picture.shape[:2]
    sheet = Image.new("L", (wide * 2, high * 2), 0)
    pen = ImageDraw.Draw(sheet)
    step = size * 4.6
    for row in range(math.ceil(high / step) + 1):
        for column in range(math.ceil(wide / step) + 1):
            x, y = (column + (0.5 if row % 2 else 0.0)) * step, (row + 0.35) * step
            _paw(
                pen,
                x * 2,
                y * 2,
                size,
                turn=(-0.35, 0.3, 0.0)[(row * 2 + column) % 3],
                fill=round(255 * opacity),
            )
    mask = sheet.resize((wide, high), Image.Resampling.BOX)
    result = Image.fromarray(picture, "RGBA")
    result.paste(Image.new("RGBA", (wide, high), colour), (0, 0), mask)
    return np.asarray(result)


def stacked(upper: Rgba, lower: Rgba, gap: int) -> Rgba:
    """Return two pictures one above the other, both centred."""
    wide = max(upper.shape[1], lower.shape[1])
    picture = Image.new("RGBA", (wide, upper.shape[0] + gap + lower.shape[0]), (0, 0, 0, 0))
    for part, top in ((upper, 0), (lower, upper.shape[0] + gap)):
        picture.paste(Image.fromarray(part, "RGBA"), ((wide - part.shape[1]) // 2, top))
    return np.asarray(picture)


def cropped(picture: Image.Image) -> Rgba:
    """Return the inked part of a picture; one clear pixel when nothing is inked."""
    return np.asarray(picture.crop(picture.getchannel("A").getbbox() or (0, 0, 1, 1)))


def _paw(pen: ImageDraw.ImageDraw, x: float, y: float, size: float, turn: float, fill: int) -> None:
    """Draw one pad and four toes, `size` being half the pad's reach in pixels."""
    for across, down, wide, high in (
        (0.0, 0.42, 0.60, 0.46),
        (-0.72, -0.22, 0.22, 0.31),
        (-0.27, -0.66, 0.23, 0.34),
        (0.27, -0.66, 0.23, 0.34),
        (0.72, -0.22, 0.22, 0.31),
    ):
        cx = x + size * (across * math.cos(turn) - down * math.sin(turn))
        cy = y + size * (across * math.sin(turn) + down * math.cos(turn))
        pen.ellipse((cx - wide * size, cy - high * size, cx + wide * size, cy + high * size), fill=fill)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
