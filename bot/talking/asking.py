"""Asks the one question a chat is at, with buttons for the usual answers."""

from collections.abc import Callable

from bot.messages import Button
from bot.talking import aside, casting, extras, framing, paying
from bot.talking.draft import Draft, button, keep, rows
from bot.talking.model import Talk
from bot.talking.paying import WIDTHS
from bot.talking.questions import can_draw, complete, count, question, token
from bot.talking.saying import named, played, scripts
from bot.texts import say
from pipeline.themes import bank
from storage.model import Taps


def ask(draft: Draft) -> Draft:
    """Return the draft with its question asked; a new question opens a new round of buttons."""
    name, _, arg = question(draft.talk).partition(":")
    draft = paying.priced(draft) if name == "summary" else draft
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
    return draft.tell("talk.ask_photo_again", rows=rows(keep("photo")))


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
    kept = (keep("theme"),) if draft.talk.brief.theme else ()
    others = rows(button("own", "talk.b_own"), *kept)
    return draft.tell("talk.ask_theme", rows=(*rows(*choices, wide=1), *others))


def _writing(draft: Draft, _: str) -> Draft:
    return (draft if draft.runs("scripts") else draft.start("scripts")).tell("talk.writing")


def _editing(draft: Draft, _: str) -> Draft:
    return draft.tell("talk.editing", rows=rows(button("cancel", "talk.b_cancel")))


def _script(draft: Draft, _: str) -> Draft:
    talk = draft.talk
    if not talk.options:
        return draft.tell("talk.script_now", body=played(talk.brief.script), rows=_script_now(talk))
    picks = tuple(button("pick", "talk.b_number", n, n=n) for n in range(1, len(talk.options) + 1))
    rest = rows(
        button("again", "talk.b_three_more"), button("whom", "talk.b_whom"),
        button("line", "talk.b_line"), button("mood", "talk.b_mood"), button("own", "talk.b_own"),
    )  # fmt: skip
    kept = ((keep("script"),),) if talk.brief.script else ()
    body = scripts(talk.options, noted=talk.mood is not None)
    return draft.tell("talk.ask_script", {"n": len(talk.options)}, body=body, rows=(picks, *rest, *kept))


def _script_now(talk: Talk) -> tuple[tuple[Button, ...], ...]:
    return rows(
        keep("script"),
        button("line", "talk.b_line"),
        button("mood", "talk.b_mood"),
        button("own", "talk.b_own"),
    )


def _summary(draft: Draft, _: str) -> Draft:
    talk = draft.talk
    fields = {
        "picture": _picture(talk),
        "voice": _voice_name(talk),
        "person": _person_name(talk),
    }
    changes = (
        button("reopen", "talk.b_change_script", "script"), button("reopen", "talk.b_change_voice", "voice"),
        *_picture_button(talk), button("new", "talk.b_start_over"),
    )  # fmt: skip
    quote = paying.quoted(draft)
    body = played(talk.brief.script)
    if quote is None or quote.free:
        ways = paying.other_ways(draft, quote) if quote else ()
        buttons = (*rows(button("go", "talk.b_go"), *changes), *ways)
        return draft.tell("talk.summary", fields, body=body, rows=buttons)
    told = paying.fields(draft, quote)
    go = button("go", "talk.b_go_paid", money=told["money"])
    ways = (*paying.other_ways(draft, quote), *paying.own_way(draft))
    buttons = ((go,), *ways, *rows(*changes))
    return draft.tell("talk.summary_paid", {**fields, **told}, body=body, rows=buttons)


def _picture_button(talk: Talk) -> tuple[Button, ...]:
    """Buttons that change what is seen: the photo, and the picture drawn after it where that can be had."""
    photo = button("reopen", "talk.b_change_photo", "photo")
    return (photo, button("reopen", "talk.b_change_frame", "frame")) if can_draw(talk) else (photo,)


def _picture(talk: Talk) -> str:
    key = "talk.is_drawn" if talk.brief.frame else "talk.is_talking"
    if not talk.brief.frame and talk.seen and talk.seen.mouth == "none":
        key = "talk.is_voice_over"
    shown = named(key, talk.lang)
    return shown if talk.brief.captions else say("talk.without_captions", talk.lang, {"picture": shown})


def _voice_name(talk: Talk) -> str:
    if talk.brief.own_voice:
        return named("talk.is_own_voice", talk.lang)
    if talk.brief.pet_lines:
        return named("talk.is_lifted" if talk.brief.lifted else "talk.is_recorded", talk.lang)
    if talk.brief.sample:
        clone = talk.likeness == "clone" and talk.brief.plan != "free"
        return named("talk.is_clone" if clone else "talk.is_stand_in", talk.lang)
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
    return draft.tell("talk.ask_done", rows=done_rows(draft.talk))


def done_rows(talk: Talk) -> tuple[tuple[Button, ...], ...]:
    """What can be done with a finished film."""
    without = button("captions", "talk.b_captions_off", "off")
    captions = without if talk.brief.captions else button("captions", "talk.b_captions_on", "on")
    large = talk.brief.width == WIDTHS[1]
    size = button("size", "talk.b_size", WIDTHS[0 if large else 1], size=WIDTHS[0 if large else 1])
    return (extras.row(), *rows(
        button("line", "talk.b_line"), button("reopen", "talk.b_other_scripts", "script"),
        button("reopen", "talk.b_change_voice", "voice"), button("reopen", "talk.b_change_person", "person"),
        *_picture_button(talk), button("mood", "talk.b_mood"),
        captions, button("music", "talk.b_music"), size, button("original", "talk.b_original"),
        button("new", "talk.b_new"), button("forget", "talk.b_forget"),
    ))  # fmt: skip


_ASKED: dict[str, Callable[[Draft, str], Draft]] = {
    "photo": _photo,
    "looking": _looking,
    "mouth": _mouth,
    "eyes": _eyes,
    "theme": _theme,
    "writing": _writing,
    "script": _script,
    "editing": _editing,
    "frame": framing.frame,
    "painting": framing.painting,
    "voice": casting.voice,
    "consent": casting.consent,
    "learning": casting.learning,
    "preview": casting.preview,
    "pet_lines": casting.pet_lines,
    "person_lines": casting.person_lines,
    "register": casting.register,
    "bringing": casting.bringing,
    "person": casting.person,
    "summary": _summary,
    "making": _making,
    "done": _done,
    "line": aside.line,
    "words": aside.words,
    "own": aside.own,
    "whom": aside.whom,
    "mood": aside.mood,
    "settings": aside.settings,
    "forget": aside.forget,
    "whose": aside.whose,
    "times": aside.times,
    "music": aside.music,
    "films": aside.films,
    "retry": aside.retry,
    "doubt": paying.doubt,
    "budget": paying.budget,
}
