"""A line said once more, in the same words: only where a voice would say it differently."""

from bot.talking.changes import answered
from bot.talking.draft import Draft
from pipeline.ports.errors import BadInput
from pipeline.quote import first_choice
from pipeline.unchanged import line as called


def line(draft: Draft, number: int) -> Draft:
    """Want a line, counted from 1, said anew; what it will cost is told before it is.

    Raises:
        BadInput: there is no such line.
    """
    brief = draft.talk.brief
    there = len(brief.script.lines) if brief.script else 0
    if not 1 <= number <= there:
        raise BadInput("talk.no_such_line", {"n": str(number), "lines": str(there)})
    if not _varies(draft, number):
        return answered(draft, "line", "words").tell("talk.line_never_differs", {"n": number})
    rounds = {**brief.rounds, called(number): brief.rounds.get(called(number), 0) + 1}
    return answered(draft.fill(rounds=rounds), "line", "words", "retry").tell(
        "talk.line_again", {"n": number}
    )


def offered(draft: Draft, number: int) -> bool:
    """True where that is worth a button: somebody has heard the line."""
    return draft.talk.filmed is not None and _varies(draft, number)


def _varies(draft: Draft, number: int) -> bool:
    """True when a hosted voice says the line; recordings and voices of ours are the same every time, and
    whoever performs in a voice of its own says a clip's lines together."""
    brief = draft.talk.brief
    if brief.script is None or number > len(brief.script.lines):
        return False
    pets = brief.script.lines[number - 1].speaker != "person"
    if (brief.pet_lines or brief.own_voice) if pets else brief.person_lines:
        return False
    says = first_choice(draft.means.prices, brief, "speak_pet" if pets else "speak_person")
    return says is not None and not says.free
