"""How a chat looks on the page: each thing that was said, as the JSON of one bubble."""

from collections.abc import Mapping

from bot.channels.web.desk import Chat
from bot.messages import Incoming, Outgoing
from bot.texts import known, say
from bot.tidings import Tiding
from storage.model import Lang

Bubble = dict[str, object]
MOST = 400
"""So many bubbles are shown; what is older is kept, but not on the page."""

_SHORT = 90.0  # seconds; more are told in minutes
_MARKS = {"waiting": "·", "running": "▸", "done": "✓", "failed": "✗"}


def bubbles(chat: Chat, tidings: Mapping[str, Tiding], lang: Lang) -> list[Bubble]:
    """The chat's bubbles in their order; what was replaced or needs no words is left out."""
    outgoings = _standing(chat)
    words = _button_words(chat, lang)
    pressed = _pressed(chat)
    live = _live(outgoings, pressed)
    made = []
    for entry in chat.entries[-MOST:]:
        bubble: Bubble | None = None
        if entry.incoming:
            bubble = _mine(entry.incoming, words, lang)
        elif entry.outgoing and entry.outgoing.id in outgoings:
            outgoing = entry.outgoing
            tiding = tidings.get(outgoing.making, Tiding())
            bubble = _theirs(outgoing, lang, pressed[outgoing.id], live=outgoing.id in live)
            if outgoing.kind == "progress":
                bubble |= {"progress": _progress(tiding, lang), "live": not tiding.ended}
        if bubble:
            made.append({**bubble, "at": entry.at})
    return made


def running(chat: Chat) -> list[str]:
    """The makings whose progress is on the page."""
    return [each.making for each in _standing(chat).values() if each.kind == "progress"]


def _standing(chat: Chat) -> dict[str, Outgoing]:
    """What was said and not replaced since, by its id, in its order."""
    said = [entry.outgoing for entry in chat.entries if entry.outgoing]
    gone = {outgoing.replaces for outgoing in said}
    return {outgoing.id: outgoing for outgoing in said if outgoing.id not in gone}


def _pressed(chat: Chat) -> dict[str, set[str]]:
    """The values pressed after each message: a question asked again has the same buttons, not yet pressed.

    A press that we stumbled over does not count: its question is still open.
    """
    since: set[str] = set()
    found = {}
    stumbled = False
    for entry in reversed(chat.entries):
        if entry.incoming:
            since = since if stumbled else since | {entry.incoming.press or entry.incoming.kind}
            stumbled = False
        elif entry.outgoing:
            stumbled = entry.outgoing.key == "reception.stumbled"
            mine = {button.value for row in entry.outgoing.buttons for button in row}
            found[entry.outgoing.id] = since & (mine | {entry.outgoing.id})
            since = since - mine
    return found


def _mine(incoming: Incoming, words: Mapping[str, str], lang: Lang) -> Bubble | None:
    bubble: Bubble = {"id": incoming.id, "side": "me", "kind": "say"}
    if incoming.kind == "press":
        chosen = words.get(incoming.press)
        return {**bubble, "kind": "choice", "text": chosen} if chosen else None
    if incoming.kind == "tap" and incoming.tap:
        across, down = (f"{100 * part:.0f}" for part in incoming.tap)
        return {**bubble, "kind": "choice", "text": say("page.tapped", lang, {"x": across, "y": down})}
    if incoming.kind in {"text", "files"}:
        files = [{"url": _url(file.asset), "sort": file.sort, "name": file.name} for file in incoming.files]
        return {**bubble, "text": incoming.text, "files": files} if files or incoming.text else None
    return None


def _theirs(outgoing: Outgoing, lang: Lang, pressed: set[str], *, live: bool) -> Bubble:
    labels = [_words(label, {}, lang) for label in outgoing.labels]
    return {
        "id": outgoing.id,
        "side": "bot",
        "kind": outgoing.kind,
        "text": _words(outgoing.key, outgoing.fields, lang) if outgoing.key else "",
        "body": outgoing.body,
        "assets": [
            {"url": _url(asset), "label": labels[place] if place < len(labels) else ""}
            for place, asset in enumerate(outgoing.assets)
        ],
        "buttons": [
            [
                {
                    "value": button.value,
                    "words": _words(button.key, button.fields, lang),
                    "pressed": button.value in pressed,
                }
                for button in row
            ]
            for row in outgoing.buttons
        ],
        "live": live,
        "tappable": outgoing.tappable and live,
    }


def _progress(tiding: Tiding, lang: Lang) -> dict[str, object]:
    steps = []
    for step in tiding.steps:
        # What was running when the making was stopped is not running any more.
        state = "waiting" if tiding.ended and step.state == "running" else step.state
        steps.append({"state": state, "mark": _MARKS[state], "words": _words(f"step.{step.step}", {}, lang)})
    return {"steps": steps, "percent": round(100 * tiding.fraction), "left": _left(tiding, lang)}


def _left(tiding: Tiding, lang: Lang) -> str:
    """The place in the queue and the time left, as far as they are known."""
    told = []
    if tiding.place and not tiding.ended:
        told.append(say("page.queue", lang, {"place": tiding.place}))
    if tiding.left is not None and not tiding.ended:
        short = tiding.left < _SHORT
        seconds, minutes = f"{max(5, 5 * round(tiding.left / 5))}", f"{round(tiding.left / 60)}"
        told.append(
            say("page.left", lang, {"seconds": seconds})
            if short
            else say("page.left_minutes", lang, {"minutes": minutes})
        )
    return " · ".join(told)


def _live(outgoings: Mapping[str, Outgoing], pressed: Mapping[str, set[str]]) -> set[str]:
    """The messages whose buttons still count: those of the newest turn that has any, until one is pressed."""
    asking = [each for each in outgoings.values() if each.buttons or each.tappable]
    newest = [each.id for each in asking if _turn(each.id) == _turn(asking[-1].id)]
    return set() if any(pressed[each] for each in newest) else set(newest)


def _turn(identity: str) -> str:
    return identity.rpartition(":")[0]


def _button_words(chat: Chat, lang: Lang) -> dict[str, str]:
    return {
        button.value: _words(button.key, button.fields, lang)
        for entry in chat.entries
        if entry.outgoing
        for row in entry.outgoing.buttons
        for button in row
    }


def _words(key: str, fields: Mapping[str, str], lang: Lang) -> str:
    return say(key, lang, fields) if known(key) else key


def _url(asset: str) -> str:
    return f"/chat/file/{asset}"
