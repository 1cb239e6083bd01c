"""What a vendor of performances can do, as facts with the units they are chosen by."""

from typing import Literal

from storage.model import Noun


class Speaks(Noun):
    """What a model that says lines by itself, in its own voice, makes and takes.

    `price` is that of a unit with sound, in the facts' currency and unit; `clips` are the seconds a clip with
    sound may have, the shortest first.
    """

    price: float
    clips: tuple[float, ...]

    def clip(self, seconds: float) -> float:
        """Return the shortest clip that holds so many seconds; the longest there is where none does."""
        return next((length for length in self.clips if length >= seconds), self.clips[-1])


class Can(Noun):
    """One avatar vendor's abilities.

    `animals`: takes animal faces; None where nobody says. `sound`: "ours" follows our sound frame by frame,
    "reference" repeats it about as we gave it, "own" makes its own or none: then our voice is laid over a
    mouth that does not follow. `least`, `most`: seconds of sound in one job; `best`: seconds above which
    lines are rather split into several. `narrowest`, `widest`: width over height of the picture. `needs_url`:
    wants addresses, not bytes. `mode`: which of the vendor's qualities this is. `short_side` in pixels, `fps`
    of what comes; `minutes` until a job counts as lost; `pace`: seconds of waiting for one of performance.
    `dub`: price of a second to have a scene's mouth follow our sound afterwards, 0 where nobody does that,
    and `dub_once` what is paid before it whatever comes of it.
    `speaks`: how it says lines in its own voice, where that is asked for; None where it cannot.
    """

    animals: bool | None = None
    sound: Literal["ours", "reference", "own"] = "ours"
    least: float = 0.5
    most: float = 60.0
    best: float = 30.0
    narrowest: float = 0.4
    widest: float = 2.5
    needs_url: bool = False
    mode: Literal["best", "fast"] = "best"
    short_side: int = 720
    fps: float = 25.0
    dub: float = 0.0
    dub_once: float = 0.0
    speaks: Speaks | None = None
    minutes: float = 60.0
    pace: float = 20.0
