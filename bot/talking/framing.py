"""The picture a film begins with: the photo, or one that was drawn after it and chosen."""

from typing import Literal

from bot.talking import changes, paying
from bot.talking.draft import Draft, Row, button, keep, rows
from bot.talking.model import Offered
from bot.talking.questions import wished
from bot.talking.saying import named
from pipeline.money import together, written
from pipeline.shown import CANDIDATES
from storage.model import Notice


def frame(draft: Draft, _: str) -> Draft:
    """Ask which picture it shall be: one of those drawn, a new round of them, or the photo."""
    talk = draft.talk
    picks = tuple(button("picture", "talk.b_number", n, n=n) for n in range(1, len(talk.pictures) + 1))
    kept = (keep("frame"),) if talk.brief.frame else ()
    rest = (*kept, button("keep_photo", "talk.b_keep_photo"))
    if wished(talk):
        return _ask_to_draw(
            draft, "talk.ask_frame_wish", rows(button("draw", "talk.b_draw_so"), *rest), picks
        )
    if not picks:
        return _ask_to_draw(draft, "talk.ask_frame", rows(button("draw", "talk.b_draw"), *rest))
    return draft.tell(
        "talk.ask_frame_pick",
        {"n": len(picks)},
        body=_doubts(draft),
        kind="pictures",
        assets=tuple(one.shown for one in talk.pictures),
        rows=(picks, *rows(button("draw", "talk.b_draw_again"), *rest)),
    )


def _ask_to_draw(
    draft: Draft,
    key: Literal["talk.ask_frame", "talk.ask_frame_wish"],
    buttons: tuple[Row, ...],
    picks: Row = (),
) -> Draft:
    money = _money(draft)
    fields = {"n": CANDIDATES, "words": wished(draft.talk), "money": money}
    paid = {"talk.ask_frame": "talk.ask_frame_paid", "talk.ask_frame_wish": "talk.ask_frame_wish_paid"}
    return draft.tell(paid[key] if money else key, fields, rows=((picks,) if picks else ()) + buttons)


def painting(draft: Draft, _: str) -> Draft:
    """Say that pictures are being drawn."""
    return draft.tell("talk.painting", rows=rows(button("keep_photo", "talk.b_keep_photo")))


def wish(draft: Draft, words: str) -> Draft:
    """Note how it shall look; nothing is drawn, and paid, before somebody says so."""
    return _asked(draft, words).change(painted="")


def draw(draft: Draft) -> Draft:
    """Have pictures drawn: by the wish that was just said, or others than those before."""
    talk = draft.talk
    rounds = talk.brief.rounds
    if talk.pictures and not wished(talk):
        again = {**rounds, "paint": rounds.get("paint", 0) + 1}
        draft = draft.change(brief=talk.brief.model_copy(update={"rounds": again}))
    return changes.answered(draft, "retry").start("pictures")


def refused(draft: Draft) -> Draft:
    """Let go of a wish that a content policy stood against."""
    return _asked(draft, "").change(painted="")


def _asked(draft: Draft, words: str) -> Draft:
    """Put the wish down; a film that is there stays the film of its brief."""
    brief = draft.talk.brief
    return draft.change(brief=brief.model_copy(update={"wishes": {**brief.wishes, "paint": words}}))


def pick(draft: Draft, number: int) -> Draft | None:
    """Take one of the pictures, counted from 1; None when there is no such one."""
    if not 1 <= number <= len(draft.talk.pictures):
        return None
    chosen = draft.fill(frame=draft.talk.pictures[number - 1].asset)
    return _decided(chosen).tell("talk.frame_taken", {"n": number})


def keep_photo(draft: Draft) -> Draft:
    """Begin the film with the photo itself."""
    kept = draft.fill(frame=None) if draft.talk.brief.frame else draft
    return _decided(kept.stop("pictures")).tell("talk.photo_kept")


def came(draft: Draft, notice: Notice) -> Draft:
    """Take the pictures that were drawn."""
    fields, assets = notice.fields, notice.assets
    numbers = sorted(name for name in assets if name.isdecimal())
    found = tuple(
        Offered(
            asset=assets[n],
            shown=assets.get(f"shown{n}", assets[n]),
            mouth=fields.get(f"mouth{n}", "none"),
            same=fields.get(f"same{n}", "unsure"),
        )
        for n in numbers
    )
    shown = draft.change(pictures=found, painted=draft.talk.brief.wishes.get("paint", ""))
    return paying.in_doubt(shown, fields)


def _decided(draft: Draft) -> Draft:
    return changes.answered(draft, "frame", "retry").change(framed=draft.talk.brief.photo or "")


def _doubts(draft: Draft) -> str:
    """What is not as it should be with some of the pictures, by their numbers."""
    said = []
    for number, one in enumerate(draft.talk.pictures, 1):
        if one.same == "no":
            said.append(f"{number}. {named('talk.picture_other_pet', draft.talk.lang)}")
        elif one.mouth == "none":
            said.append(f"{number}. {named('talk.picture_no_face', draft.talk.lang)}")
    return "\n".join(said)


def _money(draft: Draft) -> str:
    """What a round of pictures costs, about; empty where nobody says."""
    prices = draft.means.prices
    if not prices.drawing or not prices.drawing[0].price:
        return ""
    first = prices.drawing[0]
    cost = first.price * CANDIDATES
    whole = together({first.currency: cost}, prices.worth)
    return written(cost, first.currency) if whole is None else written(whole, prices.currency)
