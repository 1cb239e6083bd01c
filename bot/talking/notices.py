"""How the makings of a chat ended, told to the person where it matters to them."""

from collections.abc import Callable
from functools import partial
from typing import get_args

from pydantic import ValidationError

from bot.messages import Button
from bot.talking import changes, clips, edits, extras, framing, paying
from bot.talking.asking import done_rows, moved
from bot.talking.casting import VOICES, auditions, everybody
from bot.talking.draft import Draft, button, rows
from bot.talking.model import Extra, Made, Seen, What
from bot.talking.questions import question
from bot.talking.saying import caption, hook, named, played, sayable, stopping
from pipeline.model import Box
from pipeline.themes import bank
from storage.model import Notice, Script

_SPECIES = {"cat": "talk.is_cat", "dog": "talk.is_dog"}


def told(draft: Draft, making: str, notice: Notice) -> Draft | None:
    """Take in how a making ended; None for one that nobody waits for any more."""
    what = draft.talk.running.get(making)
    if what is None:
        return _stopped(draft, making, notice)
    rest = {one: sort for one, sort in draft.talk.running.items() if one != making}
    draft = draft.change(running=rest)
    ended = _ENDED[what](draft, notice) if notice.kind == "done" else _failed(draft, what, notice)
    return ended.forgetting("progress") if what == "film" else ended


def _stopped(draft: Draft, making: str, notice: Notice) -> Draft | None:
    """Say what a film had spent when it was stopped; nothing else of it is waited for."""
    spent = notice.fields.get("spent", "")
    if making not in draft.talk.stopped or notice.kind != "cancelled" or not spent:
        return None
    rest = tuple(one for one in draft.talk.stopped if one != making)
    return draft.change(stopped=rest).tell("talk.stopped_spent", {"money": spent})


def _frame(draft: Draft, notice: Notice) -> Draft:
    fields, assets = notice.fields, notice.assets
    box = _box(fields.get("box", ""))
    picture = assets.get("grid") if box else assets.get("marked", assets.get("frame"))
    seen = Seen(
        photo=draft.talk.brief.photo or "",
        mouth=fields.get("mouth", "none"),
        species=fields.get("species", ""),
        pets=_whole_number(fields.get("pets"), 1),
        picture=picture or "",
        width=_whole_number(fields.get("width"), 1),
        height=_whole_number(fields.get("height"), 1),
        box=box,
        cells=assets.get("cells", ""),
        around=_box(fields.get("around", "")),
    )
    draft = paying.in_doubt(changes.answered(changes.seen(draft, seen), "looking"), fields)
    if seen.mouth == "none":
        if seen.pets > 1 and "marked" in assets:
            draft = _which(draft, seen, assets["marked"])
        key, said = sayable(fields.get("reason", ""), fields)
        return draft.tell("look.unsure") if key == "trouble.unknown" else draft.tell(key, said)
    return _preview(draft, seen)


def _which(draft: Draft, seen: Seen, picture: str) -> Draft:
    """Show the numbered pets: where no face is sure, another one's may be plainer."""
    fields = {"n": seen.pets, "pet": (draft.talk.brief.taps.pet or 0) + 1}
    choices = rows(*_pets(seen), wide=4)
    return draft.tell("talk.which_pet", fields, kind="pictures", assets=(picture,), rows=choices)


def _pets(seen: Seen) -> list[Button]:
    return [button("pet", "talk.b_pet", n, n=n) for n in range(1, seen.pets + 1)] if seen.pets > 1 else []


def _preview(draft: Draft, seen: Seen) -> Draft:
    species = named(_SPECIES.get(seen.species, "talk.is_pet"), draft.talk.lang)
    choices = _pets(seen)
    picture = (seen.picture,) if seen.picture else ()
    key = "talk.preview_many" if choices else "talk.preview"
    return draft.tell(
        key,
        {"species": species, "n": seen.pets, "pet": (draft.talk.brief.taps.pet or 0) + 1},
        kind="pictures" if picture else "say",
        assets=picture,
        rows=(
            *rows(*choices, wide=4),
            *rows(button("mouth_again", "talk.b_not_there"), button("other_photo", "talk.b_other_photo")),
        ),
        role="picture",
        tappable=bool(picture),
    )


def _scripts(draft: Draft, notice: Notice) -> Draft:
    talk = draft.talk
    options = _options(notice)
    if not options:
        return _failed(draft, "scripts", Notice(kind="failed", key="talk.no_options"))
    offered = tuple(bank.answers(option) for option in options)
    known = set(talk.brief.seen)
    repeated = bool(known) and all(lines in known for lines in offered)
    seen = (*(lines for lines in talk.brief.seen if lines not in offered), *offered)
    if talk.mood:
        options = tuple(edits.played(option, talk.mood) for option in options)
    draft = draft.change(
        options=options, offers=talk.offers + 1, brief=talk.brief.model_copy(update={"seen": seen[-60:]})
    )
    if notice.fields.get("exact") == "no" and talk.offers == 0:
        draft = draft.tell("talk.not_exact", {"theme": _theme_name(draft, options[0])})
    if not talk.auditions and not draft.runs("audition"):
        draft = draft.start("audition")  # the voices are the next thing asked, and take a while to speak
    return draft.tell("talk.all_seen") if repeated else draft


def _edit(draft: Draft, notice: Notice) -> Draft:
    try:
        now = Script.model_validate_json(notice.fields.get("script", ""))
    except ValidationError:
        return draft.tell("talk.no_options")
    draft = draft.fill(script=now)
    shown_next = question(draft.talk) in {"summary", "script"}
    return draft.tell("talk.edited", body="" if shown_next else played(now))


def _voice(draft: Draft, notice: Notice) -> Draft:
    fields = notice.fields
    reasons = [key for key in fields.get("reasons", "").split(" ") if key]
    if fields.get("verdict") == "poor" and reasons:
        return _failed(draft, "voice", Notice(kind="failed", key=reasons[0], fields=fields))
    preview = notice.assets.get("preview", "")
    likeness = fields.get("likeness", "")
    learnt = draft.talk.brief.sample or ""
    draft = draft.change(learnt=learnt, likeness=likeness, own=preview).tell(
        "talk.sample_good" if not reasons else "talk.sample_usable", {"seconds": _seconds(fields)}
    )
    for key in reasons[:1]:
        draft = draft.tell(*sayable(key, fields))
    clone = likeness == "clone"
    if not preview:
        return draft.tell("talk.clone_unheard", {"vendor": fields.get("vendor", "")}) if clone else draft
    return draft.tell(
        "talk.preview_clone" if clone else "talk.preview_voice",
        kind="voices",
        assets=(preview,),
        labels=("talk.is_clone" if clone else "talk.is_stand_in",),
    )


def _link(draft: Draft, notice: Notice) -> Draft:
    sound = notice.assets.get("sound", "")
    if not sound:
        return _failed(draft, "link", Notice(kind="failed", key="making.broken"))
    return clips.arrived(draft, sound, _seconds(notice.fields))


def _audition(draft: Draft, notice: Notice) -> Draft:
    heard = {name: notice.assets[name] for name in VOICES if name in notice.assets}
    draft = draft.change(auditions=heard)
    if draft.talk.listening:
        return everybody(draft.change(listening=False))
    return auditions(draft) if question(draft.talk) == "voice" else draft


def _film(draft: Draft, notice: Notice) -> Draft:
    talk = draft.talk
    script = talk.brief.script
    film, cover = notice.assets.get("film", ""), notice.assets.get("cover", "")
    made = Made(
        project=talk.project,
        title=hook(script),
        film=film,
        cover=cover,
        caption=caption(script),
        sidecar=notice.assets.get("sidecar", ""),
        parts=notice.assets.get("parts", ""),
    )
    films = (*(one for one in talk.films if one.film != film), made)[-10:]
    draft = draft.change(done=True, films=films, wanted=(), filmed=talk.brief)
    draft = moved(draft)
    shown = draft.tell(
        "talk.film_ready", {"seconds": _seconds(notice.fields)}, body=caption(script),
        kind="film", assets=(film, cover), rows=done_rows(draft.talk),
    ).replacing("progress")  # fmt: skip
    if notice.fields.get("mouth") == "none" and not talk.voice_over:
        shown = shown.tell("talk.no_mouth_moved")
    for key in notice.fields.get("notes", "").split():
        shown = shown.tell(*sayable(key, {}))
    if notice.fields.get("voice") == "own":
        shown = shown.tell("talk.voice_is_models", {"vendor": notice.fields.get("maker", "")})
    return paying.cost(shown, notice.fields.get("cost", ""))


def _failed(draft: Draft, what: What, notice: Notice) -> Draft:
    if what in get_args(Extra):
        told_so = notice.kind == "cancelled"
        return draft if told_so else draft.tell(*sayable(notice.key, _named(draft, notice)))
    if what == "audition":
        waits = draft.talk.listening and notice.kind != "cancelled"
        calm = draft.change(listening=False)
        asked = notice.kind == "unsure" and question(draft.talk) == "voice"
        return calm.tell(*sayable(notice.key, notice.fields)) if waits or asked else calm
    if what in {"edit", "pictures"} and notice.kind == "cancelled":
        return draft
    if notice.kind == "cancelled" and what == "film":
        return draft.tell("making.cancelled")
    draft = draft.tell(*sayable(notice.key, _named(draft, notice)))
    if what == "pictures" and notice.key == "vendor.refused":
        draft = framing.refused(draft)
    if what == "edit":
        return draft.tell("talk.not_edited")
    room = notice.key.partition(".")[0]
    if what == "frame" and room == "photo":
        return draft.fill(photo=None).change(seen=None)
    if what == "link" and room == "link" and notice.key not in _ANOTHER_TIME:
        return changes.want(draft, "times") if notice.key == "link.beyond_end" else draft.change(clip=None)
    if what == "voice" and room in {"sound", "voice"}:
        return draft.fill(sample=None).change(consent="", approved="")
    if notice.kind == "unsure":
        return changes.want(draft.change(doubt=notice.fields.get("take", "")), f"doubt:{what}")
    if notice.key in {"budget.day", "budget.project"}:
        return changes.want(draft, f"budget:{what}")
    return changes.want(draft, f"retry:{what}:{_culprit(what, room, notice)}")


def _named(draft: Draft, notice: Notice) -> dict[str, str]:
    """The notice's fields; a kept file's name is ours and says nothing to a person."""
    theirs = {"name": named("talk.your_file", draft.talk.lang)} if "name" in notice.fields else {}
    return {**stopping(notice.fields, draft.talk.lang), **theirs}


_ANOTHER_TIME = {"link.unreachable", "link.too_slow"}


def _culprit(what: What, room: str, notice: Notice) -> str:
    """Return the question whose answer should change."""
    if what != "film":
        return {"frame": "photo", "pictures": "frame", "scripts": "theme"}.get(what, "voice")
    if room in {"sound", "lines"}:
        asks = notice.fields.get("role") == "person" or notice.key == "lines.count_person"
        return "person" if asks else "voice"
    return _CULPRITS.get(room) or _CULPRITS.get(notice.key, "summary")


_CULPRITS = {
    "photo": "photo",
    "look": "photo",
    "frame": "photo",
    "voice": "voice",
    "script": "script",
    "text": "script",
    "theme": "theme",
    "film.too_long": "script",
    "film.no_lines": "script",
    "film.too_big": "script",
}


def _options(notice: Notice) -> tuple[Script, ...]:
    """Return the scripts a notice carries, as JSON in its fields 1, 2, 3."""
    written = [notice.fields[n] for n in ("1", "2", "3") if n in notice.fields]
    try:
        return tuple(Script.model_validate_json(one) for one in written)
    except ValidationError:
        return ()


def _theme_name(draft: Draft, option: Script) -> str:
    found = bank.find(option.theme)
    return found.names[draft.talk.lang] if found else option.theme


def _box(written: str) -> Box | None:
    """Return a box written as x,y,w,h."""
    try:
        x, y, w, h = (float(part) for part in written.split(","))
    except ValueError:
        return None
    return Box(x=x, y=y, w=w, h=h)


def _whole_number(written: str | None, otherwise: int) -> int:
    return int(float(written)) if written and written.replace(".", "", 1).isdecimal() else otherwise


def _seconds(fields: dict[str, str]) -> str:
    """Return the seconds a notice tells, rounded."""
    return str(_whole_number(fields.get("seconds"), 0))


_ENDED: dict[What, Callable[[Draft, Notice], Draft]] = {
    "frame": _frame,
    "pictures": framing.came,
    "scripts": _scripts,
    "edit": _edit,
    "voice": _voice,
    "link": _link,
    "audition": _audition,
    "film": _film,
    "project": partial(extras.came, what="project"),
    "square": partial(extras.came, what="square"),
    "preview": partial(extras.came, what="preview"),
}
