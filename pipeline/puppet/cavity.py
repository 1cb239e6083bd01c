"""The inside of a painted mouth: throat, palate, tongue, lower lip and two small canines, by their light."""

import numpy as np

from pipeline.puppet.plate import Floats, smooth

Colour = tuple[int, int, int]

_THROAT, _CHEEK = (22, 7, 10), (104, 42, 44)
_TONGUE = (114, 46, 52), (208, 112, 114)  # at its root, and where light falls on it
_LIP = {True: (168, 108, 104), False: (60, 42, 44)}  # a cat's is pink, a dog's black
_IVORY = (168, 156, 136), (232, 224, 206)
_FANG = 0.46  # of the half-width, from the middle to a canine


def cavity(u: Floats, depth: Floats, above: Floats, half: float, drop: float, *, cat: bool) -> Floats:
    """Return the colours inside in white light, in the units of a mouth.

    `depth` is how far below the upper lip each place is, `above` how far above the lower one; `half` the
    half-width, `drop` how far the jaw has dropped.
    """
    x, tall = u / np.float32(half), np.maximum(depth + above, 1e-3)
    wide_open = float(smooth(np.array([drop]), 0.15, 0.60)[0])
    colour = _mix(_THROAT, _CHEEK, np.clip(depth / tall, 0, 1) ** 1.5)
    # The palate's arch: a little light comes back from it on either side of the middle.
    colour += (16 * wide_open * np.exp(-(((depth / tall - 0.30) / 0.16) ** 2)) * np.abs(x))[..., None]
    colour = _tongued(colour, x, above, drop, wide_open)
    # Light comes from the front and above: the upper lip's shade lies over everything behind it.
    colour *= (0.26 + 0.74 * smooth(depth, 0.0, 0.10 + 0.42 * drop))[..., None]
    colour *= (1 - 0.70 * np.clip(np.abs(x), 0, 1) ** 3)[..., None]
    colour = _fanged(colour, x, depth, half, drop, cat=cat)
    return _lipped(colour, x, above, tall, cat=cat)


def _tongued(colour: Floats, x: Floats, above: Floats, drop: float, lit: float) -> Floats:
    """Lay the tongue in: it rises out of the lower jaw and is lost in the dark behind."""
    high = np.float32(0.66 * drop + 0.02) * np.maximum(0, 1 - np.abs(x / 0.74) ** 2.4)
    near = above / np.maximum(high, 1e-3)  # 0 at its front, 1 at its back
    on = smooth(high - above, 0.0, 0.22 * drop + 0.02)
    light = smooth(1 - near, 0.05, 0.75) * (1 - np.float32(0.25) * np.abs(x))
    tongue = _mix(*_TONGUE, light)
    tongue *= (1 - 0.16 * np.exp(-((x / 0.075) ** 2)) * smooth(1 - near, 0.1, 0.6))[..., None]
    tongue += (14 * np.exp(-(((np.abs(x) - 0.24) / 0.22) ** 2) - ((near - 0.48) / 0.20) ** 2))[..., None]
    # One that fills a half-shut mouth looks like lipstick: it lies back in the shade until that opens.
    tongue *= np.float32(0.42 + 0.58 * lit)
    return np.asarray(colour + (tongue - colour) * on[..., None], np.float32)


def _fanged(colour: Floats, x: Floats, depth: Floats, half: float, drop: float, *, cat: bool) -> Floats:
    """Let two canines show, once there is room for them."""
    long = (0.26 if cat else 0.22) * drop
    shown = float(smooth(np.array([drop]), 0.22, 0.5)[0])
    down = np.clip(depth / max(long, 1e-3), 0, 1)
    thick = (0.075 if cat else 0.070) * np.sqrt(np.maximum(0, 1 - down**1.6))
    bent = np.abs(x) - np.float32(_FANG) + 0.05 * down
    tooth = smooth(thick - np.abs(bent) * np.float32(half), 0.0, 0.03) * (depth < long)
    ivory = _mix(*_IVORY, down * (1 - 0.4 * smooth(bent * half, -0.02, 0.06)))
    ivory *= (0.40 + 0.50 * smooth(down, 0.0, 0.55))[..., None]
    return np.asarray(colour + (ivory - colour) * np.float32(0.9 * shown) * tooth[..., None], np.float32)


def _lipped(colour: Floats, x: Floats, above: Floats, tall: Floats, *, cat: bool) -> Floats:
    """Turn the lower lip inwards: a wet rim between the fur of the chin and the tongue."""
    high = np.float32(0.075) * smooth(tall, 0.05, 0.40) * (1 - 0.5 * np.clip(np.abs(x), 0, 1) ** 2)
    on = smooth(high - above, -0.012, 0.030) * smooth(tall, 0.05, 0.25)
    round_ = np.clip(above / np.maximum(high, 1e-3), 0, 1)
    lip = np.array(_LIP[cat], np.float32) * (0.62 + 0.45 * np.sin(np.pi * round_**0.8))[..., None]
    lip += (26 * np.exp(-(((round_ - 0.6) / 0.18) ** 2)) * (1 - np.clip(np.abs(x), 0, 1)))[..., None]
    lip *= (1 - 0.55 * np.clip(np.abs(x), 0, 1) ** 4)[..., None]
    return np.asarray(colour + (lip - colour) * on[..., None], np.float32)


def _mix(one: Colour, other: Colour, part: Floats) -> Floats:
    a, b = np.array(one, np.float32), np.array(other, np.float32)
    return np.asarray(a + (b - a) * part[..., None], np.float32)
