"""The conversation: a chat and one thing that came in make the chat as it is then, and what to say and start.

Pure. What the makings' notices have to carry:

- `prepare_frame`: fields `mouth` (found, given, none), `species`, `pets` (how many), `width` and `height` of
  the upright photo, `reason` (a text key) and, when a grid is shown, `box` as "x,y,w,h" in the photo's
  pixels; assets `marked` (the whole photo) or `grid`; beside `marked` a grid for later: `around`, `cells`.
  Here and next: `doubt_vendor`, `doubt_money` of an order in doubt that nothing waits for.
- `draw_frames`: assets `1`, `2` … and, as the film shows them, `shown1` …; fields `mouth1` …, `same1` ….
- `propose_scripts`: fields `1`, `2`, `3`, each a Script as JSON; `exact` (yes, no).
- `edit_script`: field `script`, the changed Script as JSON.
- `prepare_voice`: fields `seconds`, `verdict`, `reasons` (text keys with spaces between); asset `preview`.
- `audition`: assets by the preset's name.
- `make_film`, `redo_part`: fields `seconds`, `mouth`, `notes` (text keys with spaces between), `cost`, and
  `voice`, "own" where the model of the vendor `maker` spoke for itself; assets `film`,
  `cover`, `sidecar`, `parts`.
- `edit_project`: field `parts`, as it was asked for; asset `archive`.
- `vary_film`: field `parts`; asset `square` with its `cover`, or `loop`.
"""

import dataclasses
from collections.abc import Callable
from typing import TypeVar

from bot.messages import Incoming
from bot.talking import commands, files, hearing, notices, pointing, pressing
from bot.talking.asking import ask
from bot.talking.draft import Draft
from bot.talking.model import NOTHING_HOSTED, Later, Means, Talk, Turn, fresh
from bot.talking.questions import token
from bot.talking.saying import sayable
from pipeline.ports.errors import BadInput

__all__ = ["Means", "Talk", "Turn", "fresh", "turn"]

T = TypeVar("T")


def turn(talk: Talk, incoming: Incoming, means: Means = NOTHING_HOSTED) -> Turn:
    """Return what one incoming message brings about, with the vendors there are."""
    draft = Draft(
        talk.model_copy(update={"turn": talk.turn + 1, "draws": means.pictures}), incoming.id, means
    )
    if incoming.kind == "notice":
        return _notice(draft, incoming).finish()
    draft = _greeted(draft, incoming)
    return ask(_replayed(_taken(draft, incoming))).finish()


def _notice(draft: Draft, incoming: Incoming) -> Draft:
    """Take in how a making ended; the person is asked something only when the question is a new one."""
    told = notices.told(draft, incoming.making, incoming.notice) if incoming.notice else None
    if told is None:
        return draft
    return ask(told) if token(told.talk) != told.talk.question else told


def _greeted(draft: Draft, incoming: Incoming) -> Draft:
    """Speak the person's language, and say what this is when they begin with something else than a start."""
    if incoming.lang and not draft.talk.lang_chosen and incoming.lang != draft.talk.lang:
        brief = draft.talk.brief
        begun = brief.theme or brief.script
        draft = draft.change(
            lang=incoming.lang,
            brief=brief if begun else brief.model_copy(update={"lang": incoming.lang}),
        )
    if draft.talk.turn == 1 and incoming.kind != "start":
        return draft.tell("talk.hello_short")
    return draft


def _taken(draft: Draft, incoming: Incoming) -> Draft:
    """Take what came in; what cannot be used is told in its own words, and nothing is lost."""
    match incoming.kind:
        case "start":
            return commands.obey(draft, "start")
        case "press":
            return _tried(pressing.press, draft, incoming.press)
        case "tap" if incoming.tap:
            return pointing.tapped(draft, incoming.tap, incoming.press)
        case _:
            return _given(draft, Later(text=incoming.text, files=incoming.files))


def _given(draft: Draft, given: Later) -> Draft:
    """Take files and words, several at once: each stands for itself."""
    if draft.runs("film") and given.files:
        words = given.text if hearing.is_for_a_film(given.text) else ""
        return files.keep_for_later(draft, words, given.files)
    draft, sent, words = files.music(draft, given.files, given.text)
    if sent:
        draft = _tried(files.take, draft, sent)
    if words.strip():
        draft = _tried(_text, draft, words)
    return draft


def _text(draft: Draft, text: str) -> Draft:
    if draft.runs("film") and hearing.is_for_a_film(text):
        return files.keep_for_later(draft, text, ())
    return hearing.hear(draft, text)


def _replayed(draft: Draft) -> Draft:
    """Take what came while the film was being made, as if it came now."""
    if not draft.replay:
        return draft
    later = draft.talk.later
    draft = dataclasses.replace(draft, replay=False).change(later=())
    for given in later:
        draft = _given(draft, given)
    return draft


def _tried(take: Callable[[Draft, T], Draft], draft: Draft, given: T) -> Draft:
    """Take something, or say why it cannot be used and leave everything as it was."""
    try:
        return take(draft, given)
    except BadInput as wrong:
        return draft.tell(*sayable(wrong.key, wrong.fields))
