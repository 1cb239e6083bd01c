"""Asks the one question a chat is at, with buttons for the usual answers."""

from collections.abc import Callable
from typing import get_args

from bot.messages import Button
from bot.talking.draft import Draft, button, rows
from bot.talking.model import Mood, Role, Talk
from bot.talking.questions import complete, count, question, recorded, token
from bot.talking.saying import named, numbered, played, scripts, voices
from pipeline.themes import bank
from storage.model import Line, Taps


def ask(draft: Draft) -> Draft:
    """Return the draft with its question asked; a new question opens a new round of buttons."""
    name, _, arg = question(draft.talk).partition(":")
    return _ASKED[name](moved(draft), arg)


def moved(draft: Draft) -> Draft:
    """Return the draft in the round of its question: the same one, or a new one."""
    now = token(draft.talk)
    if now == draft.talk.question:
        return draft
    return draft.change(question=now, round=draft.talk.round + 1)


def _photo(draft: Draft, _: str) -> Draft:
    if draft.talk.brief.photo is None:
        return draft.tell("talk.ask_photo")
    return draft.tell("talk.ask_photo_again", rows=rows(_keep("photo")))


def _looking(draft: Draft, _: str) -> Draft:
    key = "talk.looking" if draft.talk.brief.taps == Taps() else "talk.looking_again"
    return (draft if draft.runs("frame") else draft.start("frame")).tell(key)


def _mouth(draft: Draft, _: str) -> Draft:
    seen = draft.talk.seen
    picture = (seen.picture,) if seen and seen.picture else ()
    buttons = rows(
        button("narrate", "talk.b_voice_over"), button("other_photo", "talk.b_other_photo"), wide=2
    )
    return draft.tell(
        "talk.ask_mouth" if picture else "talk.ask_mouth_unseen",
        kind="pictures" if picture else "say",
        assets=picture,
        rows=buttons,
        role="picture",
        tappable=bool(picture),
    )


def _eyes(draft: Draft, _: str) -> Draft:
    seen = draft.talk.seen
    picture = (seen.picture,) if seen and seen.picture else ()
    return draft.tell(
        "talk.ask_eye_right" if draft.talk.points else "talk.ask_eye_left",
        kind="pictures" if picture else "say",
        assets=picture,
        rows=rows(button("no_eyes", "talk.b_skip"), button("mouth_again", "talk.b_mouth_again")),
        role="picture",
        tappable=bool(picture),
    )


def _theme(draft: Draft, _: str) -> Draft:
    lang = draft.talk.lang
    choices = [button("theme", "talk.b_name", theme.slug, name=theme.names[lang]) for theme in bank.themes()]
    kept = (_keep("theme"),) if draft.talk.brief.theme else ()
    others = rows(button("own", "talk.b_own"), *kept)
    return draft.tell("talk.ask_theme", rows=(*rows(*choices, wide=1), *others))


def _writing(draft: Draft, _: str) -> Draft:
    return (draft if draft.runs("scripts") else draft.start("scripts")).tell("talk.writing")


def _script(draft: Draft, _: str) -> Draft:
    talk = draft.talk
    if not talk.options:
        return draft.tell("talk.script_now", body=played(talk.brief.script), rows=_script_now(talk))
    picks = tuple(button("pick", "talk.b_number", n, n=n) for n in range(1, len(talk.options) + 1))
    rest = rows(
        button("again", "talk.b_three_more"), button("whom", "talk.b_whom"),
        button("line", "talk.b_line"), button("mood", "talk.b_mood"), button("own", "talk.b_own"),
    )  # fmt: skip
    kept = ((_keep("script"),),) if talk.brief.script else ()
    body = scripts(talk.options, noted=talk.mood is not None)
    return draft.tell("talk.ask_script", {"n": len(talk.options)}, body=body, rows=(picks, *rest, *kept))


def _script_now(talk: Talk) -> tuple[tuple[Button, ...], ...]:
    return rows(
        _keep("script"),
        button("line", "talk.b_line"),
        button("mood", "talk.b_mood"),
        button("own", "talk.b_own"),
    )


def _voice(draft: Draft, _: str) -> Draft:
    talk = draft.talk
    presets = [
        button("voice", "talk.b_name", name, name=named(f"voice.{name}", talk.lang)) for name in VOICES
    ]
    others = [button("record", "talk.b_record_pet")]
    if talk.brief.voice or talk.brief.sample or talk.brief.pet_lines:
        others.append(_keep("voice"))
    heard = draft if "auditions" in talk.last else auditions(draft)
    asked = heard.tell(
        "talk.ask_voice",
        body=voices(VOICES, talk.lang),
        rows=(*rows(*presets, wide=3), *rows(*others)),
    )
    return asked if talk.auditions or draft.runs("audition") else asked.start("audition")


def auditions(draft: Draft) -> Draft:
    """Let the presets be heard, where they have been spoken."""
    heard = draft.talk.auditions
    if not heard:
        return draft
    labels = tuple(f"voice.{name}" for name in heard)
    return draft.tell(
        "talk.auditions", kind="voices", assets=tuple(heard.values()), labels=labels, role="auditions"
    )


VOICES = ("naitang", "doubao", "mianhua", "tangyuan", "hanhan")
PEOPLE = ("mama", "baba")


def _consent(draft: Draft, _: str) -> Draft:
    return draft.tell(
        "talk.ask_consent",
        rows=rows(button("may", "talk.b_may"), button("may_not", "talk.b_may_not"), wide=1),
    )


def _learning(draft: Draft, _: str) -> Draft:
    return (draft if draft.runs("voice") else draft.start("voice")).tell("talk.learning")


def _preview(draft: Draft, _: str) -> Draft:
    return draft.tell(
        "talk.ask_preview",
        rows=rows(button("use_voice", "talk.b_use_voice"), button("other_voice", "talk.b_other_voice")),
    )


def _pet_lines(draft: Draft, _: str) -> Draft:
    return _record(draft, "pet")


def _person_lines(draft: Draft, _: str) -> Draft:
    return _record(draft, "person")


def _record(draft: Draft, role: Role) -> Draft:
    """Ask for the next line to be recorded, or for one recording of them all."""
    talk = draft.talk
    want, have = count(talk, role), len(recorded(talk, role))
    other = button("other_voice" if role == "pet" else "other_person", "talk.b_preset_instead")
    if not want:
        return draft.tell("talk.record_wait", rows=((other,),))
    lines = _lines(talk, role)
    if have == 0:
        return draft.tell("talk.record_first", {"n": want}, body=numbered(lines), rows=((other,),))
    again = button("record_again", "talk.b_record_again", role)
    if have > want:
        return draft.tell("talk.record_too_many", {"have": have, "want": want}, rows=((again, other),))
    whole = (button("whole", "talk.b_whole", role),) if have == 1 else ()
    fields = {"n": have + 1, "left": want - have, "text": lines[have].text}
    return draft.tell("talk.record_next", fields, rows=(*rows(*whole, again, other),))


def _lines(talk: Talk, role: Role) -> tuple[Line, ...]:
    lines = talk.brief.script.lines if talk.brief.script else ()
    return tuple(line for line in lines if (line.speaker == "person") == (role == "person"))


def _person(draft: Draft, _: str) -> Draft:
    talk = draft.talk
    presets = [
        button("person", "talk.b_name", name, name=named(f"voice.{name}", talk.lang)) for name in PEOPLE
    ]
    others = [button("record_person", "talk.b_record_person")]
    if talk.brief.person_voice or talk.brief.person_lines:
        others.append(_keep("person"))
    return draft.tell("talk.ask_person", rows=(*rows(*presets), *rows(*others)))


def _summary(draft: Draft, _: str) -> Draft:
    talk = draft.talk
    fields = {
        "picture": named(_picture_key(talk), talk.lang),
        "voice": _voice_name(talk),
        "person": _person_name(talk),
    }
    buttons = rows(
        button("go", "talk.b_go"), button("reopen", "talk.b_change_script", "script"),
        button("reopen", "talk.b_change_voice", "voice"), button("reopen", "talk.b_change_photo", "photo"),
    )  # fmt: skip
    return draft.tell("talk.summary", fields, body=played(talk.brief.script), rows=buttons)


def _picture_key(talk: Talk) -> str:
    return "talk.is_voice_over" if talk.seen and talk.seen.mouth == "none" else "talk.is_talking"


def _voice_name(talk: Talk) -> str:
    if talk.brief.pet_lines:
        return named("talk.is_recorded", talk.lang)
    if talk.brief.sample:
        return named("talk.is_stand_in", talk.lang)
    return named(f"voice.{talk.brief.voice}", talk.lang)


def _person_name(talk: Talk) -> str:
    if not count(talk, "person"):
        return named("talk.is_nobody", talk.lang)
    if complete(talk, "person") and not talk.brief.person_voice:
        return named("talk.is_recorded", talk.lang)
    return named(f"voice.{talk.brief.person_voice}", talk.lang)


def _making(draft: Draft, _: str) -> Draft:
    kept = (button("use_now", "talk.b_use_now"),) if draft.talk.later else ()
    shown = draft.tell(
        "talk.making",
        kind="progress",
        making=draft.runs("film"),
        rows=rows(button("cancel", "talk.b_cancel"), *kept),
    ).replacing("progress")
    return shown.change(last={**draft.talk.last, "progress": shown.says[-1].id})


def _done(draft: Draft, _: str) -> Draft:
    return draft.tell("talk.ask_done", rows=done_rows())


def done_rows() -> tuple[tuple[Button, ...], ...]:
    """What can be done with a finished film."""
    return rows(
        button("line", "talk.b_line"), button("reopen", "talk.b_other_scripts", "script"),
        button("reopen", "talk.b_change_voice", "voice"), button("reopen", "talk.b_change_person", "person"),
        button("reopen", "talk.b_change_photo", "photo"), button("act", "talk.b_act_again"),
        button("new", "talk.b_new"), button("forget", "talk.b_forget"),
    )  # fmt: skip


def _line(draft: Draft, _: str) -> Draft:
    script = draft.talk.brief.script
    if script is None:
        return draft.tell("talk.line_pick_first", rows=rows(button("back", "talk.b_back")))
    numbers = [button("words", "talk.b_number", n, n=n) for n in range(1, len(script.lines) + 1)]
    picks = (*rows(*numbers, wide=4), (button("back", "talk.b_back"),))
    return draft.tell("talk.ask_line", body=played(script), rows=picks)


def _words(draft: Draft, arg: str) -> Draft:
    script = draft.talk.brief.script
    text = script.lines[int(arg) - 1].text if script and int(arg) <= len(script.lines) else ""
    return draft.tell("talk.ask_words", {"n": arg, "text": text}, rows=rows(button("back", "talk.b_back")))


def _own(draft: Draft, _: str) -> Draft:
    return draft.tell("talk.ask_own", body=named("talk.own_example", draft.talk.lang), rows=_back())


def _whom(draft: Draft, _: str) -> Draft:
    theme = bank.nearest(draft.talk.brief.theme or "").theme
    lang = draft.talk.lang
    names = [button("for", "talk.b_name", one.id, name=one.names[lang]) for one in theme.audiences]
    return draft.tell("talk.ask_whom", rows=(*rows(*names, wide=3), *_back()))


def _mood(draft: Draft, _: str) -> Draft:
    moods = [button("play", f"talk.play.{mood}", mood) for mood in get_args(Mood)]
    return draft.tell("talk.ask_mood", rows=(*rows(*moods, wide=3), *_back()))


def _settings(draft: Draft, _: str) -> Draft:
    return draft.tell(
        "talk.ask_language",
        rows=(*rows(button("lang", "talk.b_zh", "zh"), button("lang", "talk.b_en", "en")), *_back()),
    )


def _forget(draft: Draft, _: str) -> Draft:
    return draft.tell(
        "talk.ask_forget",
        rows=rows(button("forget_all", "talk.b_forget_yes"), button("back", "talk.b_forget_no")),
    )


def _whose(draft: Draft, _: str) -> Draft:
    return draft.tell(
        "talk.ask_whose",
        {"n": len(draft.talk.pending)},
        rows=rows(
            button("whose", "talk.b_whose_sample", "sample"),
            button("whose", "talk.b_whose_pet", "pet"),
            button("whose", "talk.b_whose_person", "person"),
            wide=1,
        ),
    )


def _films(draft: Draft, _: str) -> Draft:
    shown = draft.talk.films
    titles = "\n".join(f"{n}. {made.title}" for n, made in enumerate(shown, 1))
    numbers = [button("film", "talk.b_number", n, n=n) for n in range(1, len(shown) + 1)]
    return draft.tell("talk.ask_films", body=titles, rows=(*rows(*numbers, wide=5), *_back()))


def _retry(draft: Draft, arg: str) -> Draft:
    what, _, culprit = arg.partition(":")
    change = button("reopen", _CHANGES[culprit], culprit)
    return draft.tell("talk.ask_retry", rows=rows(change, button("retry", "talk.b_retry", what)))


_CHANGES = {
    "photo": "talk.b_other_photo",
    "theme": "talk.b_other_theme",
    "script": "talk.b_change_script",
    "voice": "talk.b_change_voice",
    "person": "talk.b_change_person",
    "summary": "talk.b_back",
}


def _back() -> tuple[tuple[Button, ...], ...]:
    return rows(button("back", "talk.b_back"))


def _keep(name: str) -> Button:
    """A button that leaves an answer as it is."""
    return button("keep", "talk.b_keep", name)


_ASKED: dict[str, Callable[[Draft, str], Draft]] = {
    "photo": _photo,
    "looking": _looking,
    "mouth": _mouth,
    "eyes": _eyes,
    "theme": _theme,
    "writing": _writing,
    "script": _script,
    "voice": _voice,
    "consent": _consent,
    "learning": _learning,
    "preview": _preview,
    "pet_lines": _pet_lines,
    "person_lines": _person_lines,
    "person": _person,
    "summary": _summary,
    "making": _making,
    "done": _done,
    "line": _line,
    "words": _words,
    "own": _own,
    "whom": _whom,
    "mood": _mood,
    "settings": _settings,
    "forget": _forget,
    "whose": _whose,
    "films": _films,
    "retry": _retry,
}
