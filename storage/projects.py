"""Projects: one film in the making each, with the brief its person is filling in."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.db import Database
from storage.errors import StorageError
from storage.listed import listed
from storage.model import Address, Brief, Project


def _noun(row: RowMapping) -> Project:
    return Project(
        id=row["id"],
        address=Address(channel=row["channel"], id=row["person"]),
        state=row["state"],
        brief=Brief.model_validate_json(row["brief"]),
        created=row["created"],
    )


async def create(db: Database, project: Project) -> None:
    """Remember a project; one that is there already stays as it is."""
    await db.write(
        "INSERT INTO projects (id, channel, person, state, brief, created) "
        "VALUES (:id, :channel, :person, :state, :brief, :created) ON CONFLICT (id) DO NOTHING",
        id=project.id,
        channel=project.address.channel,
        person=project.address.id,
        state=project.state,
        brief=project.brief.model_dump_json(),
        created=project.created,
    )


async def get(db: Database, project: str) -> Project | None:
    """Return the project, or None when there is none of that id."""
    rows = await db.read("SELECT * FROM projects WHERE id = :id", id=project)
    return _noun(rows[0]) if rows else None


async def change_brief(db: Database, project: str, brief: Brief) -> None:
    """Put `brief` in place of the project's own.

    Raises:
        StorageError: there is no such project (`storage.no_such`).
    """
    changed = await db.write(
        "UPDATE projects SET brief = :brief WHERE id = :id", id=project, brief=brief.model_dump_json()
    )
    _expect(changed, project)


async def settle_within(
    conn: AsyncConnection, project: str, address: Address, brief: Brief | None, now: float
) -> None:
    """Make sure a person's project is there, with this brief, in the caller's transaction.

    Raises:
        StorageError: a project of that id is somebody else's (`storage.no_such`).
    """
    row: dict[str, object] = {
        "id": project,
        **address.columns,
        "brief": (brief or Brief()).model_dump_json(),
        "now": now,
    }
    if brief is not None and await _fill_within(conn, row):
        return
    await conn.execute(
        text(
            "INSERT INTO projects (id, channel, person, state, brief, created)"
            " VALUES (:id, :channel, :person, 'open', :brief, :now) ON CONFLICT (id) DO NOTHING"
        ),
        row,
    )
    if brief is None:
        whose = text("SELECT id FROM projects WHERE id = :id AND channel = :channel AND person = :person")
        _expect(len((await conn.execute(whose, row)).all()), project)
    else:
        _expect(await _fill_within(conn, row), project)


async def settle_all_within(
    conn: AsyncConnection, wanted: Sequence[tuple[str, Address, Brief]], now: float
) -> None:
    """The same for several people's projects; those that are there get their briefs in one statement.

    Raises:
        StorageError: as in `settle_within`.
    """
    rows, values = listed(
        [(name, who.channel, who.id, brief.model_dump_json()) for name, who, brief in wanted]
    )
    filled = await conn.execute(
        text(
            f"UPDATE projects SET brief = led.column4 FROM ({rows}) AS led"  # noqa: S608  marks only
            " WHERE projects.id = led.column1 AND projects.channel = led.column2"
            " AND projects.person = led.column3 RETURNING projects.id"
        ),
        values,
    )
    there = set(filled.scalars().all())
    for name, who, brief in wanted:
        if name not in there:
            await settle_within(conn, name, who, brief, now)


async def _fill_within(conn: AsyncConnection, row: dict[str, object]) -> int:
    filled = await conn.execute(
        text("UPDATE projects SET brief = :brief WHERE id = :id AND channel = :channel AND person = :person"),
        row,
    )
    return filled.rowcount


async def change_state(db: Database, project: str, state: str) -> None:
    """Say how far the project is.

    Raises:
        StorageError: there is no such project (`storage.no_such`).
    """
    _expect(
        await db.write("UPDATE projects SET state = :state WHERE id = :id", id=project, state=state), project
    )


async def belonging_to(db: Database, address: Address) -> tuple[Project, ...]:
    """Return a person's projects, the newest first."""
    rows = await db.read(
        "SELECT * FROM projects WHERE channel = :channel AND person = :person ORDER BY created DESC, id",
        channel=address.channel,
        person=address.id,
    )
    return tuple(map(_noun, rows))


async def recent(db: Database, limit: int) -> tuple[Project, ...]:
    """Return the newest projects of all people, at most `limit`."""
    rows = await db.read("SELECT * FROM projects ORDER BY created DESC, id LIMIT :limit", limit=limit)
    return tuple(map(_noun, rows))


async def people(db: Database) -> tuple[tuple[Address, int, float], ...]:
    """Return everybody with projects, how many, and when the newest began; the newest first."""
    rows = await db.read(
        "SELECT channel, person, COUNT(*) AS many, MAX(created) AS newest FROM projects"
        " GROUP BY channel, person ORDER BY newest DESC"
    )
    return tuple((Address(channel=r["channel"], id=r["person"]), r["many"], r["newest"]) for r in rows)


def _expect(changed: int, project: str) -> None:
    if not changed:
        raise StorageError("storage.no_such", {"id": project})
