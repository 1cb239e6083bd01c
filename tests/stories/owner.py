"""A cat's owner on the page: the shortest whole chat, act by act, from the photo to the last button."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from bot.texts import say
from tests.stories.website import Guest

DIALOGUE = "妈妈：饿不饿\n宝宝：饿"
# On the sample cat's face as the bot shows it: it asks where mouth and eyes are.
_MOUTH, _LEFT, _RIGHT = (0.60, 0.88), (0.40, 0.38), (0.75, 0.45)


@dataclass(frozen=True)
class Act:
    """One thing the owner does, once the page is `ready` for it; `works` when a making follows from it."""

    ready: Callable[[], bool]
    do: Callable[[], Awaitable[str]]
    works: bool = False


def acts(who: Guest, photo: Path, dialogue: str = DIALOGUE) -> tuple[Act, ...]:
    """The whole chat; the last act starts the film."""

    def offered(button: str) -> Callable[[], bool]:
        return lambda: button in who.open_buttons()

    def asked(key: str) -> Callable[[], bool]:
        return lambda: bool(who.page) and who.page[-1].get("text") == say(key, "zh")

    async def point(place: tuple[float, float]) -> str:
        return await who.tap(str(who.page[-1]["id"]), *place)

    async def press(button: str) -> str:
        return await who.press(who.open_buttons()[button])

    return (
        Act(asked("talk.ask_photo"), lambda: who.send(photo), works=True),
        Act(asked("talk.ask_mouth"), lambda: point(_MOUTH)),
        Act(asked("talk.ask_eye_left"), lambda: point(_LEFT)),
        Act(asked("talk.ask_eye_right"), lambda: point(_RIGHT), works=True),
        Act(offered("theme:raise-mom"), lambda: who.say(dialogue), works=True),
        Act(offered("voice:naitang"), lambda: press("voice:naitang")),
        Act(offered("person:mama"), lambda: press("person:mama")),
        Act(offered("go:"), lambda: press("go:"), works=True),
    )


def percent(who: Guest) -> int:
    """How much of the film is done; -1 where none is being made."""
    return max((each["progress"]["percent"] for each in who.page if each.get("progress")), default=-1)


def films(who: Guest) -> int:
    """How many films are on the page."""
    return sum(each["kind"] == "film" for each in who.page)
