"""Made-up nouns for these tests; `mark` stands wherever something of a person can stand."""

from storage.model import Address, Asset, Brief, Line, Project, Script, Take, Voice


def project(name: str = "prj_1", mark: str = "somebody", created: float = 1.0) -> Project:
    """A project that says `mark` in its address and in its brief."""
    script = Script(title=(mark,), lines=(Line(speaker="pet", text=mark),))
    brief = Brief(theme=mark, audience=mark, script=script, voice=mark)
    return Project(id=name, address=Address(channel="web", id=mark), brief=brief, created=created)


def asset(name: str = "photo", project: str = "prj_1", key: str | None = None, mark: str = "") -> Asset:
    """A photo's row."""
    key = key or f"{project}/{name}.jpg"
    return Asset(
        id=name, project=project, kind="photo", media_type="image/jpeg", key=key, bytes=3, sha256=mark
    )


def take(key: str = "prj_1:speak:1", **more: object) -> Take:
    """A new take; `more` are its other fields."""
    fields: dict[str, object] = {
        "key": key,
        "project": "prj_1",
        "step": "speak",
        "vendor": "builtin",
        "model": "",
        "state": "new",
        "made_from": "digest",
    }
    return Take.model_validate({**fields, **more})


def voice(name: str = "voice_1", project: str = "prj_1", mark: str = "mum", kind: str = "clone") -> Voice:
    """A voice cloned at a vendor, under a name that says `mark`."""
    fields = {"kind": kind, "name": mark, "vendor": "minimax", "sample": mark, "params": {"voice": "v9"}}
    return Voice.model_validate({"id": name, "project": project, **fields})
