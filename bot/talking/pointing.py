"""Where the mouth and the eyes are, by a number of the grid or a tap, in the photo's pixels."""

from bot.talking import changes
from bot.talking.draft import Draft
from bot.talking.model import CELLS, Seen
from bot.talking.questions import question
from storage.model import Point, Taps


def at_number(draft: Draft, number: int) -> Draft:
    """Take a number of the grid as the place that is asked for."""
    seen = draft.talk.seen
    if seen is None or seen.box is None or not 1 <= number <= CELLS * CELLS:
        return draft.tell("talk.no_such_cell", {"most": CELLS * CELLS})
    row, column = divmod(number - 1, CELLS)
    return _point(draft, ((column + 0.5) / CELLS, (row + 0.5) / CELLS))


def tapped(draft: Draft, at: Point, message: str) -> Draft:
    """Take a tap on the picture, in fractions of it; one on an earlier picture changes nothing."""
    if draft.talk.seen is None or (message and message != draft.talk.last.get("picture")):
        return draft.tell("talk.stale_picture")
    if question(draft.talk) == "making":
        return draft
    return _point(draft, (min(max(at[0], 0.0), 1.0), min(max(at[1], 0.0), 1.0)))


def narrate(draft: Draft) -> Draft:
    """Make it a voice-over: nothing in the picture speaks."""
    taken = changes.answered(draft.fill(taps=Taps()), "mouth", "eyes", "photo")
    return taken.change(voice_over=True, points=()).tell("talk.voice_over_taken")


def no_eyes(draft: Draft) -> Draft:
    """Go on without eyes: no blink and no tears."""
    return _looked_again(draft.change(points=()))


def again(draft: Draft) -> Draft:
    """Ask for the mouth once more, with numbered fields where there are any: not everybody can tap."""
    seen = draft.talk.seen
    if seen and seen.cells:
        seen = seen.model_copy(update={"picture": seen.cells, "box": seen.around})
    return changes.want(draft.fill(taps=Taps()).change(points=(), voice_over=False, seen=seen), "mouth")


def choose(draft: Draft, number: int) -> Draft | None:
    """Let another of the pets on the photo speak, counted from 1; None when there is no such pet."""
    seen = draft.talk.seen
    if seen is None or not 1 <= number <= seen.pets:
        return None
    chosen = draft.fill(taps=Taps(pet=number - 1)).change(voice_over=False)
    return _looked_again(chosen).tell("talk.pet_chosen", {"n": number})


def _point(draft: Draft, at: Point) -> Draft:
    seen = draft.talk.seen
    if seen is None:
        return draft
    point = _on_photo(seen, at)
    if question(draft.talk) != "eyes":
        taps = Taps(mouth=point, pet=draft.talk.brief.taps.pet)
        marked = changes.answered(draft.fill(taps=taps), "mouth", "photo").change(points=(), voice_over=False)
        return changes.want(marked, "eyes").tell("talk.mouth_taken")
    if not draft.talk.points:
        return draft.change(points=(point,))
    left, right = sorted((*draft.talk.points[:1], point))
    taps = draft.talk.brief.taps.model_copy(update={"eyes": (left, right)})
    return _looked_again(draft.fill(taps=taps).change(points=()).tell("talk.eyes_taken"))


def _looked_again(draft: Draft) -> Draft:
    return changes.answered(draft, "eyes", "mouth").change(seen=None).start("frame")


def _on_photo(seen: Seen, at: Point) -> Point:
    """Return a place on the shown picture in the photo's pixels."""
    if seen.box is None:
        return round(at[0] * seen.width, 1), round(at[1] * seen.height, 1)
    return round(seen.box.x + at[0] * seen.box.w, 1), round(seen.box.y + at[1] * seen.box.h, 1)
