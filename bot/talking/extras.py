"""What else a finished film is had as: its editing project, a square film, a moving preview.

Each is made when it is first asked for, and handed over again after that.
"""

from bot.talking.draft import Draft, Row, button
from bot.talking.model import Extra, Made
from bot.talking.saying import filed
from storage.model import Notice

_COMING: dict[Extra, str] = {
    "project": "talk.project_coming",
    "square": "talk.square_coming",
    "preview": "talk.preview_coming",
}


def wanted(draft: Draft, what: Extra, number: int = 0) -> Draft:
    """Hand over something of a film, or begin to make it: by the film's number from 1, or the newest."""
    if not 0 <= number <= len(draft.talk.films) or not draft.talk.films:
        return draft.tell("talk.no_films")
    made = draft.talk.films[number - 1]
    if what in made.extras:
        return _handed(draft, what, made)
    if not made.parts or (what != "project" and not made.sidecar):
        return draft.tell("talk.no_project")
    if not draft.runs(what).startswith(f"{made.project}:"):
        draft = draft.start(what, *_args(what, made), project=made.project)
    return draft.tell(_COMING[what])


def came(draft: Draft, notice: Notice, what: Extra) -> Draft:
    """Keep what was made of a film, and hand it over."""
    files = tuple(notice.assets[name] for name in (_ASSETS[what], "cover") if name in notice.assets)
    parts = notice.fields.get("parts", "")
    films = tuple(
        one.model_copy(update={"extras": {**one.extras, what: files}})
        if files and one.parts == parts
        else one
        for one in draft.talk.films
    )
    made = next((one for one in films if one.parts == parts and what in one.extras), None)
    return _handed(draft.change(films=films), what, made) if made else draft


def row(number: str = "") -> Row:
    """Return the buttons for them, of the newest film or of one by its number."""
    return (
        button("project", "talk.b_project", number),
        button("square", "talk.b_square", number),
        button("preview", "talk.b_preview", number),
    )


_ASSETS: dict[Extra, str] = {"project": "archive", "square": "square", "preview": "loop"}


def _args(what: Extra, made: Made) -> tuple[str, ...]:
    if what == "project":
        return made.parts, made.cover
    return _ASSETS[what], made.parts, made.film, made.sidecar


def _handed(draft: Draft, what: Extra, made: Made) -> Draft:
    files = made.extras[what]
    if what == "project":
        name = filed(made.title, "zip")
        return draft.tell("talk.project", kind="document", assets=files, labels=(name,))
    if what == "square":
        return draft.tell("talk.square", kind="film", assets=files, body=made.caption)
    return draft.tell("talk.loop", kind="film", assets=files)
