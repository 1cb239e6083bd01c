"""What the rows and the other side tell when a soak is over: what was lost, doubled, made twice."""

import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.stories.telegram import Shown

_NEAR = 2.0  # seconds between a message and the noticing that its answer is lost; files take a while
_OURS = ("message:", "press:", "edit:")


@dataclass(frozen=True)
class Reckoning:
    """Everything by its name, so that what is wrong can be looked up."""

    taken: Sequence[str]
    unknown: Sequence[str]
    unanswered: Sequence[str]
    unseen: Sequence[str]
    doubled: Sequence[str]
    doubtful: Sequence[str]
    aside: int

    @property
    def lost(self) -> int:
        """Messages never taken in, never answered, or answered with something nobody can see."""
        return len(self.unknown) + len(self.unanswered) + len(self.unseen)


def at_rest(file: Path) -> bool:
    """Whether nothing waits any more, is being made or is on its way."""
    unfinished = (
        "updates WHERE state = 'new'",
        "inbox WHERE state = 'new'",
        "errands WHERE state <> 'ended'",
        "outbox WHERE state IN ('pending', 'sending')",
    )
    with closing(_rows(file)) as rows:
        return not any(rows.execute(f"SELECT 1 FROM {what} LIMIT 1").fetchone() for what in unfinished)


def answered(file: Path, person: str) -> bool:
    """Whether somebody has all the answers there are to what was taken in from them."""
    with closing(_rows(file)) as rows:
        waits = rows.execute(
            "SELECT 1 FROM inbox WHERE person = :person AND state = 'new' UNION ALL"
            " SELECT 1 FROM outbox WHERE person = :person AND state IN ('pending', 'sending') LIMIT 1",
            {"person": person},
        ).fetchone()
    return waits is None


def reckon(file: Path, pages: Mapping[int, Sequence[Shown]], said: Sequence[str], stats: Shown) -> Reckoning:
    """Compare the rows with what people did and see.

    Args:
        pages: each chat's messages on the other side.
        said: the ids under which the bot should know what people sent.
    """
    with closing(_rows(file)) as rows:
        inbox = rows.execute("SELECT person, id, state FROM inbox ORDER BY person, number").fetchall()
        outbox = rows.execute("SELECT person, id, state, receipt, error FROM outbox").fetchall()
        aside = rows.execute("SELECT count(*) FROM updates WHERE state = 'aside'").fetchone()[0]
    # What could not be fetched is not taken in; it is answered under its own number all the same.
    told = {f"message:{name.split(':', 1)[1]}" for _, name, state, *_ in outbox if _beside(name, state)}
    known = {name for _, name, _ in inbox} | told
    seen = {f"{chat}:{one['id']}" for chat, page in pages.items() for one in page if one["mine"]}
    receipts = [(name, state, one) for _, name, state, all_, _ in outbox for one in (all_ or "").split(",")]
    return Reckoning(
        taken=[name for _, name, _ in inbox if name.startswith(_OURS)],
        unknown=[one for one in said if one not in known],
        unanswered=_unanswered(inbox, outbox),
        unseen=[f"{name} {one}" for name, state, one in receipts if state == "sent" and one not in seen],
        doubled=_nobodys(pages, {one for *_, one in receipts}, stats["unheard"]),
        doubtful=[f"{name} {why}" for _, name, state, _, why in outbox if state == "doubtful"],
        aside=aside,
    )


def _unanswered(inbox: Sequence[tuple[str, ...]], outbox: Sequence[tuple[Any, ...]]) -> list[str]:
    """What came in and was not served, or led to nothing that was sent; the nth of a chat is its nth turn.

    Who has blocked the bot before the answer came did not want it any more.
    """
    sent = {
        (person, name.split(":")[-2])
        for person, name, state, _, error in outbox
        if state == "sent" or error == "telegram.blocked"
    }
    turns: dict[str, int] = defaultdict(int)
    found = []
    for person, name, state in inbox:
        turns[person] += 1
        if name.startswith(_OURS) and (state != "done" or (person, f"{turns[person]}") not in sent):
            found.append(f"{name} of {person}, turn {turns[person]}: {state}")
    return found


def _beside(name: str, state: str) -> bool:
    """Whether this is a sentence that was said beside the conversation, about one message."""
    return state == "sent" and name.startswith("telegram.")


def _nobodys(
    pages: Mapping[int, Sequence[Shown]], receipts: set[str], unheard: Sequence[tuple[float, int | None]]
) -> list[str]:
    """The bot's messages that no row knows as its own: said twice. One whose answer was lost is excused."""
    lost, found = [tuple(each) for each in unheard], []
    for chat, page in pages.items():
        for one in page:
            if not one["mine"] or f"{chat}:{one['id']}" in receipts:
                continue
            near = next((each for each in lost if each[1] == chat and abs(each[0] - one["at"]) < _NEAR), None)
            if near is None:
                found.append(f"{chat}:{one['id']} {one['kind']}")
            else:
                lost.remove(near)
    return found


def _rows(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{file}?mode=ro", uri=True)
