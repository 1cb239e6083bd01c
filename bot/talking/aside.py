"""Side questions: which line, for whom, in which language; asked out of order and left again."""

from typing import get_args

from bot.messages import Button
from bot.talking.draft import Draft, button, rows
from bot.talking.model import Mood
from bot.talking.saying import named, played
from pipeline.model import Mood as Bed
from pipeline.themes import bank

MUSIC = ("auto", *get_args(Bed), "off")
"""What may play under a film, besides somebody's own."""


def line(draft: Draft, _: str) -> Draft:
    script = draft.talk.brief.script
    if script is None:
        return draft.tell("talk.line_pick_first", rows=rows(button("back", "talk.b_back")))
    numbers = [button("words", "talk.b_number", n, n=n) for n in range(1, len(script.lines) + 1)]
    picks = (*rows(*numbers, wide=4), (button("back", "talk.b_back"),))
    return draft.tell("talk.ask_line", body=played(script), rows=picks)


def words(draft: Draft, arg: str) -> Draft:
    script = draft.talk.brief.script
    text = script.lines[int(arg) - 1].text if script and int(arg) <= len(script.lines) else ""
    return draft.tell("talk.ask_words", {"n": arg, "text": text}, rows=rows(button("back", "talk.b_back")))


def own(draft: Draft, _: str) -> Draft:
    return draft.tell("talk.ask_own", body=named("talk.own_example", draft.talk.lang), rows=_back())


def whom(draft: Draft, _: str) -> Draft:
    theme = bank.nearest(draft.talk.brief.theme or "").theme
    lang = draft.talk.lang
    names = [button("for", "talk.b_name", one.id, name=one.names[lang]) for one in theme.audiences]
    return draft.tell("talk.ask_whom", rows=(*rows(*names, wide=3), *_back()))


def mood(draft: Draft, _: str) -> Draft:
    moods = [button("play", f"talk.play.{mood}", mood) for mood in get_args(Mood)]
    return draft.tell("talk.ask_mood", rows=(*rows(*moods, wide=3), *_back()))


def settings(draft: Draft, _: str) -> Draft:
    return draft.tell(
        "talk.ask_language",
        rows=(*rows(button("lang", "talk.b_zh", "zh"), button("lang", "talk.b_en", "en")), *_back()),
    )


def forget(draft: Draft, _: str) -> Draft:
    return draft.tell(
        "talk.ask_forget",
        rows=rows(button("forget_all", "talk.b_forget_yes"), button("back", "talk.b_forget_no")),
    )


def whose(draft: Draft, _: str) -> Draft:
    return draft.tell(
        "talk.ask_whose",
        {"n": len(draft.talk.pending)},
        rows=rows(
            button("whose", "talk.b_whose_sample", "sample"),
            button("whose", "talk.b_whose_pet", "pet"),
            button("whose", "talk.b_whose_person", "person"),
            button("whose", "talk.b_whose_music", "music"),
            wide=1,
        ),
    )


def music(draft: Draft, _: str) -> Draft:
    choices = [button("play_under", f"talk.music.{one}", one) for one in MUSIC]
    return draft.tell("talk.ask_music", rows=(*rows(*choices, wide=4), *_back()))


def times(draft: Draft, _: str) -> Draft:
    return draft.tell(
        "talk.ask_times",
        rows=rows(button("first_minute", "talk.b_first_minute"), button("back", "talk.b_back")),
    )


def films(draft: Draft, _: str) -> Draft:
    shown = draft.talk.films
    titles = "\n".join(f"{n}. {made.title}" for n, made in enumerate(shown, 1))
    numbers = [button("film", "talk.b_number", n, n=n) for n in range(1, len(shown) + 1)]
    return draft.tell("talk.ask_films", body=titles, rows=(*rows(*numbers, wide=5), *_back()))


def retry(draft: Draft, arg: str) -> Draft:
    what, _, culprit = arg.partition(":")
    change = button("reopen", _CHANGES[culprit], culprit)
    return draft.tell("talk.ask_retry", rows=rows(change, button("retry", "talk.b_retry", what)))


_CHANGES = {
    "photo": "talk.b_other_photo",
    "frame": "talk.b_change_frame",
    "theme": "talk.b_other_theme",
    "script": "talk.b_change_script",
    "voice": "talk.b_change_voice",
    "person": "talk.b_change_person",
    "summary": "talk.b_back",
}


def _back() -> tuple[tuple[Button, ...], ...]:
    return rows(button("back", "talk.b_back"))
