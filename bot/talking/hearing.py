"""What somebody typed, taken by what is being asked for; the rest is understood wherever it is said."""

from bot.talking import (
    changes,
    clips,
    commands,
    files,
    framing,
    moments,
    paying,
    pointing,
    pressing,
    understanding,
)
from bot.talking.asking import ask
from bot.talking.casting import PEOPLE, VOICES
from bot.talking.draft import Draft, button, rows
from bot.talking.questions import question, stage
from bot.texts import say
from pipeline.ports.errors import BadInput
from pipeline.themes import bank, fit
from pipeline.themes.words import has_words
from pipeline.writing.naming import named
from storage.model import Lang

_LANGS: tuple[Lang, ...] = ("zh", "en")
_AUDIENCE = 30  # characters
_PHRASE = 24  # characters; a longer text that names a voice says something else
_ABOUT_SCRIPT = frozenset({"summary", "done", "editing", "line", "mood"})
_LONGEST = 4000  # characters; more than any dialogue that can be filmed


def hear(draft: Draft, text: str) -> Draft:
    """Take words.

    Raises:
        BadInput: they are a dialogue, a line or a theme that cannot be used; the key says why.
    """
    text = text[:_LONGEST].strip()
    meant = (_button, _command, _answer)
    free = (_button, _command, _link, _answer, _edit, _dialogue, _picture, _wish, _change, _theme)
    for understood in meant if draft.runs("film") else free:
        taken = understood(draft, text)
        if taken is not None:
            return taken
    return _unclear(draft, text)


def is_for_a_film(text: str) -> bool:
    """True for words that would change a film: an edit, a mood, captions, a link, a theme, a dialogue, …"""
    looks = (understanding.captions, understanding.stickers, understanding.music, understanding.size)
    if any(one(text) is not None for one in looks) or moments.link(text):
        return True
    if understanding.own_voice(text) is not None:
        return True
    if understanding.command(text) is not None:
        return False
    heard = (understanding.edit, understanding.mood, understanding.audience, understanding.script_language)
    found = any(understood(text) for understood in heard)
    return found or bank.find(text) is not None or _is_dialogue(text)


def _button(draft: Draft, text: str) -> Draft | None:
    """Take the words on a button of the question as a press of it."""
    shown = ask(draft).says[len(draft.says) :]
    for choice in (one for message in shown for row in message.buttons for one in row):
        if text in {say(choice.key, lang, choice.fields) for lang in _LANGS}:
            return pressing.press(draft, f"{draft.talk.round}:{choice.value}")
    return None


def _command(draft: Draft, text: str) -> Draft | None:
    name = understanding.command(text)
    if name in {None, "yes", "no", "skip"}:
        return None
    spoken = question(draft.talk).startswith("words:") and name not in {"back", "cancel"}
    return None if spoken and not text.startswith("/") else commands.obey(draft, str(name))


def _link(draft: Draft, text: str) -> Draft | None:
    """Take a link and the times beside it; one inside a dialogue is part of that."""
    link = moments.link(text)
    if link is None or _is_dialogue(text):
        return None
    return clips.given(draft, link, moments.span(text))


def _is_dialogue(text: str) -> bool:
    try:
        return fit.dialogue(text) is not None
    except BadInput:  # one that cannot be filmed: said when its turn comes
        return True


def _answer(draft: Draft, text: str) -> Draft | None:
    """Take it as the answer to what is asked."""
    name, _, arg = question(draft.talk).partition(":")
    number, word = understanding.number(text), understanding.command(text)
    if name == "words":
        return changes.edit(draft, int(arg), text)
    if name == "times" and (span := moments.span(text, asked=True)):
        return clips.times(draft, span)
    if name == "frame" and (number is not None or word in {"no", "skip"}):
        return framing.keep_photo(draft) if number is None else framing.pick(draft, number)
    if name in {"mouth", "eyes"}:
        return _pointed(draft, name, number, word, text)
    if name == "script":
        return commands.pick(draft, 1 if word == "yes" and len(draft.talk.options) == 1 else number or 0)
    if name == "theme" and number is not None and 1 <= number <= len(bank.themes()):
        return changes.theme(draft, bank.themes()[number - 1].slug)
    if name == "line" and number is not None and draft.talk.brief.script is not None:
        at = min(max(number, 1), len(draft.talk.brief.script.lines))
        return changes.want(draft, f"words:{at}")
    if stage(name) in {"voice", "person"} and (taken := _voice(draft, stage(name), text)):
        return taken
    if name == "whom" and len(text) <= _AUDIENCE and "\n" not in text:
        return changes.audience(draft, fit.theme_words(text))
    return _yes_or_no(draft, name, word)


def _pointed(draft: Draft, name: str, number: int | None, word: str | None, text: str) -> Draft | None:
    if number is not None:
        return pointing.at_number(draft, number)
    if name == "eyes" and word in {"skip", "no"}:
        return pointing.no_eyes(draft)
    if name == "mouth" and (word in {"skip", "no"} or understanding.voice_over(text)):
        return pointing.narrate(draft)
    return None


def _voice(draft: Draft, name: str, text: str) -> Draft | None:
    """Take the name of a preset, in either language, alone or in a short phrase with no other."""
    named = {
        preset
        for preset in (VOICES if name == "voice" else PEOPLE)
        for word in (preset, *(say(f"voice.{preset}", lang) for lang in _LANGS))
        if len(text) <= _PHRASE and understanding.has(text.casefold(), word.casefold())
    }
    if len(named) != 1:
        return None
    return changes.preset(draft, *named) if name == "voice" else changes.person(draft, *named)


def _yes_or_no(draft: Draft, name: str, word: str | None) -> Draft | None:
    if name == "summary" and word == "yes":
        return commands.go(draft)
    if name == "preview" and word == "yes":
        return draft.change(approved=draft.talk.brief.sample or "").tell("talk.sample_used")
    if name == "preview" and word == "no":
        return changes.want(draft, "voice")
    if name == "forget" and word == "yes":
        return commands.forget(draft)
    if name in commands.SIDE and word == "no":
        return changes.settle(draft).tell("talk.never_mind")
    return None


def _edit(draft: Draft, text: str) -> Draft | None:
    found = understanding.edit(text)
    return changes.edit(draft, found.number, found.text) if found else None


def _dialogue(draft: Draft, text: str) -> Draft | None:
    written = fit.dialogue(text)
    return changes.own(draft, written) if written else None


def _picture(draft: Draft, text: str) -> Draft | None:
    """Take it as a wish for the picture, while that is what is talked about."""
    others = (understanding.command, understanding.script_language, understanding.audience, bank.find)
    if question(draft.talk) != "frame" or moments.link(text) or any(one(text) for one in others):
        return None
    if understanding.number(text) is not None or not has_words(text):
        return None
    script = draft.talk.brief.script
    if draft.means.edits and script is not None and named(text, script.lines).some:
        return None  # it is about a line, and can be had
    return framing.wish(draft, fit.theme_words(text))


def _wish(draft: Draft, text: str) -> Draft | None:
    """Take it as how it shall be played, with or without captions, in the model's own voice or ours, in which
    language, for whom."""
    if (shown := understanding.captions(text)) is not None:
        return changes.captions(draft, shown=shown)
    if (dressed := _dress(draft, text)) is not None:
        return dressed
    if (own := understanding.own_voice(text)) is not None:
        return paying.own_voice(draft, wanted=own)
    if (draft.talk.brief.theme or draft.talk.brief.script) and (mood := understanding.mood(text)):
        return changes.mood(draft, mood, text)
    if lang := understanding.script_language(text):
        return changes.script_language(draft, lang)
    if bank.find(text) is None and (who := understanding.audience(text) or _audience(draft, text)):
        return changes.audience(draft, who)
    return None


def _dress(draft: Draft, text: str) -> Draft | None:
    """Take it as what plays under the film, as reactions in it, or as its size."""
    if (shown := understanding.stickers(text)) is not None:
        return changes.stickers(draft, shown=shown)
    if (width := understanding.size(text)) is not None:
        return paying.size(draft, width)
    played = understanding.music(text)
    if played == "ask":
        waits = draft.talk.pending and question(draft.talk) == "whose"
        return files.sounds_are(draft, "music") if waits else changes.want(draft, "music")
    return None if played is None else changes.music(draft, "" if played == "auto" else played)


def _change(draft: Draft, text: str) -> Draft | None:
    """Take it as a change of the script that a text model makes, where it sounds like one."""
    name, script = question(draft.talk), draft.talk.brief.script
    about = name in {"script", "writing"} or (script is not None and name in _ABOUT_SCRIPT)
    sounds = about and understanding.wish(text)
    names = script is not None and name not in {"own", "theme"} and named(text, script.lines).some
    if not (draft.means.edits and (sounds or names)) or bank.find(text) is not None:
        return None
    return changes.wish(draft, fit.theme_words(text))


def _audience(draft: Draft, text: str) -> str | None:
    """Take a bare name as the audience while the dialogue is being talked about."""
    about = stage(question(draft.talk)) in {"photo", "theme", "script"} and draft.talk.brief.script is None
    return understanding.named_audience(text) if about else None


def _theme(draft: Draft, text: str) -> Draft | None:
    """Take it as the theme, where none is chosen yet or another one is asked for."""
    wanted = question(draft.talk) == "theme" or (
        draft.talk.brief.theme is None and draft.talk.brief.script is None
    )
    asked_anew = question(draft.talk) in {"script", "writing", "done"} and bank.find(text) is not None
    if question(draft.talk) == "own" and bank.find(text) is None:
        return None
    if understanding.command(text) is not None or not (wanted or asked_anew):
        return None
    return changes.theme(draft, fit.theme_words(text), understanding.told_for(text, draft.talk.lang))


def _unclear(draft: Draft, text: str) -> Draft:
    """Say that it was not understood, and offer to take it as the theme."""
    if question(draft.talk) == "making":
        return draft
    key = "talk.not_a_dialogue" if question(draft.talk) == "own" else "talk.unclear"
    nothing_else = question(draft.talk) == "times" or understanding.command(text) is not None
    if nothing_else or understanding.number(text) is not None:
        return draft.tell(key)
    try:
        words = fit.theme_words(text)
    except BadInput:  # no theme was asked for, so nothing is said about one
        return draft.tell(key)
    offered = draft.change(words=words)
    changed = (button("words_wish", "talk.b_words_wish"),)
    can_change = draft.means.edits and draft.talk.brief.script is not None
    choices = (button("words_theme", "talk.b_words_theme"), *(changed if can_change else ()))
    return offered.tell(key, rows=rows(*choices, wide=1))
