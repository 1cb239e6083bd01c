"""Files somebody sent: by what they are, and by what is being asked for."""

from bot.messages import File
from bot.talking import changes, understanding
from bot.talking.draft import Draft, Row, button, rows
from bot.talking.model import Later, Role
from bot.talking.questions import count, question, recorded, stage


def take(draft: Draft, files: tuple[File, ...]) -> Draft:
    """Take files of any sort, several at once."""
    pictures = tuple(file for file in files if file.sort == "picture")
    sounds = tuple(file for file in files if file.sort in {"sound", "video"})
    for file in files:
        if file.sort == "other":
            draft = draft.tell("talk.file_unknown", {"name": file.name or "?"})
    if pictures:
        draft = _pictures(draft, pictures)
    return _sounds(draft, sounds) if sounds else draft


def music(draft: Draft, files: tuple[File, ...], words: str) -> tuple[Draft, tuple[File, ...], str]:
    """Take the one sound among files as music where the words beside it say so; return what is left."""
    sounds = [file for file in files if file.sort in {"sound", "video"}]
    if len(sounds) != 1 or not understanding.is_music(words):
        return draft, files, words
    return changes.music(draft, sounds[0].asset), tuple(file for file in files if file not in sounds), ""


def keep_for_later(draft: Draft, text: str, files: tuple[File, ...]) -> Draft:
    """Keep what came while a film is being made."""
    kept = draft.change(later=(*draft.talk.later, Later(text=text, files=files)))
    return kept.tell("talk.kept_for_later", rows=rows(button("use_now", "talk.b_use_now")))


def use_kept(draft: Draft) -> tuple[Row, ...]:
    """The button for what came while a film was being made, where there is any."""
    return rows(button("use_now", "talk.b_use_kept")) if draft.talk.later else ()


def next_photo(draft: Draft) -> Draft:
    """Take the next of the photos that were sent together, or ask for another one."""
    if not draft.talk.spare:
        return changes.want(draft, "photo")
    first, *rest = draft.talk.spare
    return changes.photo(draft, first).change(spare=tuple(rest))


def sounds_are(draft: Draft, what: str) -> Draft:
    """Take the sounds that were put aside as what somebody says they are."""
    sounds = draft.talk.pending
    draft = changes.answered(draft.change(pending=()), "whose")
    if not sounds:
        return draft
    if what == "music":
        return changes.music(draft, sounds[0].asset)
    if what == "sample":
        return _sample(draft, sounds)
    return _recorded(draft, "person" if what == "person" else "pet", sounds)


def _pictures(draft: Draft, pictures: tuple[File, ...]) -> Draft:
    first, *others = pictures
    draft = changes.photo(draft, first)
    if not others:
        return draft
    fields = {"n": len(others), "name": first.name or "1"}
    return draft.change(spare=tuple(others)).tell("talk.other_photos", fields)


def _sounds(draft: Draft, sounds: tuple[File, ...]) -> Draft:
    name = question(draft.talk)
    if name == "music":
        return changes.music(draft, sounds[0].asset)
    if name in {"pet_lines", "person_lines"}:
        return _recorded(draft, "pet" if name == "pet_lines" else "person", sounds)
    if name == "person":
        return _recorded(draft, "person", sounds)
    if stage(name) == "voice" and len(sounds) == 1:
        return _sample(draft, sounds)
    return changes.want(draft.change(pending=(*draft.talk.pending, *sounds)), "whose")


def _sample(draft: Draft, sounds: tuple[File, ...]) -> Draft:
    taken = changes.sample(draft, sounds[0])
    return taken.tell("talk.one_sample", {"n": len(sounds) - 1}) if len(sounds) > 1 else taken


def _recorded(draft: Draft, role: Role, sounds: tuple[File, ...]) -> Draft:
    """Add recorded lines, and say how many there are now."""
    taken = changes.recordings(draft, role, sounds)
    have, want = len(recorded(taken.talk, role)), count(taken.talk, role)
    key = "talk.person_recorded" if role == "person" else "talk.pet_recorded"
    return taken.tell(key, {"have": have, "want": want or "?"})
