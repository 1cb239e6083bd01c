"""Projects, assets and voices: what is put in comes out, on both databases."""

import asyncio

import pytest

from storage import assets, projects, voices
from storage.db import Database
from storage.errors import StorageError
from storage.model import Address, Brief, Direction, Line, Script, Taps
from tests.storage import nouns


async def test_a_project_comes_back_as_it_was(db: Database) -> None:
    """Protects every field of a full brief on its way through a row."""
    line = Line(speaker="pet", text="我去捡破烂养妈妈", direction=Direction(emotion="crying", prop="bun"))
    brief = Brief(
        lang="en",
        photo="a",
        taps=Taps(mouth=(1.5, 2.0), eyes=((1, 2), (3, 4)), pet=1),
        script=Script(title=("长大后", "要不要养妈妈"), lines=(line,), tags=("猫",)),
        pet_lines=("x", "y"),
    )
    project = nouns.project().model_copy(update={"brief": brief, "created": 1_790_000_000.25})
    await projects.create(db, project)
    assert await projects.get(db, project.id) == project
    assert await projects.get(db, "prj_2") is None


async def test_creating_a_project_again_changes_nothing(db: Database) -> None:
    """Protects a filled-in brief from a step that runs twice, also side by side."""
    await asyncio.gather(*(projects.create(db, nouns.project()) for _ in range(5)))
    await projects.change_brief(db, "prj_1", Brief(theme="raise-mom"))
    await projects.create(db, nouns.project())
    found = await projects.get(db, "prj_1")
    assert found is not None
    assert found.brief == Brief(theme="raise-mom")


async def test_a_project_changes_its_state(db: Database) -> None:
    """Protects the state, and says so when there is nothing to change."""
    await projects.create(db, nouns.project())
    await projects.change_state(db, "prj_1", "making")
    found = await projects.get(db, "prj_1")
    assert found is not None
    assert found.state == "making"
    for change in (projects.change_state(db, "prj_9", "done"), projects.change_brief(db, "prj_9", Brief())):
        with pytest.raises(StorageError) as refused:
            await change
        assert refused.value.key == "storage.no_such"


async def test_projects_are_listed_newest_first(db: Database) -> None:
    """Protects whose projects one sees, and their order."""
    for number, mark in enumerate(["ann", "bob", "ann"]):
        await projects.create(db, nouns.project(f"prj_{number}", mark, float(number)))
    anns = await projects.belonging_to(db, Address(channel="web", id="ann"))
    assert [project.id for project in anns] == ["prj_2", "prj_0"]
    assert await projects.belonging_to(db, Address(channel="telegram", id="ann")) == ()
    assert [project.id for project in await projects.recent(db, 2)] == ["prj_2", "prj_1"]


async def test_people_are_listed_with_their_newest_first(db: Database) -> None:
    """Protects the operator's list of who uses the bot, and how much."""
    for number, mark in enumerate(["ann", "bob", "ann"]):
        await projects.create(db, nouns.project(f"prj_{number}", mark, float(number)))
    ann, bob = Address(channel="web", id="ann"), Address(channel="web", id="bob")
    assert await projects.people(db) == ((ann, 2, 2.0), (bob, 1, 1.0))


async def test_assets_are_added_once(db: Database) -> None:
    """Protects an asset's row from a step that runs twice."""
    await projects.create(db, nouns.project())
    await assets.add(db, nouns.asset("b"))
    await assets.add(db, nouns.asset("a"))
    await assets.add(db, nouns.asset("a", key="prj_1/other.jpg"))
    assert await assets.get(db, "a") == nouns.asset("a")
    assert await assets.get(db, "c") is None
    assert [asset.id for asset in await assets.of(db, "prj_1")] == ["a", "b"]


async def test_nothing_is_kept_without_its_project(db: Database) -> None:
    """Protects a forgotten person from a step that is still running."""
    for keeping in (assets.add(db, nouns.asset()), voices.keep(db, nouns.voice())):
        with pytest.raises(StorageError) as refused:
            await keeping
        assert refused.value.key == "storage.gone"


async def test_a_voice_is_replaced_by_its_id(db: Database) -> None:
    """Protects a voice's parameters, and that tuning it again leaves one."""
    await projects.create(db, nouns.project())
    await voices.keep(db, nouns.voice(mark="first"))
    tuned = nouns.voice().model_copy(update={"params": {"pitch": 1.3, "base": "zf_001"}})
    await voices.keep(db, tuned)
    assert await voices.get(db, "voice_1") == tuned
    assert await voices.of(db, "prj_1") == (tuned,)
    assert await voices.get(db, "voice_2") is None


async def test_a_clone_is_owed_until_its_vendor_deleted_it(db: Database) -> None:
    """Protects clones at a vendor from being left there; a stand-in is simply gone."""
    await projects.create(db, nouns.project())
    await voices.keep(db, nouns.voice("clone"))
    await voices.keep(db, nouns.voice("tuned", kind="stand-in"))
    for voice in ("clone", "clone", "tuned"):
        await voices.forget(db, voice)
    assert await voices.of(db, "prj_1") == ()
    (owed,) = await voices.owed(db)
    assert (owed.id, owed.vendor, owed.params) == ("clone", "minimax", {"voice": "v9"})
    await voices.settled(db, "clone")
    assert await voices.owed(db) == ()
