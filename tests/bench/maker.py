"""Somebody who goes all the way to a film on Telegram, with typed words and ready voices."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.texts import say
from tests.stories.owner import DIALOGUE
from tests.stories.telegram import Phone

_MOUTH, _LEFT, _RIGHT = "34", "15", "17"  # the squares of the sample cat's face


@dataclass(frozen=True)
class Act:
    """One thing a person does once these words or this button are there; nothing to wait for when empty."""

    ready: str
    do: Callable[[], Awaitable[Any]]


def acts(who: Phone, photo: Path, dialogue: str = DIALOGUE) -> tuple[Act, ...]:
    """The whole chat; the last act starts the film."""
    voice, person, go = (say(key, who.lang) for key in ("voice.naitang", "voice.mama", "talk.b_go"))
    return (
        Act("", lambda: who.act("sends_photo", str(photo))),
        Act(who.words("talk.ask_mouth"), lambda: who.say(_MOUTH)),
        Act(who.words("talk.ask_eye_left"), lambda: who.say(_LEFT)),
        Act(who.words("talk.ask_eye_right"), lambda: who.say(_RIGHT)),
        Act(who.words("talk.ask_theme"), lambda: who.say(dialogue)),
        Act(voice, lambda: who.press(voice)),
        Act(person, lambda: who.press(person)),
        Act(go, lambda: who.press(go)),
    )


def offered(who: Phone, words: str) -> bool:
    """Whether the bot has said this, or offered this button, since the person last did something."""
    return any(words in one["text"] or words in one["buttons"] for one in who.answered())
