"""The voices anyone can choose by name, for the pet and for the person, in both languages.

A preset is a Kokoro pack (or a mixture) with a speed, and for pets a colouring. Their names and descriptions
are texts: `voice.<name>` and `voice.<name>.note`.
"""

from typing import Literal

from pipeline.ports.errors import BadInput
from pipeline.sound.nearest import nearest
from pipeline.sound.tune import Tuning
from storage.model import Lang, Noun

Role = Literal["pet", "person"]


class Preset(Noun):
    """One voice: `packs` by language, `speed` over 1 is faster, `tuning` None leaves the pack as it is.

    `called` are names people may type for it. `f0` is the middle of its pitch in hertz;
    without Kokoro the plain voice is moved there.
    """

    name: str
    role: Role
    called: tuple[str, ...]
    packs: dict[Lang, str]
    f0: float
    speed: float = 1.0
    tuning: Tuning | None = None

    @property
    def key(self) -> str:
        """The text key of its display name."""
        return f"voice.{self.name}"


PRESETS = (
    Preset(
        name="naitang", f0=345, role="pet", called=("奶糖", "toffee"),
        packs={"zh": "zf_xiaoyi", "en": "af_bella"},
        speed=0.92, tuning=Tuning(stretch=1.12),
    ),
    Preset(
        name="doubao", f0=300, role="pet", called=("豆包", "bean"),
        packs={"zh": "zm_yunxia", "en": "am_puck"},
        speed=0.98, tuning=Tuning(stretch=1.08, spread=0.24),
    ),
    Preset(
        name="mianhua", f0=285, role="pet", called=("棉花", "cotton"),
        packs={"zh": "zf_xiaobei*0.6+zf_xiaoni*0.4", "en": "af_heart*0.6+af_bella*0.4"},
        speed=0.9, tuning=Tuning(stretch=1.18, spread=0.14, breath=0.6, tilt=-1.5),
    ),
    Preset(
        name="tangyuan", f0=395, role="pet", called=("汤圆", "dumpling"),
        packs={"zh": "zf_xiaoxiao", "en": "af_heart"},
        speed=1.0, tuning=Tuning(stretch=1.3, tilt=1.0),
    ),
    Preset(
        name="hanhan", f0=215, role="pet", called=("憨憨", "bear"),
        packs={"zh": "zm_yunxi", "en": "am_michael"},
        speed=0.9, tuning=Tuning(stretch=1.0, spread=0.2),
    ),
    Preset(
        name="mama", f0=220, role="person", called=("妈妈", "mom", "mother"),
        packs={"zh": "zf_xiaobei", "en": "bf_emma"}, speed=1.05,
    ),
    Preset(
        name="baba", f0=105, role="person", called=("爸爸", "dad", "father"),
        packs={"zh": "zm_yunyang", "en": "am_michael"}, speed=0.98,
    ),
)  # fmt: skip


def find(name: str) -> Preset:
    """Return the preset of that name, or of a name people call it.

    Raises:
        BadInput: `voice.unknown` (name, nearest).
    """
    wanted = name.strip().lower()
    for preset in PRESETS:
        if wanted in (preset.name, *preset.called):
            return preset
    known = [called for preset in PRESETS for called in (preset.name, *preset.called)]
    raise BadInput("voice.unknown", {"name": name[:40], "nearest": find(nearest(wanted, known)).name})


def names(role: Role | None = None) -> tuple[str, ...]:
    """Return the presets' names, those of one role or all; the first of a role is its default."""
    return tuple(preset.name for preset in PRESETS if role in (None, preset.role))
