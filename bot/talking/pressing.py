"""Buttons: each value is a round, what it does, and to what."""

import re
from collections.abc import Callable
from typing import get_args

from bot.talking import again, changes, clips, commands, extras, files, framing, paying, pointing
from bot.talking.casting import PEOPLE, VOICES
from bot.talking.draft import Draft, button
from bot.talking.model import MUSIC, Extra, Mood, What
from bot.talking.paying import WIDTHS
from bot.talking.questions import can_draw, question
from pipeline.themes import bank
from storage.model import Lang, Plan

_VALUE = re.compile(r"(\d{1,9}):([a-z_]+):(.*)", re.DOTALL)


def press(draft: Draft, value: str) -> Draft:
    """Do what a button says; one of an earlier round, or none of ours, changes nothing and says so."""
    found = _VALUE.fullmatch(value)
    if found is None or int(found[1]) != draft.talk.round or found[2] not in _PRESSED:
        return draft.tell("talk.stale")
    pressed = _PRESSED[found[2]](draft, found[3])
    return draft.tell("talk.stale") if pressed is None else pressed


# What is begun anew from the brief; the extras belong to a film.
_BEGUN: tuple[What, ...] = tuple(what for what in get_args(What) if what not in get_args(Extra))
Pressed = Callable[[Draft, str], Draft | None]


def _theme(draft: Draft, slug: str) -> Draft | None:
    known = any(theme.slug == slug for theme in bank.themes())
    return changes.theme(draft, slug) if known else None


def _words_as_wish(draft: Draft, _: str) -> Draft | None:
    words = draft.talk.words
    return changes.wish(draft, words) if words and draft.means.edits and draft.talk.brief.script else None


def _words_as_theme(draft: Draft, _: str) -> Draft | None:
    return changes.theme(draft, draft.talk.words) if draft.talk.words else None


def _pick(draft: Draft, arg: str) -> Draft | None:
    return commands.pick(draft, int(arg)) if arg.isdecimal() else None


def _own(draft: Draft, _: str) -> Draft:
    return changes.want(draft, "own")


def _whom(draft: Draft, _: str) -> Draft:
    return changes.want(draft, "whom")


def _for(draft: Draft, who: str) -> Draft | None:
    named = {one.id: one.names[draft.talk.brief.lang] for theme in bank.themes() for one in theme.audiences}
    return changes.audience(draft, named[who]) if who in named else None


def _mood(draft: Draft, _: str) -> Draft:
    return changes.want(draft, "mood")


def _play(draft: Draft, arg: str) -> Draft | None:
    return next((changes.mood(draft, mood) for mood in get_args(Mood) if mood == arg), None)


def _line(draft: Draft, _: str) -> Draft:
    return changes.want(draft, "line")


def _words(draft: Draft, arg: str) -> Draft | None:
    return changes.want(draft, f"words:{int(arg)}") if _is_line(draft, arg) else None


def _say_again(draft: Draft, arg: str) -> Draft | None:
    return again.line(draft, int(arg)) if _is_line(draft, arg) else None


def _is_line(draft: Draft, arg: str) -> bool:
    script = draft.talk.brief.script
    return script is not None and arg.isdecimal() and 1 <= int(arg) <= len(script.lines)


def _voice(draft: Draft, name: str) -> Draft | None:
    return changes.preset(draft, name) if name in VOICES else None


def _person(draft: Draft, name: str) -> Draft | None:
    return changes.person(draft, name) if name in PEOPLE else None


def _record(draft: Draft, _: str) -> Draft:
    return changes.record(draft, "pet")


def _record_person(draft: Draft, _: str) -> Draft:
    return changes.record(draft, "person")


def _record_again(draft: Draft, role: str) -> Draft | None:
    if role not in ("pet", "person"):
        return None
    whose = "pet" if role == "pet" else "person"
    return changes.record(changes.no_recordings(draft, whose), whose)  # type: ignore[arg-type]


def _whole(draft: Draft, role: str) -> Draft | None:
    return draft.change(whole=(*draft.talk.whole, role)) if role in ("pet", "person") else None


def _other_voice(draft: Draft, _: str) -> Draft:
    return changes.want(draft.change(recording=None), "voice")


def _other_person(draft: Draft, _: str) -> Draft:
    return changes.want(draft.change(recording=None), "person")


def _may(draft: Draft, _: str) -> Draft | None:
    sample = draft.talk.brief.sample
    if sample is None:
        return None
    return draft.fill(consent=sample).change(consent=sample).start("voice").tell("talk.consent_noted")


def _may_not(draft: Draft, _: str) -> Draft:
    return draft.fill(sample=None).change(consent="", approved="").tell("talk.sample_dropped")


def _use_voice(draft: Draft, _: str) -> Draft | None:
    sample = draft.talk.brief.sample
    return None if sample is None else draft.change(approved=sample).tell("talk.sample_used")


def _go(draft: Draft, _: str) -> Draft | None:
    return commands.go(draft) if question(draft.talk) == "summary" else None


def _retry(draft: Draft, what: str) -> Draft | None:
    again = changes.answered(draft, "retry")
    if what == "link":
        return clips.again(again)
    return next((again.start(sort) for sort in _BEGUN if sort == what), None)


def _plan(draft: Draft, arg: str) -> Draft | None:
    if question(draft.talk) != "summary":
        return None
    return next((changes.plan(draft, plan) for plan in get_args(Plan) if plan == arg), None)


def _pay_again(draft: Draft, what: str) -> Draft | None:
    if not draft.talk.doubt:
        return None
    again = changes.pay_again(draft)
    return next((again.start(sort) for sort in _BEGUN if sort == what), None)


def _free_way(draft: Draft, what: str) -> Draft | None:
    freed = changes.plan(draft, "free").tell("talk.free_way_taken")
    return next((freed.start(sort) for sort in _BEGUN if sort == what), None)


def _wait(draft: Draft, _: str) -> Draft:
    return changes.answered(draft, "retry").tell("talk.waits")


def _reopen(draft: Draft, name: str) -> Draft | None:
    if name not in {"photo", "theme", "script", "frame", "voice", "person", "summary"}:
        return None
    freed = changes.answered(draft, "retry")
    if name == "summary":
        return freed
    if name == "script" and not draft.talk.options and draft.talk.brief.script is None:
        name = "theme"
    return changes.want(freed, name)


def _keep(draft: Draft, name: str) -> Draft:
    return changes.answered(draft, name)


def _lang(draft: Draft, lang: str) -> Draft | None:
    return next((changes.language(draft, one) for one in get_args(Lang) if one == lang), None)


def _film(draft: Draft, arg: str) -> Draft | None:
    shown = draft.talk.films
    if not arg.isdecimal() or not 1 <= int(arg) <= len(shown):
        return None
    made = shown[int(arg) - 1]
    freed = changes.answered(draft, "films")
    return freed.tell(
        "talk.film_again",
        body=made.caption,
        kind="film",
        assets=(made.film, made.cover),
        rows=(extras.row(arg), (button("original", "talk.b_original", arg),)),
    )


def _original(draft: Draft, arg: str) -> Draft:
    return commands.original(draft, int(arg) if arg.isdecimal() else 0)


def _extra(what: Extra) -> Pressed:
    return lambda draft, arg: extras.wanted(draft, what, int(arg) if arg.isdecimal() else 0)


def _use_now(draft: Draft, _: str) -> Draft | None:
    return commands.use_now(draft) if draft.talk.later else None


def _whose(draft: Draft, what: str) -> Draft | None:
    known = what in {"sample", "pet", "person", "music"} and draft.talk.pending
    return files.sounds_are(draft, what) if known else None


def _register(draft: Draft, how: str) -> Draft | None:
    known = how in {"kept", "lifted"} and draft.talk.brief.pet_lines
    return changes.register(draft, lifted=how == "lifted") if known else None


def _captions(draft: Draft, how: str) -> Draft | None:
    return changes.captions(draft, shown=how == "on") if how in {"on", "off"} else None


def _play_under(draft: Draft, what: str) -> Draft | None:
    return changes.music(draft, "" if what == "auto" else what) if what in MUSIC else None


def _size(draft: Draft, width: str) -> Draft | None:
    return next((paying.size(draft, one) for one in WIDTHS if str(one) == width), None)


def _own_voice(draft: Draft, how: str) -> Draft | None:
    known = how in {"on", "off"} and question(draft.talk) == "summary"
    return paying.own_voice(draft, wanted=how == "on") if known else None


def _first_minute(draft: Draft, _: str) -> Draft | None:
    return clips.times(draft, (0.0, None)) if draft.talk.clip else None


def _draw(draft: Draft, _: str) -> Draft | None:
    return framing.draw(draft) if can_draw(draft.talk) and draft.talk.brief.photo else None


def _picture(draft: Draft, arg: str) -> Draft | None:
    return framing.pick(draft, int(arg)) if arg.isdecimal() else None


def _pet(draft: Draft, arg: str) -> Draft | None:
    return pointing.choose(draft, int(arg)) if arg.isdecimal() else None


def _command(name: str) -> Pressed:
    return lambda draft, _: commands.obey(draft, name)


_PRESSED: dict[str, Pressed] = {
    "theme": _theme,
    "words_theme": _words_as_theme,
    "words_wish": _words_as_wish,
    "pick": _pick,
    "own": _own,
    "whom": _whom,
    "for": _for,
    "line": _line,
    "mood": _mood,
    "play": _play,
    "words": _words,
    "say_again": _say_again,
    "voice": _voice,
    "record": _record,
    "record_person": _record_person,
    "record_again": _record_again,
    "whole": _whole,
    "other_voice": _other_voice,
    "other_person": _other_person,
    "person": _person,
    "may": _may,
    "may_not": _may_not,
    "use_voice": _use_voice,
    "go": _go,
    "retry": _retry,
    "plan": _plan,
    "pay_again": _pay_again,
    "free_way": _free_way,
    "wait": _wait,
    "reopen": _reopen,
    "keep": _keep,
    "lang": _lang,
    "film": _film,
    "use_now": _use_now,
    "whose": _whose,
    "pet": _pet,
    "original": _original,
    **{what: _extra(what) for what in get_args(Extra)},
    "music": lambda draft, _: changes.want(draft, "music"),
    "play_under": _play_under,
    "size": _size,
    "register": _register,
    "captions": _captions,
    "own_voice": _own_voice,
    "first_minute": _first_minute,
    "draw": _draw,
    "picture": _picture,
    "keep_photo": lambda draft, _: framing.keep_photo(draft),
    "other_photo": lambda draft, _: files.next_photo(draft),
    "narrate": lambda draft, _: pointing.narrate(draft),
    "no_eyes": lambda draft, _: pointing.no_eyes(draft),
    "mouth_again": lambda draft, _: pointing.again(draft),
    "forget_all": lambda draft, _: commands.forget(draft),
    **{name: _command(name) for name in ("again", "back", "cancel", "new", "forget")},
}
