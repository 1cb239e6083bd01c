"""What is still missing: the one question a chat is at."""

from bot.talking.model import Role, Talk

# The main questions in their order; going back walks this list.
ORDER = ("photo", "mouth", "theme", "script", "frame", "voice", "person", "summary")
# Side questions that may be asked even while a film is being made.
ANY_TIME = frozenset({"settings", "forget", "films"})
# The things a person gives; what waits for a making in between is found in `_waiting`.
_STAGES = {
    "photo": "photo",
    "looking": "photo",
    "mouth": "mouth",
    "eyes": "mouth",
    "theme": "theme",
    "writing": "script",
    "script": "script",
    "editing": "script",
    "painting": "frame",
    "voice": "voice",
    "consent": "voice",
    "learning": "voice",
    "preview": "voice",
    "pet_lines": "voice",
    "register": "voice",
    "bringing": "voice",
    "person": "person",
    "person_lines": "person",
    "summary": "summary",
}


# What is asked instead while the makings that the answer needs are under way.
_WAITS = {"script": ("writing", "scripts"), "frame": ("painting", "pictures")}


def question(talk: Talk) -> str:
    """Return the question the chat is at: one asked out of order, else the first thing that is missing."""
    making = "film" in talk.running.values()
    if talk.wanted and (not making or talk.wanted[-1] in ANY_TIME):
        top = talk.wanted[-1]
        waits, what = _WAITS.get(top, (top, ""))
        return waits if what in talk.running.values() else top
    if "edit" in talk.running.values() and not making:
        return "editing"
    return "making" if making else missing(talk)


def missing(talk: Talk) -> str:
    """Return the first thing the brief lacks; "summary" when nothing is, "done" when the film is there."""
    if talk.done:
        return "done"
    for lacking in (_sample, _photo, _script, _frame, _voice, _person):
        if found := lacking(talk):
            return found
    return "summary"


def token(talk: Talk) -> str:
    """Return what tells this question from the one before it: its name, and what it is about."""
    name = question(talk)
    about: tuple[object, ...] = ()
    if name in {"script", "writing", "theme"}:
        about = (talk.offers,)
    elif name in {"pet_lines", "person_lines"}:
        about = (len(recorded(talk, "pet")), len(recorded(talk, "person")))
    elif name in {"mouth", "eyes"}:
        about = (talk.seen.picture if talk.seen else "", len(talk.points))
    elif name == "times":
        about = (talk.clip.link if talk.clip else "",)
    elif name == "whose":
        about = (len(talk.pending),)
    elif name == "frame":
        about = (*(one.asset for one in talk.pictures), wished(talk))
    elif name == "summary" and talk.quoted:
        about = (talk.quoted, "own") if talk.brief.own_voice else (talk.quoted,)
    elif name in {"consent", "preview"}:
        about = (talk.brief.sample,)
    return ":".join(map(str, (talk.project, name, *about)))


def stage(name: str) -> str:
    """Return the main question a question belongs to."""
    return _STAGES.get(name, name)


def before(talk: Talk, name: str) -> str | None:
    """Return the main question before this one that has something to ask, or None at the beginning."""
    here = "summary" if name == "done" else stage(name)
    at = ORDER.index(here) if here in ORDER else len(ORDER)
    for earlier in reversed(ORDER[:at]):
        if earlier == "mouth" and not asks_about_face(talk):
            continue
        if earlier == "frame" and not can_draw(talk):
            continue
        if earlier == "theme" and talk.brief.theme is None and talk.brief.script is not None:
            continue
        if earlier == "person" and not count(talk, "person"):
            continue
        return earlier
    return None


def can_draw(talk: Talk) -> bool:
    """True where new pictures can be asked for: they cost something."""
    return talk.draws and talk.brief.plan != "free"


def wished(talk: Talk) -> str:
    """Return how the picture shall look, where somebody said so and nothing was drawn by it yet."""
    wish = talk.brief.wishes.get("paint", "")
    return wish if wish != talk.painted else ""


def asks_about_face(talk: Talk) -> bool:
    """True when the face on the photo was not sure, and was or is to be pointed out."""
    return talk.seen is not None and talk.seen.photo == talk.brief.photo and talk.seen.mouth != "found"


def count(talk: Talk, role: Role) -> int:
    """Return how many lines the script has for a role; 0 without a script."""
    lines = talk.brief.script.lines if talk.brief.script else ()
    return sum((line.speaker == "person") == (role == "person") for line in lines)


def recorded(talk: Talk, role: Role) -> tuple[str, ...]:
    """Return a role's recordings."""
    return talk.brief.person_lines if role == "person" else talk.brief.pet_lines


def complete(talk: Talk, role: Role) -> bool:
    """True when a role's recordings are as many as its lines, or one of them is said to hold all."""
    have, want = len(recorded(talk, role)), count(talk, role)
    return have > 0 and (have == want or (have == 1 and role in talk.whole))


def _sample(talk: Talk) -> str | None:
    """What a sample has to be asked about is asked while people still remember it."""
    sample = talk.brief.sample
    if (
        sample is None
        or talk.brief.own_voice
        or talk.recording == "pet"
        or talk.brief.pet_lines
        or talk.approved == sample
    ):
        return None
    if talk.consent != sample:
        return "consent"
    return "preview" if talk.learnt == sample else None


def _photo(talk: Talk) -> str | None:
    if talk.brief.photo is None:
        return "photo"
    if talk.seen is None or talk.seen.photo != talk.brief.photo or "frame" in talk.running.values():
        return "looking"
    if talk.seen.mouth != "none" or talk.voice_over:
        return None
    return "eyes" if talk.brief.taps.mouth and talk.brief.taps.eyes is None else "mouth"


def _script(talk: Talk) -> str | None:
    if talk.brief.script is not None:
        return None
    if talk.brief.theme is None:
        return "theme"
    return "script" if talk.options and "scripts" not in talk.running.values() else "writing"


def _frame(talk: Talk) -> str | None:
    """Where pictures can be drawn, whether the film begins with one of them is asked once for each photo."""
    if not can_draw(talk) or talk.framed == talk.brief.photo:
        return None
    return "painting" if "pictures" in talk.running.values() else "frame"


def _voice(talk: Talk) -> str | None:
    brief = talk.brief
    if brief.own_voice:
        return None
    if talk.recording == "pet" or brief.pet_lines:
        if not complete(talk, "pet"):
            return "pet_lines"
        return "register" if brief.lifted is None else None
    if brief.voice is not None or (brief.sample is not None and talk.approved == brief.sample):
        return None
    if brief.sample is None:
        return "bringing" if "link" in talk.running.values() else "voice"
    return "learning"


def _person(talk: Talk) -> str | None:
    if not count(talk, "person") or complete(talk, "person"):
        return None
    if talk.recording == "person" or talk.brief.person_lines:
        return "person_lines"
    return None if talk.brief.person_voice is not None else "person"
