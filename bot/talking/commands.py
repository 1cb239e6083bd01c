"""What can always be asked for: start, help, settings, films, voices, back, again, start over, forget …"""

import dataclasses

from bot.talking import casting, changes, extras, files
from bot.talking.draft import Draft
from bot.talking.model import fresh
from bot.talking.questions import before, question, stage
from bot.talking.saying import filed
from storage.model import Brief

SIDE = {"line", "words", "own", "whom", "mood", "settings", "forget", "films", "whose", "times", "music"}


def obey(draft: Draft, name: str) -> Draft:
    """Do what a command says."""
    return _COMMANDS[name](draft)


def pick(draft: Draft, number: int) -> Draft | None:
    """Take one of the options, counted from 1; None when there is no such option."""
    options = draft.talk.options
    if not 1 <= number <= len(options) or question(draft.talk) == "making":
        return None
    taken = changes.script(draft, options[number - 1])
    return taken.tell("talk.script_taken", {"n": number})


def go(draft: Draft) -> Draft:
    """Make the film."""
    return draft.start("film")


def use_now(draft: Draft) -> Draft:
    """Stop the film and use what came meanwhile."""
    if draft.runs("film"):
        draft = draft.stop("film").tell("talk.film_stopped")
    return dataclasses.replace(draft, replay=True)


def forget(draft: Draft) -> Draft:
    """Forget this person: nothing is left but the language and the count of turns."""
    talk = draft.talk
    blank = fresh(talk.address, talk.lang, draft.cause).model_copy(
        update={"turn": talk.turn, "round": talk.round + 1, "lang_chosen": talk.lang_chosen}
    )
    stopped = draft.stop()
    gone = dataclasses.replace(stopped, talk=blank, forget=True, errands=())
    return gone.tell("talk.forgotten")


def original(draft: Draft, number: int = 0) -> Draft:
    """Hand over a film as a file, bit for bit: by its number from 1, or the newest one."""
    if not 0 <= number <= len(draft.talk.films) or not draft.talk.films:
        return draft.tell("talk.no_films")
    made = draft.talk.films[number - 1]
    name = filed(made.title)
    return draft.tell("talk.original", kind="document", assets=(made.film,), labels=(name,))


def _start(draft: Draft) -> Draft:
    return draft.tell("talk.hello")


def _help(draft: Draft) -> Draft:
    return draft.tell("talk.help")


def _settings(draft: Draft) -> Draft:
    return changes.want(draft, "settings")


def _films(draft: Draft) -> Draft:
    return changes.want(draft, "films") if draft.talk.films else draft.tell("talk.no_films")


def _voices(draft: Draft) -> Draft:
    """Let every voice be heard; those that have not spoken yet are asked to, and heard when they have."""
    if draft.talk.auditions:
        return casting.everybody(draft)
    asked = draft if draft.runs("audition") else draft.start("audition")
    return asked.change(listening=True).tell("talk.voices_coming")


def _ask_forget(draft: Draft) -> Draft:
    return changes.want(draft, "forget")


def _new(draft: Draft) -> Draft:
    later = draft.talk.later
    begun = changes.new_film(draft).change(later=later).tell("talk.new_film")
    return dataclasses.replace(begun, replay=bool(later))


def _cancel(draft: Draft) -> Draft:
    if draft.runs("film"):
        return draft.stop("film").tell("talk.film_stopped", rows=files.use_kept(draft))
    if draft.runs("edit"):
        return draft.stop("edit").tell("talk.never_mind")
    if draft.talk.wanted:
        return changes.settle(draft).tell("talk.never_mind")
    if draft.runs("link"):
        return draft.stop("link").change(clip=None).tell("talk.link_stopped")
    return draft.tell("talk.nothing_runs")


def _back(draft: Draft) -> Draft:
    if draft.runs("film"):
        return draft.tell("talk.film_first")
    name = question(draft.talk)
    if name.partition(":")[0] in SIDE | changes.ENDS:
        return changes.settle(draft)
    if name == "editing":
        return draft.stop("edit").tell("talk.never_mind")
    earlier = before(draft.talk, name)
    if earlier is None:
        return draft.tell("talk.beginning")
    freed = draft.change(wanted=(), recording=None)
    if earlier == "script" and not draft.talk.options and draft.talk.brief.script is None:
        earlier = "theme"
    return changes.want(freed, earlier)


def _again(draft: Draft) -> Draft:
    name = question(draft.talk)
    if name == "making":
        return draft
    if stage(name) in {"script", "done"} and (draft.talk.brief.theme or changes.rewrites(draft)):
        return changes.more(draft)
    if name == "preview":
        return changes.want(draft, "voice")
    if name in {"pet_lines", "person_lines"}:
        return changes.no_recordings(draft, "pet" if name == "pet_lines" else "person")
    return draft


def _go(draft: Draft) -> Draft:
    name = question(draft.talk)
    if name == "summary":
        return go(draft)
    if draft.talk.brief == Brief(lang=draft.talk.brief.lang):
        return _start(draft)
    return draft if name == "making" else draft.tell("talk.not_yet")


_COMMANDS = {
    "start": _start,
    "help": _help,
    "settings": _settings,
    "films": _films,
    "voices": _voices,
    "forget": _ask_forget,
    "new": _new,
    "cancel": _cancel,
    "back": _back,
    "again": _again,
    "original": original,
    "project": lambda draft: extras.wanted(draft, "project"),
    "square": lambda draft: extras.wanted(draft, "square"),
    "preview": lambda draft: extras.wanted(draft, "preview"),
    "music": lambda draft: changes.want(draft, "music"),
    "go": _go,
}
