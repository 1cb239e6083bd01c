"""How a message looks on Telegram: its words, its buttons, a making's progress. Pure.

Words go out as they are, with no markup language to escape; what is to be copied is marked by its place
(entities). Telegram counts in units of UTF-16: an emoji is two.
"""

from collections.abc import Mapping, Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity, User

from bot.channels import Words
from bot.messages import Button, Outgoing
from bot.tidings import Tiding

LONGEST = 4_096
LONGEST_CAPTION = 1_024
_LONGEST_VALUE = 64  # bytes of a button's value
_CELLS = 10
_MARKS = {"waiting": "·", "running": "▸", "done": "✓", "failed": "✗"}
# What a place on a picture is pointed out with elsewhere is typed here.
_TYPED = {
    "look.no_detector": "telegram.look_unsure",
    "look.no_pet": "telegram.look_no_pet",
    "look.too_small": "telegram.look_too_small",
    "look.unsure": "telegram.look_unsure",
    "talk.ask_mouth": "telegram.ask_mouth",
    "talk.ask_eye_left": "telegram.ask_eye_left",
    "talk.ask_eye_right": "telegram.ask_eye_right",
    "talk.preview": "telegram.preview",
}


class Text:
    """Words with the places in them that mean something."""

    def __init__(self, words: str, entities: Sequence[MessageEntity] = ()) -> None:
        self.words, self.entities = words, tuple(entities)

    def __len__(self) -> int:
        return units(self.words)


def units(words: str) -> int:
    """How long Telegram takes words to be."""
    return len(words.encode("utf-16-le")) // 2


def sentence(message: Outgoing, words: Words) -> str:
    """What is said about a message, without its body."""
    return words(_TYPED.get(message.key, message.key), message.fields) if message.key else ""


def text(message: Outgoing, words: Words) -> str:
    """All of a message's words."""
    return "\n".join(part for part in (sentence(message, words), message.body) if part)


def caption(message: Outgoing, words: Words, most: int = LONGEST_CAPTION) -> Text | None:
    """The words under a film, its body ready to copy with one tap; None when they are too many."""
    said = sentence(message, words)
    joined = "\n".join(part for part in (said, message.body) if part)
    if units(joined) > most:
        return None
    if not message.body:
        return Text(joined)
    offset = units(joined) - units(message.body)
    return Text(joined, [MessageEntity(MessageEntity.CODE, offset, units(message.body))])


def addressed(text: Text, user: int, name: str) -> Text:
    """The same, said to somebody of a group, who hears of it."""
    person = User(user, name, is_bot=False)
    before = f"{name}\n"
    mention = MessageEntity(MessageEntity.TEXT_MENTION, 0, units(name), user=person)
    moved = MessageEntity.shift_entities(units(before), text.entities)
    return Text(before + text.words, [mention, *moved])


def pieces(words: str, most: int = LONGEST) -> tuple[str, ...]:
    """Words in as few messages as they need, cut at empty lines, lines, spaces, or where it must be."""
    made = []
    rest = words.strip("\n")
    while units(rest) > most:
        room = _longest_start(rest, most)
        marks = ("\n\n", "\n", " ", "")
        cut = next(at for mark in marks if (at := room.rfind(mark) if mark else len(room)) > len(room) // 3)
        made.append(rest[:cut].rstrip())
        rest = rest[cut:].strip("\n ")
    return (*made, rest) if rest or not made else tuple(made)


def _longest_start(words: str, most: int) -> str:
    """The longest beginning of that many units; half an emoji at its end is left out."""
    return words.encode("utf-16-le")[: 2 * most].decode("utf-16-le", errors="ignore")


def keyboard(message: Outgoing, words: Words) -> InlineKeyboardMarkup | None:
    """A message's buttons."""
    rows = [[_button(one, words) for one in row] for row in message.buttons]
    return InlineKeyboardMarkup(rows) if rows else None


def numbers(count: int) -> tuple[str, ...]:
    """What the pictures of an album are called, so that buttons can name them."""
    return tuple(str(number) for number in range(1, count + 1))


def _button(button: Button, words: Words) -> InlineKeyboardButton:
    # Ours are short: a round, a verb, a name of ours. One that is not answers that it is stale.
    value = button.value.encode()[:_LONGEST_VALUE].decode(errors="ignore")
    return InlineKeyboardButton(words(button.key, button.fields), callback_data=value)


def progress(message: Outgoing, tiding: Tiding, words: Words) -> str:
    """How far a making is: a bar while it runs, its steps, what is still to come."""
    parts = [text(message, words)]
    steps = "\n".join(_step(step.step, step.state, tiding, step.fraction, words) for step in tiding.steps)
    if not tiding.ended and tiding.steps:
        full = min(_CELLS, round(_CELLS * tiding.fraction))
        parts.append(f"{'▓' * full}{'░' * (_CELLS - full)} {100 * tiding.fraction:.0f}%")
    parts += [steps, _left(tiding, words)]
    return "\n\n".join(part for part in parts if part)


def _step(name: str, state: str, tiding: Tiding, fraction: float, words: Words) -> str:
    # What was running when the making was stopped is not running any more.
    state = "waiting" if tiding.ended and state == "running" else state
    share = f" {100 * fraction:.0f}%" if state == "running" and fraction else ""
    return f"{_MARKS[state]} {words(f'step.{name}', {})}{share}"


def _left(tiding: Tiding, words: Words) -> str:
    """The place in the queue, or the time left in steps that do not jump about."""
    if tiding.ended:
        return ""
    if tiding.place:
        return words("page.queue", {"place": str(tiding.place)})
    if tiding.left is None:
        return ""
    if tiding.left < 90:
        return words("page.left", {"seconds": f"{max(5, 5 * round(tiding.left / 5))}"})
    return words("page.left_minutes", {"minutes": f"{round(tiding.left / 60)}"})


def together(waiting: Sequence[Outgoing], words: Words) -> tuple[int, Outgoing]:
    """How many of the messages that wait are said as one, and as which.

    Only plain words of one turn, up to the first with buttons: what is said there was written to be read in
    one go, and half as many messages buzz half as often. Answers to different things stay apart, so that each
    can be seen to be one.
    """
    first = waiting[0]
    said = [text(first, words)] if _plain(first) else []
    taken = [first]
    for each in waiting[1:]:
        last = taken[-1]
        if not said or last.buttons or not _plain(each) or _turn(each) != _turn(first):
            break
        more = [*said, text(each, words)]
        if units("\n\n".join(more)) > LONGEST:
            break
        said, taken = more, [*taken, each]
    if len(taken) == 1:
        return 1, first
    return len(taken), Outgoing(id=taken[-1].id, body="\n\n".join(said), buttons=taken[-1].buttons)


def _plain(message: Outgoing) -> bool:
    return message.kind == "say" and not message.replaces and not message.assets


def _turn(message: Outgoing) -> str:
    return message.id.rpartition(":")[0]


def labels(message: Outgoing, words: Words) -> Mapping[int, str]:
    """What each of a message's files is called."""
    return {place: words(label, {}) for place, label in enumerate(message.labels)}
