"""The lists an operator reads: whole names, words in their language, nothing made by looking."""

from pathlib import Path

import pytest

from pipeline.model import Fault, Report
from storage import assets
from storage.blobs import Blobs
from storage.db import Database
from tests.bot.care.ward import MARK, add_project, run, with_db
from tests.storage import nouns


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("projects",), 0), (("people",), 0), (("takes",), 0), (("costs",), 0), (("prune",), 0),
        (("forget", "telegram:1"), 0), (("retry", "prj_1"), 1), (("cancel", "prj_1"), 1),
    ],
)  # fmt: skip
def test_nothing_is_made_where_nothing_is(room: Path, words: tuple[str, ...], code: int) -> None:
    """Protects a wrong folder from being filled by a look into it."""
    ended = run("admin", *words)
    assert ended.code == code
    assert "Nothing has been made yet" in (ended.err if code else ended.out)
    assert list(room.iterdir()) == []


def test_projects_and_people(house: Path) -> None:
    """Protects the lists: ids whole, states in words, headings in the operator's language."""
    told = [line.split()[:3] for line in run("admin", "projects").out.splitlines()]
    assert told[0] == ["project", "person", "state"]
    assert told[1:] == [["prj_2", "web:other", "done"], ["prj_1", f"telegram:{MARK}", "failed"]]
    people = run("admin", "people").out
    assert f"telegram:{MARK}" in people
    assert run("admin", "projects", "--limit", "1").out.count("prj_") == 1


def test_lists_are_chinese_too(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the other language: headings and states."""
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    told = run("admin", "projects").out
    assert told.splitlines()[0].split() == ["项目", "用户", "状态", "开始于"]
    assert "没做成" in told
    assert "提交中" in run("admin", "takes", "prj_2").out
    assert "花费" in run("admin", "costs").out


def test_long_names_stay_whole_where_a_program_reads(house: Path) -> None:
    """Protects copying and grep: a piped list is not folded, nor are marks in names taken for markup."""
    name, whose = f"film-{'0123456789abcdef' * 4}", "feishu:ou_[bold]:cat:_0123456789abcdef0123456789abcdef"
    with_db(lambda db: add_project(db, name, whose), house)
    (line,) = [line for line in run("admin", "projects").out.splitlines() if name in line]
    assert whose in line


_REPORT_KEPT = {"kind": "report", "key": "prj_1/report.json", "media_type": "application/json"}
_REPORT = Report(
    faults=(
        Fault(key="check.peak", stops=True, fields={"db": "0.3"}),
        Fault(key="check.clicks", stops=False, fields={"n": "1", "where": "5.00"}),
    ),
    facts={"seconds": 12.0, "bytes": 2_100_000, "lufs": -15.1, "true_peak_db": 0.3},
)


def test_a_report_is_told_in_sentences(house: Path) -> None:
    """Whoever runs the bot sees why a film was not sent, and its figures; a stranger's id is one line."""

    async def keep(db: Database) -> None:
        await assets.add(db, nouns.asset("prj_1-report", "prj_1").model_copy(update=_REPORT_KEPT))
        blobs = Blobs.open(str(house / "data" / "blobs"))
        await blobs.put("prj_1/report.json", _REPORT.model_dump_json().encode())

    with_db(keep, house)
    ended = run("admin", "report", "prj_1")
    assert ended.code == 0
    figures, peak, clicks = ended.out.strip().splitlines()
    assert figures == "prj_1-report: was not sent; 12.0 s, 2.1 MB, -15.1 LUFS, peak 0.3 dB"
    assert peak.startswith("  ✗ ")
    assert "0.3" in peak
    assert clicks.startswith("  · ")
    assert run("admin", "report", "prj_9").code == 1


def test_costs_are_summed_per_currency(house: Path) -> None:
    """Protects the sum: two digits, and nothing older than asked for."""
    told = run("admin", "costs", "--days", "1").out
    assert [line.split() for line in told.splitlines()] == [["currency", "spent"], ["CNY", "0.25"]]


def test_admin_warns_of_odd_settings_on_stderr(house: Path) -> None:
    """Protects a misspelt DATA_DIR from showing an empty house without a word."""
    (house / ".env").write_text("DATA_DRI=elsewhere\n")
    ended = run("admin", "people")
    assert ended.code == 0
    assert "DATA_DIR" in ended.err
    assert "DATA_DIR" not in ended.out
