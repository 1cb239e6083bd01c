"""Opening, migrating and what can be wrong with a database."""

import asyncio
import os
import pickle
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage import projects
from storage.db import Database
from storage.errors import StorageError, WrongState
from storage.migrate import known, migrate
from tests.fakes.postgres import NOBODY, Postgres
from tests.storage import nouns

CHECKOUT = Path(__file__).parents[2]

OPEN = """
import asyncio, sys
from storage.db import Database
async def main():
    db = await Database.open(sys.argv[1])
    rows = await db.read("SELECT number FROM migrations")
    await db.close()
    print(len(rows))
asyncio.run(main())
"""


async def _refused(url: str) -> StorageError:
    with pytest.raises(StorageError) as refused:
        await Database.open(url)
    return refused.value


def _sqlite(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


@contextmanager
def _powerless() -> Iterator[None]:
    """Do without root's power to write everywhere."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_processes_that_migrate_at_once_do_not_collide(url: str) -> None:
    """Protects the first start of several processes: each finds every migration applied once."""
    order = [sys.executable, "-c", OPEN, url]
    env = {"PYTHONPATH": str(CHECKOUT), "PATH": os.environ["PATH"]}
    starts = [subprocess.Popen(order, stdout=subprocess.PIPE, env=env) for _ in range(3)]
    told = [start.communicate(timeout=60)[0].decode().strip() for start in starts]
    assert told == [str(len(known()))] * 3


async def test_openings_that_meet_do_not_collide(url: str) -> None:
    """Protects the same within one process, where they meet more closely."""
    opened = await asyncio.gather(*(Database.open(url) for _ in range(8)))
    await projects.create(opened[0], nouns.project())
    assert await projects.get(opened[7], "prj_1") == nouns.project()
    for db in opened:
        await db.close()


async def test_a_newer_database_is_left_alone(url: str) -> None:
    """Protects a database from older code after a step back."""
    db = await Database.open(url)
    await db.write("INSERT INTO migrations (number, name) VALUES (999, 'from the future')")
    await db.close()
    refused = await _refused(url)
    assert refused.key == "storage.newer"
    assert (refused.fields["found"], refused.fields["known"]) == ("999", str(known()[-1].number))


async def test_a_migration_that_breaks_leaves_nothing(url: str, tmp_path: Path) -> None:
    """Protects against half a schema: all statements of a start are kept, or none."""
    (tmp_path / "001_good.sql").write_text("-- one; two\nCREATE TABLE good (id TEXT);")
    (tmp_path / "002_bad.sql").write_text("CREATE TABLE half (id TEXT);\nCREATE NONSENSE;")
    db = await Database.open(url)
    await db.write("DELETE FROM migrations")
    with pytest.raises(Exception, match="NONSENSE"):
        async with db.writing() as conn:
            await migrate(conn, "", known(tmp_path))
    assert await db.read("SELECT number FROM migrations") == []
    for table in ("good", "half"):
        with pytest.raises(Exception, match=table):
            await db.read(f"SELECT * FROM {table}")
    await db.close()


async def test_a_block_that_breaks_is_undone(db: Database) -> None:
    """Protects transactions: what a failing block wrote is not there."""

    async def write_and_break() -> None:
        async with db.writing() as conn:
            await conn.exec_driver_sql("INSERT INTO migrations (number, name) VALUES (500, 'x')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await write_and_break()
    assert await db.read("SELECT * FROM migrations WHERE number = 500") == []


async def test_a_block_that_is_cancelled_is_undone(db: Database) -> None:
    """Protects the next writer from the lock of one that was cancelled."""
    inside = asyncio.Event()

    async def write_for_ever() -> None:
        async with db.writing() as conn:
            await conn.exec_driver_sql("INSERT INTO migrations (number, name) VALUES (501, 'x')")
            inside.set()
            await asyncio.Event().wait()

    writer = asyncio.create_task(write_for_ever())
    await inside.wait()
    writer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writer
    assert await db.write("UPDATE migrations SET name = name WHERE number = 501") == 0


async def test_sqlite_is_set_up_for_money(tmp_path: Path) -> None:
    """Protects the ledger on SQLite: a log beside the file, full sync, foreign keys, patience."""
    db = await Database.open(_sqlite(tmp_path / "a.db"))
    settings = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
    found = [next(iter((await db.read(f"PRAGMA {name}"))[0].values())) for name in settings]
    await db.close()
    assert found == ["wal", 2, 1, 30_000, 1]


async def test_sqlite_refuses_what_it_cannot_open(tmp_path: Path) -> None:
    """Protects people from a traceback: each thing that is wrong with a file has its own key."""
    (tmp_path / "photo.db").write_bytes(b"\xff\xd8\xff" + bytes(range(256)) * 64)
    assert (await _refused(_sqlite(tmp_path / "photo.db"))).key == "storage.not_a_database"
    assert (await _refused(_sqlite(tmp_path))).key == "storage.not_a_database"
    missing = await _refused(_sqlite(tmp_path / "no" / "a.db"))
    assert (missing.key, missing.fields) == ("storage.folder_missing", {"folder": str(tmp_path / "no")})
    assert (await _refused("sqlite+aiosqlite:///:memory:")).key == "storage.not_a_file"
    assert (await _refused("mysql://me:secret@host/x")).key == "storage.unknown_kind"
    assert "secret" not in str(await _refused("postgresql//me:secret@host"))


def test_a_refusal_is_all_that_is_said(tmp_path: Path) -> None:
    """Protects the one clear line: no thread complains on stderr after the loop has gone."""
    code = (
        "import asyncio, sys\nfrom storage.db import Database\nfrom storage.errors import StorageError\n"
        "for _ in range(20):\n"
        "    try:\n        asyncio.run(Database.open(sys.argv[1]))\n"
        "    except StorageError as refused:\n        print(refused.key)\n"
    )
    (tmp_path / "wall").symlink_to(tmp_path / "nowhere" / "a.db")
    env = {"PYTHONPATH": str(CHECKOUT), "PATH": os.environ["PATH"]}
    order = [sys.executable, "-c", code, _sqlite(tmp_path / "wall")]
    told = subprocess.run(order, env=env, capture_output=True, text=True, timeout=60)
    assert (set(told.stdout.split()), told.stderr) == ({"storage.cannot_open"}, "")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody can enter: pytest's own are for their owner alone."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)
        Path(name).chmod(0o755)


async def test_an_unwritable_folder_is_said_to_be_one(open_folder: Path, tmp_path: Path) -> None:
    """Protects people from guessing, when a folder may not be written to or not even entered."""
    db = await Database.open(_sqlite(open_folder / "a.db"))
    await db.close()
    for path, mode in ((open_folder / "a.db", 0o444), (open_folder, 0o555)):
        await asyncio.to_thread(path.chmod, mode)
    (tmp_path / "shut").mkdir(mode=0o000)
    with _powerless():
        kept = await _refused(_sqlite(open_folder / "a.db"))
        new = await _refused(_sqlite(open_folder / "b.db"))
        shut = await _refused(_sqlite(tmp_path / "shut" / "a.db"))
    assert (kept.key, new.key, shut.key) == (
        "storage.read_only",
        "storage.cannot_open",
        "storage.cannot_open",
    )


async def test_a_full_disk_is_said_to_be_full(tmp_path: Path) -> None:
    """Protects people from a traceback when there is no room; what was there stays."""
    db = await Database.open(_sqlite(tmp_path / "a.db"))
    await projects.create(db, nouns.project())

    async def write_too_much() -> None:
        async with db.writing() as conn:
            await conn.exec_driver_sql("PRAGMA max_page_count = 30")
            await conn.exec_driver_sql("UPDATE projects SET brief = hex(zeroblob(1000000))")

    with pytest.raises(StorageError) as refused:
        await write_too_much()
    assert refused.value.key == "storage.full"
    assert await projects.get(db, "prj_1") == nouns.project()
    await db.close()


async def test_another_writer_is_waited_for(tmp_path: Path) -> None:
    """Protects a write from failing because somebody else, such as `admin`, is writing."""
    db = await Database.open(_sqlite(tmp_path / "a.db"))
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(projects.create(db, nouns.project()))
    await asyncio.wait([writing], timeout=0.2)
    assert not writing.done()
    other.execute("COMMIT")
    other.close()
    await writing
    assert await projects.get(db, "prj_1") is not None
    await db.close()


async def test_postgres_refuses_what_it_cannot_open(postgres_server: Postgres, tmp_path: Path) -> None:
    """Protects people from a traceback: no such database, no server, no right to make tables."""
    missing = await _refused(postgres_server.url("nowhere"))
    assert missing.key == "storage.no_database"
    silent = await _refused(f"postgresql://me:secret@/x?host={tmp_path}")
    assert silent.key == "storage.unreachable"
    assert "secret" not in str(silent)
    url = postgres_server.database()
    with postgres_server.connect() as conn:
        conn.execute("CREATE ROLE reader LOGIN")
    assert (await _refused(url.replace("postgres@", "reader@"))).key == "storage.read_only"


async def test_postgres_tables_have_a_schema_of_their_own(postgres_server: Postgres) -> None:
    """Protects the engine's tables, which share the database, and options people set themselves."""
    url = postgres_server.database() + "&options=-cstatement_timeout%3D7000"
    db = await Database.open(url)
    tables = await db.read(
        "SELECT DISTINCT schemaname FROM pg_tables WHERE tablename IN ('takes', 'projects')"
    )
    timeout = await db.read("SHOW statement_timeout")
    await db.close()
    assert [row["schemaname"] for row in tables] == ["app"]
    assert timeout[0]["statement_timeout"] == "7s"


async def test_postgres_is_found_again(postgres_server: Postgres) -> None:
    """Protects a long-running process from connections that died in between."""
    url = postgres_server.database()
    db = await Database.open(url)
    await projects.create(db, nouns.project())
    with postgres_server.connect() as conn:
        conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
    assert await projects.get(db, "prj_1") is not None
    await db.close()


@pytest.mark.parametrize("kind", [StorageError, WrongState])
def test_errors_survive_pickling(kind: type[StorageError]) -> None:
    """Protects what an error says on its way out of a worker process."""
    error = pickle.loads(pickle.dumps(kind("storage.full", {"place": "/x"}, "errno 28")))
    assert type(error) is kind
    assert (error.key, error.fields, error.cause) == ("storage.full", {"place": "/x"}, "errno 28")
