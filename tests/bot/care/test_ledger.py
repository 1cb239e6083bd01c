"""The ledger: what needs a decision, what it came to, and the end of a doubt."""

from pathlib import Path

from storage import takes
from storage.db import Database
from storage.model import Take
from tests.bot.care.ward import Ended, doubt, run, with_db
from tests.storage import nouns


def test_takes_show_which_need_a_decision(house: Path) -> None:
    """Protects the operator's eye: of a project all, else those in doubt, each of these marked."""
    assert run("admin", "takes").out == "No take here needs a decision.\n"
    key = doubt(house)
    told = run("admin", "takes").out.splitlines()
    assert told[0] == f"? {key}"
    for word in ("perhaps charged", "minimax:speech-2.8-hd", "¥0.25", "take.cut_off"):
        assert word in told[1]
    assert told[2].startswith("1 marked ?")
    of_one = run("admin", "takes", "prj_1").out
    assert (of_one.count("? prj_1:"), of_one.count("  prj_1:")) == (1, 1)
    assert run("admin", "takes", "nobody") == Ended(1, "", "There is no project nobody.\n")


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

    with_db(fill, house)
    told = run("admin", "takes", "prj_1").out.splitlines()
    (left,) = [row for row in told if "kling" in row]
    assert "vendor.key" in left
    (kept,) = [row for row in told if "omnihuman" in row]
    assert "¥7.50, quoted ¥6.00" in kept
    assert "Together: ¥7.75, quoted ¥6.25." in told  # with the one that was cut off


def test_a_doubt_is_settled_by_hand(house: Path) -> None:
    """Protects the way out: charged money stays counted, the other does not, and nothing else is touched."""
    key = doubt(house)
    assert run("admin", "takes", "--settle", key, "perhaps").code == 2
    ended = run("admin", "takes", "--settle", key, "charged")
    assert (ended.code, ended.err) == (0, "")
    take = with_db(lambda db: takes.get(db, key), house)
    assert isinstance(take, Take)
    assert (take.state, take.cost, take.error) == ("failed", 0.25, "take.settled")
    again = run("admin", "takes", "--settle", key, "free")
    assert (again.code, again.out, len(again.err.splitlines())) == (1, "", 1)
    assert run("admin", "takes").out == "No take here needs a decision.\n"
    assert run("admin", "takes", "--settle", "prj_2:speak_pet:0123456789ab:minimax", "free").code == 1
