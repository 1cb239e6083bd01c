"""What a fake text service answers: scripts, changes and descriptions, as asked in the question's material.

It writes by the rules; a test may ask it to break one of them, once per entry of `slips`.
"""

import base64
import json
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from pipeline.themes.words import syllables
from storage.model import Lang

_ZH = (
    "去海边捡贝壳",
    "帮邻居遛乌龟",
    "给奶奶织围巾",
    "替小鸟搭个窝",
    "上山采蘑菇回来",
    "学敲鼓给你听",
    "在楼下摆摊剪纸",
    "把骨头种进花盆",
    "跟云朵借雨伞",
    "攒瓶盖做风铃",
    "陪月亮数星星",
    "写信求圣诞老人",
)
_EN = (
    "Selling seashells",
    "Walk the turtle",
    "Knit warm gloves",
    "Build bird houses",
    "Pick wild mushrooms",
    "Drum lessons daily",
    "Paper cranes, cheap",
    "Plant one bone",
    "Borrow rain clouds",
    "Wind chimes maybe",
    "Count sleepy sheep",
    "Letters to Santa",
)
_ASKED = {"zh": ("你去哪里", "去了做什么", "做不成怎么办"), "en": ("Where to?", "And then?", "What if not?")}
_TITLES = {"zh": ["谁家的孩子", "哭着也要说"], "en": ["Whose kid is this", "Crying and saying it"]}
Slip = Callable[[dict[str, Any]], str]


class Mind:
    """One model's mind; `told` keeps what it was asked, `at` when it last knew an answer (monotonic)."""

    def __init__(self) -> None:
        self.slips: deque[str] = deque()
        self.same: deque[str] = deque()
        self.told: list[str] = []
        self.at = 0.0

    def answer(self, system: str, words: str, pictures: int = 0) -> str:
        """Return the text of an answer."""
        self.told.append(f"{system}\n{words}")
        self.at = time.monotonic()
        slip = self.slips.popleft() if self.slips else ""
        if slip in _BAD:
            return _BAD[slip]
        made = self._made(words, pictures)
        if slip:
            _SLIPS[slip](made)
        text = json.dumps(made, ensure_ascii=False)
        return f"```json\n{text}\n```" if slip == "fenced" else text

    def _made(self, words: str, pictures: int) -> dict[str, Any]:
        if "<data>" not in words:
            assert pictures, "a question without material is about a picture"
            if pictures == 2:
                return {"unlike": "", "same": self.same.popleft() if self.same else "yes"}
            return _look()
        data = json.loads(words.partition("<data>")[2].partition("</data>")[0])
        return _changed(data) if "may_change" in data else _options(data)


def _options(data: dict[str, Any]) -> dict[str, Any]:
    lang: Lang = "en" if all(ord(mark) < 128 for mark in "".join(data["examples"][0])) else "zh"
    free = [
        one
        for one in (_ZH if lang == "zh" else _EN)
        if all(
            _fitting(one, 99, lang) not in line and line not in one
            for seen in data["not_these"]
            for line in seen[-1:]
        )
    ]
    return {"options": [_option(data, free[n::3], lang) for n in range(data["count"])]}


def _option(data: dict[str, Any], pool: list[str], lang: Lang) -> dict[str, Any]:
    lines, acting = [], []
    turn = -1
    for row in data["lines"]:
        asked = row["speaker"] == "person"
        turn += asked
        if asked:
            text = _ASKED[lang][turn % 3] if data["questions_too"] else row["text"]
        else:
            text = _fitting(pool[turn % len(pool)], row["most_syllables"], lang)
            acting.append(_acting(row["n"]))
        lines.append({"n": row["n"], "speaker": row["speaker"], "text": text})
    tags = ["萌宠", "#配音"] if lang == "zh" else ["pets", "#talking"]
    return {"title": _TITLES[lang], "tags": tags, "lines": lines, "acting": acting}


def _fitting(text: str, most: int, lang: Lang) -> str:
    """As much of a line as may be said."""
    pieces = list(text) if lang == "zh" else text.split()
    glue = "" if lang == "zh" else " "
    while len(pieces) > 1 and syllables(glue.join(pieces), lang) > most:
        pieces.pop()
    kept = glue.join(pieces)
    if syllables(kept, lang) <= most:
        return kept
    return {"S": "So.", "W": "Well.", "K": "Yes.", "B": "Sure.", "P": "Yep.", "D": "Yeah."}.get(
        kept[0], "Hm."
    )


def _acting(n: int) -> dict[str, Any]:
    played = {"emotion": "crying", "action": "bite", "camera": "push", "prop": "bun"}
    return {"n": n, **played, "zh": "镜头推进，它咬了口包子哭着说", "en": "Push in; it bites the bun, crying"}


def _changed(data: dict[str, Any]) -> dict[str, Any]:
    """Changes what it may, and more: that others are put back is not this one's doing."""
    lines = [
        {**row, "text": f"{row['text']}呜呜" if ord(row["text"][0]) > 127 else "Sob, sob."}
        for row in data["lines"]
    ]
    pets = [row["n"] for row in data["lines"] if row["speaker"] != "person"]
    acting = [_acting(n) for n in pets]
    changed = data["may_change"] or pets[-1:]
    return {
        "changed": changed,
        "title_changed": False,
        "title": data["title"],
        "lines": lines,
        "acting": acting,
    }


def _look() -> dict[str, Any]:
    face = {
        "visible": True,
        "sure": 0.9,
        "mouth": [0.5, 0.6],
        "left_eye": [0.42, 0.45],
        "right_eye": [0.58, 0.45],
        "nose": [0.5, 0.54],
        "mouth_open": False,
    }
    return {
        "species": "dog",
        "breed": "柯基",
        "colours": ["黄", "白"],
        "pose": "坐着",
        "expression": "委屈",
        "holds": "",
        "background": "客厅的地毯",
        "face": face,
    }


def _first(made: dict[str, Any]) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = made["options"][0]["lines"]
    return lines


def _other_person(made: dict[str, Any]) -> None:
    _first(made)[0]["text"] = "我改了你的问题"


def _too_long(made: dict[str, Any]) -> None:
    _first(made)[-1]["text"] *= 6


def _alike(made: dict[str, Any]) -> None:
    made["options"][1]["lines"] = made["options"][0]["lines"]


def _fewer(made: dict[str, Any]) -> None:
    made["options"].pop()


def _rude(made: dict[str, Any]) -> None:
    _first(made)[-1]["text"] = "笨蛋"


def _dressed(made: dict[str, Any]) -> None:
    """A link, markup and marks nobody sees, around words that are fine."""
    line = _first(made)[-1]
    line["text"] = f"<b>{line['text']}</b>\u202e https://evil.example/x **\x07**"


def _unsure(made: dict[str, Any]) -> None:
    made["face"]["sure"] = 0.3


def _upside_down(made: dict[str, Any]) -> None:
    made["face"]["left_eye"], made["face"]["right_eye"] = made["face"]["right_eye"], made["face"]["left_eye"]


def _nothing(made: dict[str, Any]) -> None:
    """As it should be."""


_SLIPS: dict[str, Callable[[dict[str, Any]], None]] = {
    "other person": _other_person,
    "too long": _too_long,
    "alike": _alike,
    "fewer": _fewer,
    "rude": _rude,
    "dressed": _dressed,
    "unsure": _unsure,
    "upside down": _upside_down,
    "fenced": _nothing,
}
_BAD = {
    "prose": "好的！下面是三个方案：第一个……",
    "cut off": '{"options": [{"title": ["一", "二"], "lines": [{"n": 1, "spea',
    "blank": "   \n ",
    "no shape": '{"dialogues": ["a", "b", "c"]}',
}


def is_jpeg(url: str) -> bool:
    """Whether a data URL holds what it declares."""
    head, _, coded = url.partition(";base64,")
    return head == "data:image/jpeg" and base64.b64decode(coded, validate=True)[:3] == b"\xff\xd8\xff"
