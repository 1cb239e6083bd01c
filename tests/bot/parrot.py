"""A small conversation for tests: it says back what it hears, starts makings and ends badly on demand."""

from bot.messages import Errand, Incoming, Outgoing
from bot.talk import Talk, Turn

BRIEF_THEME = "raise-mom"


def turn(talk: Talk, incoming: Incoming) -> Turn:
    """Echo; `make` starts three options, `stop` cancels what runs, `boom` is a mistake, `forget` forgets."""
    if incoming.text == "boom":
        raise ZeroDivisionError(incoming.text)
    brief = talk.brief.model_copy(update={"theme": BRIEF_THEME})
    talk = talk.model_copy(update={"turn": talk.turn + 1, "brief": brief})
    heard = incoming.text
    if incoming.notice:
        heard = f"{incoming.notice.kind} {incoming.making.rpartition(':')[2]}"
    if incoming.text == "forget":
        anew = talk.model_copy(update={"project": f"{talk.project}-anew", "turn": 1})
        return Turn(talk=anew, says=(_said(anew, "forgotten"),), forget=True)
    making = f"{talk.project}:scripts:{incoming.id}"
    errands = (
        (Errand(making=making, recipe="propose_scripts", args=(talk.project,)),)
        if incoming.text == "make"
        else ()
    )
    cancel = tuple(talk.running) if incoming.text == "stop" else ()
    if errands:
        talk = talk.model_copy(update={"running": {making: "scripts"}})
    return Turn(talk=talk, says=(_said(talk, heard),), errands=errands, cancel=cancel)


def _said(talk: Talk, words: str) -> Outgoing:
    return Outgoing(id=f"{talk.chat}:{talk.turn}:1", body=words)
