"""Who speaks: the pet's voice, the person's, a sample, recorded lines."""

from bot.messages import Button
from bot.talking.draft import Draft, button, keep, rows
from bot.talking.model import Role, Talk
from bot.talking.questions import count, recorded
from bot.talking.saying import named, numbered, voices
from storage.model import Line

VOICES = ("naitang", "doubao", "mianhua", "tangyuan", "hanhan")
PEOPLE = ("mama", "baba")


def voice(draft: Draft, _: str) -> Draft:
    talk = draft.talk
    presets = [
        button("voice", "talk.b_name", name, name=named(f"voice.{name}", talk.lang)) for name in VOICES
    ]
    others = [button("record", "talk.b_record_pet")]
    if talk.brief.pet_lines and talk.brief.lifted is not None:
        others.append(_other_register(talk))
    if talk.brief.voice or talk.brief.sample or talk.brief.pet_lines:
        others.append(keep("voice"))
    heard = draft if "auditions" in talk.last else auditions(draft)
    asked = heard.tell(
        "talk.ask_voice",
        body=voices(VOICES, talk.lang),
        rows=(*rows(*presets, wide=3), *rows(*others)),
    )
    return asked if talk.auditions or draft.runs("audition") else asked.start("audition")


def _other_register(talk: Talk) -> Button:
    if talk.brief.lifted:
        return button("register", "talk.b_mine_kept", "kept")
    return button("register", "talk.b_mine_lifted", "lifted")


def auditions(draft: Draft) -> Draft:
    """Let the presets be heard, where they have been spoken."""
    heard = draft.talk.auditions
    if not heard:
        return draft
    labels = tuple(f"voice.{name}" for name in heard)
    return draft.tell(
        "talk.auditions", kind="voices", assets=tuple(heard.values()), labels=labels, role="auditions"
    )


def everybody(draft: Draft) -> Draft:
    """Let the presets be heard, and after them the voice made after their own sample."""
    talk, heard = draft.talk, auditions(draft)
    if not talk.own or talk.brief.sample is None or talk.learnt != talk.brief.sample:
        return heard
    return heard.tell("talk.preview_voice", kind="voices", assets=(talk.own,), labels=("talk.is_stand_in",))


def consent(draft: Draft, _: str) -> Draft:
    return draft.tell(
        "talk.ask_consent",
        rows=rows(button("may", "talk.b_may"), button("may_not", "talk.b_may_not"), wide=1),
    )


def learning(draft: Draft, _: str) -> Draft:
    return (draft if draft.runs("voice") else draft.start("voice")).tell("talk.learning")


def preview(draft: Draft, _: str) -> Draft:
    return draft.tell(
        "talk.ask_preview",
        rows=rows(button("use_voice", "talk.b_use_voice"), button("other_voice", "talk.b_other_voice")),
    )


def pet_lines(draft: Draft, _: str) -> Draft:
    return _record(draft, "pet")


def person_lines(draft: Draft, _: str) -> Draft:
    return _record(draft, "person")


def register(draft: Draft, _: str) -> Draft:
    return draft.tell(
        "talk.ask_register",
        rows=rows(button("register", "talk.b_kept", "kept"), button("register", "talk.b_lifted", "lifted")),
    )


def bringing(draft: Draft, _: str) -> Draft:
    return draft.tell("talk.bringing", rows=rows(button("cancel", "talk.b_cancel")))


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


def person(draft: Draft, _: str) -> Draft:
    talk = draft.talk
    presets = [
        button("person", "talk.b_name", name, name=named(f"voice.{name}", talk.lang)) for name in PEOPLE
    ]
    others = [button("record_person", "talk.b_record_person")]
    if talk.brief.person_voice or talk.brief.person_lines:
        others.append(keep("person"))
    return draft.tell("talk.ask_person", rows=(*rows(*presets), *rows(*others)))
