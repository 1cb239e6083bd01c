"""What a painter is told: the prompt, then the pet, its face, what it holds, and what somebody wished."""

from collections import Counter

from pipeline.ports.text import Described
from pipeline.writing import clean, prompts
from storage.model import Lang, Line, Noun, Script

_LONGEST_WISH = 120  # characters
_WORDS: dict[Lang, dict[str, str]] = {
    "zh": {
        "pet": "宠物：", "face": "表情：", "holds": "手里：", "wish": "愿望：", "between": "，",
        "dog": "狗", "cat": "猫", "bun": "两只前爪在胸前捧着一个咬过一口的白包子，包子离嘴远远的",
        "calm": "平静，认真地看着镜头", "happy": "开心，眼睛发亮", "sad": "委屈，眉头皱着，眼睛水汪汪",
        "crying": "哭着，眼里含泪，脸颊上挂着几滴眼泪，可怜巴巴", "proud": "得意，微微抬着头",
        "sly": "机灵，眯着眼", "shocked": "吃惊，眼睛睁得很大",
    },
    "en": {
        "pet": "Pet: ", "face": "Face: ", "holds": "It holds: ", "wish": "Wish: ", "between": ", ",
        "dog": "a dog", "cat": "a cat",
        "bun": "a white steamed bun with one bite taken, in both paws at its chest, well away from its mouth",
        "calm": "calm, looking into the camera earnestly", "happy": "happy, bright eyes",
        "sad": "sad and wronged, brows drawn together, watery eyes",
        "crying": "crying, tears in its eyes and a few on its cheeks, pitiful",
        "proud": "proud, chin a little up", "sly": "sly, eyes narrowed", "shocked": "startled, wide-eyed",
    },
}  # fmt: skip


class Scene(Noun):
    """What one film's picture is about: what is known of the pet, how the script has it, and what was wished
    in free words."""

    lang: Lang = "zh"
    pet: Described | None = None
    script: Script | None = None
    wish: str = ""


def words(scene: Scene) -> str:
    """Return the whole prompt; a wish is one clean line: it can neither end the prompt nor begin another."""
    prompt, say = prompts.read("frame", scene.lang), _WORDS[scene.lang]
    rows = {
        "pet": _pet(scene, say),
        "face": say[_face(scene.script)],
        "holds": say["bun"] if _has_bun(scene.script) else "",
        "wish": clean.line(scene.wish, _LONGEST_WISH),
    }
    told = "\n".join(f"{say[name]}{row}" for name, row in rows.items() if row)
    return f"{prompt.system}\n\n{prompt.words}\n{told}"


def _pet(scene: Scene, say: dict[str, str]) -> str:
    if scene.pet is None:
        return ""
    parts = (say.get(scene.pet.species, ""), scene.pet.breed, *scene.pet.colours)
    return say["between"].join(part for part in parts if part)


def _face(script: Script | None) -> str:
    """The script's own mood: what most of the pet's lines have, the later where two are even."""
    played = [line.direction.emotion for line in _lines(script) if line.direction]
    moods = Counter(mood for mood in reversed(played) if mood != "calm")
    return moods.most_common(1)[0][0] if moods else "calm"


def _has_bun(script: Script | None) -> bool:
    return any(line.direction is not None and line.direction.prop == "bun" for line in _lines(script))


def _lines(script: Script | None) -> tuple[Line, ...]:
    return script.lines if script else ()
