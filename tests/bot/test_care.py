"""Doctor and admin, through the command line in this process, on rows made through storage."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from bot import roster, settings
from bot.__main__ import app
from pipeline.model import Fault, Report
from storage import assets, projects, takes, voices
from storage.blobs import Blobs
from storage.db import Database
from storage.model import Address, Project, Take
from tests.fakes.deepseek import DeepSeek
from tests.fakes.desk import KEY
from tests.fakes.serving import served
from tests.storage import nouns

MARK = "Mrs-Marker"
SECRET = "k3y-nobody-may-read"
Thing = Callable[[str], Path]


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


def _run(*words: str) -> Ended:
    ended = CliRunner().invoke(app, words, catch_exceptions=False)
    return Ended(ended.exit_code, ended.stdout, ended.stderr)


def _rows(out: str, mark: str) -> list[str]:
    """The doctor's rows with this mark, without it."""
    return [line[2:].rstrip() for line in out.splitlines() if line.startswith(f"{mark} ")]


async def _project(db: Database, name: str, whose: str, state: str = "open", created: float = 0.0) -> None:
    channel, _, person = whose.partition(":")
    await projects.create(
        db, Project(id=name, address=Address(channel=channel, id=person), created=created or time.time())
    )
    await projects.change_state(db, name, state)


async def _take(db: Database, project: str, vendor: str, *, sent: float, unsure: bool = False) -> str:
    key = f"{project}:speak_pet:0123456789ab:{vendor}"
    fields = {"key": key, "project": project, "vendor": vendor, "model": "speech-2.8-hd", "cost": 0.25}
    await takes.open(db, nouns.take(**fields))  # type: ignore[arg-type]
    await takes.claim(db, key, sent)
    if unsure:
        await takes.unsure(db, key, "take.cut_off", sent)
    return key


@pytest.fixture
def house(room: Path) -> Path:
    """A data folder with two people's projects, files, takes and a cloned voice."""

    async def fill() -> None:
        data = room / "data"
        data.mkdir()
        db = await Database.open(f"sqlite+aiosqlite:///{data / 'pawlogue.db'}")
        blobs = Blobs.open(str(data / "blobs"))
        await _project(db, "prj_1", f"telegram:{MARK}", "failed", time.time() - 60)
        await _project(db, "prj_2", "web:other", "done")
        for name, mark in (("prj_1", MARK), ("prj_2", "other")):
            await assets.add(db, nouns.asset(f"{name}-photo", name, mark=mark))
            await blobs.put(f"{name}/{name}-photo.jpg", mark.encode())
        await voices.keep(db, nouns.voice("voice_1", "prj_1", MARK))
        await _take(db, "prj_1", "builtin", sent=5.0)  # killed while it worked: costs nothing
        await _take(db, "prj_2", "minimax", sent=time.time())  # just on its way
        await db.close()

    asyncio.run(fill())
    return room


_REPORT_KEPT = {"kind": "report", "key": "prj_1/report.json", "media_type": "application/json"}
_REPORT = Report(
    faults=(
        Fault(key="check.peak", stops=True, fields={"db": "0.3"}),
        Fault(key="check.clicks", stops=False, fields={"n": "1", "where": "5.00"}),
    ),
    facts={"seconds": 12.0, "bytes": 2_100_000, "lufs": -15.1, "true_peak_db": 0.3},
)


def _with(work: Callable[[Database], object], room: Path) -> object:
    async def run() -> object:
        db = await Database.open(f"sqlite+aiosqlite:///{room / 'data/pawlogue.db'}")
        try:
            return await work(db)  # type: ignore[misc]
        finally:
            await db.close()

    return asyncio.run(run())


def _doubt(room: Path) -> str:
    return str(_with(lambda db: _take(db, "prj_1", "minimax", sent=5.0, unsure=True), room))


# doctor


def test_a_fresh_folder_is_well_and_stays_empty(room: Path, thing: Thing) -> None:
    """Protects the first look: everything there is told, nothing is made by looking."""
    thing("font-sans")
    ended = _run("doctor", "--live")
    assert (ended.code, ended.err, list(room.iterdir())) == (0, "", [])
    assert _rows(ended.out, "✗") == []
    assert sum("not yet made" in row for row in _rows(ended.out, "·")) == 3
    told = "\n".join(_rows(ended.out, "✓"))
    for word in ("dialogue", "image", "voice", "performance", "builtin", "font font-sans", "free disk"):
        assert word in told
    assert "nobody to ask" in ended.out


def test_a_filled_folder_is_well(house: Path, thing: Thing) -> None:
    """Protects honesty: neither a take just on its way nor a free one that was cut off is in doubt."""
    thing("font-sans")
    ended = _run("doctor")
    assert (ended.code, ended.err) == (0, "")
    assert "doubtful takes" in "\n".join(_rows(ended.out, "✓"))
    assert not (house / "data/engine.db").exists()


@pytest.mark.parametrize("lang", ["en_GB.UTF-8", "zh_CN.UTF-8"])
def test_every_line_fits_80_columns(room: Path, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    """Protects readers of a plain terminal and of a log, in both languages, with everything wrong."""
    for name, value in {
        "LANG": lang, "PAWLOGUE_CACHE": str(room / "nowhere"), "DATABASE_URL": "mysql://x/y", "ARK_KEY": "1",
        "BLOBS_URL": "/dev/null/blobs", "DATA_DIR": "/dev/null/data", "TELEGRAM_CHAT_ID": "1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    ended = _run("doctor", "--live")
    assert ended.code == 1
    assert max(cell_len(line) for line in ended.out.splitlines()) <= 80
    if lang.startswith("zh"):
        names = {"settings", "database", "files", "free", "model", "font", "broken", "absent", "text"}
        assert names & set(ended.out.lower().split()) == set()


def test_a_broken_setting_is_one_line(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the exit code and the one clear line that names the setting."""
    monkeypatch.setenv("WEB_PORT", SECRET)
    ended = _run("doctor")
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (1, "", 1)
    assert "WEB_PORT" in ended.err
    assert SECRET not in ended.err


def test_a_misspelt_setting_is_broken_and_a_strangers_is_not(
    room: Path, monkeypatch: pytest.MonkeyPatch, thing: Thing
) -> None:
    """Protects what somebody meant to set; another program's variable is a note."""
    thing("font-sans")
    monkeypatch.setenv("TELEGRAM_CHAT_ID", "1")
    ended = _run("doctor")
    assert (ended.code, _rows(ended.out, "✗")) == (0, [])
    assert "TELEGRAM_CHAT_ID" in " ".join(_rows(ended.out, "·"))
    (room / ".env").write_text(f"MINIMAX_KEY={SECRET}\nARK_API_KEY={SECRET}\n")
    (room / "pawlogue.toml").write_text(f'web_token = "{SECRET}"\n')
    ended = _run("doctor")
    assert ended.code == 1
    assert [word for row in _rows(ended.out, "✗") for word in row.split() if word.isupper()][:2] == [
        "MINIMAX_KEY", "WEB_TOKEN",
    ]  # fmt: skip
    assert "set: ARK_API_KEY" in ended.out
    assert SECRET not in ended.out


def test_a_vendor_that_is_not_there_is_named(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a misspelt or missing vendor: the setting is named, and the rest is still looked at."""
    monkeypatch.setenv("MAKE_VOICE", "minimx:speech")
    ended = _run("doctor")
    (row, *_) = _rows(ended.out, "✗")
    assert "MAKE_VOICE" in row
    assert ended.code == 1
    assert "free disk" in ended.out


def test_a_take_in_doubt_is_told_with_the_way_to_it(house: Path) -> None:
    """Protects money: what was perhaps charged waits for a person, and the doctor says where to look."""
    _doubt(house)
    ended = _run("doctor")
    assert ended.code == 1
    (row,) = [row for row in _rows(ended.out, "✗") if row.startswith("doubtful takes")]
    assert "1 may have been charged" in row
    assert "admin takes" in " ".join(ended.out.split())


def test_a_database_from_the_future(house: Path) -> None:
    """Protects a folder from a newer version: told as what it is, the other rows beside it."""
    with sqlite3.connect(house / "data/pawlogue.db") as conn:
        conn.execute("INSERT INTO migrations (number, name) VALUES (999, 'from the future')")
    conn.close()
    ended = _run("doctor")
    assert ended.code == 1
    assert [row.split()[0] for row in _rows(ended.out, "✗")][:1] == ["database"]
    assert "newer Pawlogue" in " ".join(ended.out.split())
    assert "files" in "\n".join(_rows(ended.out, "✓"))
    ended = _run("admin", "projects")
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (1, "", 1)


def test_a_file_that_is_no_database(room: Path) -> None:
    """Protects people from a driver's traceback."""
    (room / "data").mkdir()
    (room / "data/pawlogue.db").write_bytes(b"\xff\xd8\xff" + bytes(range(256)) * 64)
    ended = _run("doctor")
    assert ended.code == 1
    assert "is not a database" in " ".join(ended.out.split())


def test_a_database_out_of_reach_keeps_its_password(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a password in an address, also one with an @ in it."""
    monkeypatch.setenv("DATABASE_URL", f"postgresql://me:p%40{SECRET}@127.0.0.1:1/films")
    ended = _run("doctor")
    assert ended.code == 1
    assert "does not answer" in " ".join(ended.out.split())
    assert SECRET not in ended.out + ended.err


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("BLOBS_URL", "{room}/taken", "files"),
        ("BLOBS_URL", "file://{room}/taken/blobs", "files"),
        ("BLOBS_URL", "ftp://host/films", "files"),
        ("DATA_DIR", "{room}/taken", "data folder"),
        ("DATABASE_URL", "sqlite+aiosqlite:///{room}/no/such/folder/a.db", "database"),
        ("DATABASE_URL", "sqlite+aiosqlite://", "database"),
        ("DATABASE_URL", "nonsense", "database"),
    ],
)
def test_a_place_that_cannot_be_used(
    room: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, what: str
) -> None:
    """Protects the first film: a place that would fail then is found out before, and not made by looking."""
    (room / "taken").touch()
    monkeypatch.setenv(name, value.format(room=room))
    ended = _run("doctor")
    assert ended.code == 1
    assert [row for row in _rows(ended.out, "✗") if row.startswith(what)]
    assert list(room.iterdir()) == [room / "taken"]


def test_absent_weights_with_a_fall_back_are_no_harm(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the marks' honesty: without models films are plainer, without fonts there are none."""
    monkeypatch.setenv("PAWLOGUE_CACHE", str(room / "nowhere"))
    ended = _run("doctor")
    broken = _rows(ended.out, "✗")
    assert [row.split()[1] for row in broken if row.startswith("font")] == ["font-cute", "font-sans"]
    notes = [row.split()[1] for row in _rows(ended.out, "·") if row.startswith("model")]
    assert notes[:2] == ["pet-detector", "saliency"]
    assert ended.code == 1


# the vendors


def test_old_prices_and_odd_models_are_told(
    room: Path, monkeypatch: pytest.MonkeyPatch, thing: Thing
) -> None:
    """Protects the operator from quotes made of yesterday's prices, and from a model nobody has looked at."""
    thing("font-sans")
    monkeypatch.setenv("DEEPSEEK_API_KEY", SECRET)
    monkeypatch.setenv("MAKE_TEXT", "deepseek:deepseek-of-tomorrow,builtin")
    chosen = settings.load()
    soon = datetime(2026, 12, 1, tzinfo=UTC).timestamp()
    found = asyncio.run(roster.examine(chosen, soon))
    assert [each.how for each in found if each.mark == "note"] == ["doctor.model_unread"]
    late = asyncio.run(roster.examine(chosen, soon + 120 * 86_400))
    assert [each.how for each in late if each.mark == "note"] == ["doctor.model_unread", "doctor.price_old"]
    assert "MAKE_TEXT" in _run("doctor").out


def test_a_vendor_that_cannot_fetch_our_files_is_told(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects from a vendor that is silently passed over: the doctor says what it lacks."""
    monkeypatch.setenv("VOLC_ACCESS_KEY", SECRET)
    monkeypatch.setenv("VOLC_SECRET_KEY", SECRET)
    monkeypatch.setenv("MAKE_AVATAR", "omnihuman,builtin")
    assert "set PUBLIC_BASE_URL" in " ".join(_run("doctor").out.split())
    monkeypatch.setenv("PUBLIC_BASE_URL", "https://films.example")
    assert "set PUBLIC_BASE_URL" not in " ".join(_run("doctor").out.split())


def test_a_currency_without_a_rate_is_broken(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects from a budget that would stop every step: the setting is named."""
    monkeypatch.setenv("DEEPSEEK_API_KEY", SECRET)
    monkeypatch.setenv("CURRENCY", "EUR")
    assert "set a rate for it in CURRENCY_RATES" in " ".join(_run("doctor").out.split())
    monkeypatch.setenv("CURRENCY_RATES", "CNY:0.13, USD:0.9")
    assert "set a rate for it" not in " ".join(_run("doctor").out.split())


def test_every_hosted_vendor_is_asked(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the operator's first question: each vendor's own answer, with the setting to look at."""
    with served(DeepSeek().app) as url:
        monkeypatch.setenv("DEEPSEEK_BASE_URL", url)
        monkeypatch.setenv("DEEPSEEK_API_KEY", KEY)
        ended = _run("doctor", "--live")
        assert "answers and lets us in" in " ".join(_rows(ended.out, "✓"))
        monkeypatch.setenv("DEEPSEEK_API_KEY", SECRET)
        ended = _run("doctor", "--live")
    broken = " ".join(_rows(ended.out, "✗"))
    assert "DEEPSEEK_API_KEY" in broken
    assert (ended.code, SECRET in ended.out) == (1, False)


# admin


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("projects",), 0), (("people",), 0), (("takes",), 0), (("costs",), 0), (("prune",), 0),
        (("forget", "telegram:1"), 0), (("retry", "prj_1"), 1), (("cancel", "prj_1"), 1),
    ],
)  # fmt: skip
def test_nothing_is_made_where_nothing_is(room: Path, words: tuple[str, ...], code: int) -> None:
    """Protects a wrong folder from being filled by a look into it."""
    ended = _run("admin", *words)
    assert ended.code == code
    assert "Nothing has been made yet" in (ended.err if code else ended.out)
    assert list(room.iterdir()) == []


def test_projects_and_people(house: Path) -> None:
    """Protects the lists: ids whole, states in words, headings in the operator's language."""
    told = [line.split()[:3] for line in _run("admin", "projects").out.splitlines()]
    assert told[0] == ["project", "person", "state"]
    assert told[1:] == [["prj_2", "web:other", "done"], ["prj_1", f"telegram:{MARK}", "failed"]]
    people = _run("admin", "people").out
    assert f"telegram:{MARK}" in people
    assert _run("admin", "projects", "--limit", "1").out.count("prj_") == 1


def test_lists_are_chinese_too(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the other language: headings and states."""
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    told = _run("admin", "projects").out
    assert told.splitlines()[0].split() == ["项目", "用户", "状态", "开始于"]
    assert "没做成" in told
    assert "提交中" in _run("admin", "takes", "prj_2").out
    assert "花费" in _run("admin", "costs").out


def test_long_names_stay_whole_where_a_program_reads(house: Path) -> None:
    """Protects copying and grep: a piped list is not folded, nor are marks in names taken for markup."""
    name, whose = f"film-{'0123456789abcdef' * 4}", "feishu:ou_[bold]:cat:_0123456789abcdef0123456789abcdef"
    _with(lambda db: _project(db, name, whose), house)
    (line,) = [line for line in _run("admin", "projects").out.splitlines() if name in line]
    assert whose in line


def test_a_report_is_told_in_sentences(house: Path) -> None:
    """Whoever runs the bot sees why a film was not sent, and its figures; a stranger's id is one line."""

    async def keep(db: Database) -> None:
        await assets.add(db, nouns.asset("prj_1-report", "prj_1").model_copy(update=_REPORT_KEPT))
        blobs = Blobs.open(str(house / "data" / "blobs"))
        await blobs.put("prj_1/report.json", _REPORT.model_dump_json().encode())

    _with(keep, house)
    ended = _run("admin", "report", "prj_1")
    assert ended.code == 0
    figures, peak, clicks = ended.out.strip().splitlines()
    assert figures == "prj_1-report: was not sent; 12.0 s, 2.1 MB, -15.1 LUFS, peak 0.3 dB"
    assert peak.startswith("  ✗ ")
    assert "0.3" in peak
    assert clicks.startswith("  · ")
    assert _run("admin", "report", "prj_9").code == 1


def test_takes_show_which_need_a_decision(house: Path) -> None:
    """Protects the operator's eye: of a project all, else those in doubt, each of these marked."""
    assert _run("admin", "takes").out == "No take here needs a decision.\n"
    key = _doubt(house)
    told = _run("admin", "takes").out.splitlines()
    assert told[0] == f"? {key}"
    for word in ("perhaps charged", "minimax:speech-2.8-hd", "¥0.25", "take.cut_off"):
        assert word in told[1]
    assert told[2].startswith("1 marked ?")
    of_one = _run("admin", "takes", "prj_1").out
    assert (of_one.count("? prj_1:"), of_one.count("  prj_1:")) == (1, 1)
    assert _run("admin", "takes", "nobody") == Ended(1, "", "There is no project nobody.\n")


def test_a_project_is_told_with_its_sum_against_the_quote(house: Path) -> None:
    """Protects the operator's account: what was tried, why it was left, what it cost and was to cost."""

    async def fill(db: Database) -> None:
        for number, (vendor, cost) in enumerate((("kling", 9.0), ("omnihuman", 6.0)), 1):
            key = f"prj_1:animate:0123456789ab:{number}"
            fields = {
                "project": "prj_1",
                "vendor": vendor,
                "cost": cost,
                "quote": cost,
                "opened": number * 1.0,
            }
            await takes.open(db, nouns.take(key, **fields))
            await takes.claim(db, key, 2.0)
        await takes.rejected(db, "prj_1:animate:0123456789ab:1", "vendor.key", 3.0)
        await takes.accepted(db, "prj_1:animate:0123456789ab:2", "t", 3.0)
        await takes.done(db, "prj_1:animate:0123456789ab:2", "{}", 7.5, 4.0)

    _with(fill, house)
    told = _run("admin", "takes", "prj_1").out.splitlines()
    (left,) = [row for row in told if "kling" in row]
    assert "vendor.key" in left
    (kept,) = [row for row in told if "omnihuman" in row]
    assert "¥7.50, quoted ¥6.00" in kept
    assert "Together: ¥7.75, quoted ¥6.25." in told  # with the one that was cut off


def test_a_doubt_is_settled_by_hand(house: Path) -> None:
    """Protects the way out: charged money stays counted, the other does not, and nothing else is touched."""
    key = _doubt(house)
    assert _run("admin", "takes", "--settle", key, "perhaps").code == 2
    ended = _run("admin", "takes", "--settle", key, "charged")
    assert (ended.code, ended.err) == (0, "")
    take = _with(lambda db: takes.get(db, key), house)
    assert isinstance(take, Take)
    assert (take.state, take.cost, take.error) == ("failed", 0.25, "take.settled")
    again = _run("admin", "takes", "--settle", key, "free")
    assert (again.code, again.out, len(again.err.splitlines())) == (1, "", 1)
    assert _run("admin", "takes").out == "No take here needs a decision.\n"
    assert _run("admin", "takes", "--settle", "prj_2:speak_pet:0123456789ab:minimax", "free").code == 1


def test_costs_are_summed_per_currency(house: Path) -> None:
    """Protects the sum: two digits, and nothing older than asked for."""
    told = _run("admin", "costs", "--days", "1").out
    assert [line.split() for line in told.splitlines()] == [["currency", "spent"], ["CNY", "0.25"]]


def test_retry_and_cancel_change_the_state(house: Path) -> None:
    """Protects the two switches, and a finished film from both."""
    assert _run("admin", "retry", "prj_1") == Ended(0, "Project prj_1: open.\n", "")
    assert _run("admin", "cancel", "prj_1") == Ended(0, "Project prj_1: cancelled.\n", "")
    found = _with(lambda db: projects.get(db, "prj_1"), house)
    assert isinstance(found, Project)
    assert found.state == "cancelled"
    for word in ("retry", "cancel"):
        assert _run("admin", word, "prj_2").code == 1
        assert _run("admin", word, "nobody").err == "There is no project nobody.\n"


def test_forgetting_removes_rows_and_files_and_tells_what_is_owed(house: Path) -> None:
    """Protects a person's wish: nowhere in the folder afterwards, and the clone at its vendor is told."""
    ended = _run("admin", "forget", f"telegram:{MARK}")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "Projects removed: 1, files removed: 1.",
        "Cloned voices that still have to be deleted at minimax: 1.",
    ]
    files = [path for path in (house / "data").rglob("*") if path.is_file()]
    assert [path for path in files if MARK.encode() in path.read_bytes()] == []
    assert (house / "data/blobs/prj_2/prj_2-photo.jpg").read_bytes() == b"other"
    assert _run("admin", "forget", f"telegram:{MARK}").out.startswith(
        "Projects removed: 0, files removed: 0."
    )


@pytest.mark.parametrize("address", ["telegram", "telegram:", ":1"])
def test_forgetting_wants_an_address(house: Path, address: str) -> None:
    """Protects against forgetting nobody and saying that it was done."""
    ended = _run("admin", "forget", address)
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (1, "", 1)


def test_pruning_follows_the_kept_days(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects KEEP_DAYS: what is older goes, what is younger stays."""
    old = time.time() - 3 * 86_400
    _with(lambda db: _project(db, "prj_old", "web:x", "done", old), house)
    monkeypatch.setenv("KEEP_DAYS", "4")
    assert _run("admin", "prune").out.startswith("Projects removed: 0,")
    monkeypatch.setenv("KEEP_DAYS", "2")
    assert _run("admin", "prune").out.startswith("Projects removed: 1,")
    assert "prj_old" not in _run("admin", "projects").out


def test_admin_warns_of_odd_settings_on_stderr(house: Path) -> None:
    """Protects a misspelt DATA_DIR from showing an empty house without a word."""
    (house / ".env").write_text("DATA_DRI=elsewhere\n")
    ended = _run("admin", "people")
    assert ended.code == 0
    assert "DATA_DIR" in ended.err
    assert "DATA_DIR" not in ended.out


def test_the_engine_is_never_started(house: Path) -> None:
    """Protects what is in flight: a second start of the engine would run it again."""
    _doubt(house)
    for words in ("doctor --live", "admin takes", "admin retry prj_1", "admin cancel prj_1", "admin prune"):
        _run(*words.split())
    left = {path.name for path in (house / "data").iterdir()}
    assert left - {"pawlogue.db-wal", "pawlogue.db-shm"} == {"pawlogue.db", "blobs"}
