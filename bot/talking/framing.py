"""The picture a film begins with: the photo, or one that was drawn after it and chosen."""

from typing import Literal

from bot.talking import changes
from bot.talking.draft import Draft, Row, button, keep, rows
from bot.talking.model import Offered, Talk
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
    if _wished(talk):
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
    fields = {"n": CANDIDATES, "words": draft.talk.words, "money": money}
    paid = {"talk.ask_frame": "talk.ask_frame_paid", "talk.ask_frame_wish": "talk.ask_frame_wish_paid"}
    return draft.tell(paid[key] if money else key, fields, rows=((picks,) if picks else ()) + buttons)


def _wished(talk: Talk) -> bool:
    """True when the words said last are a wish that nothing was drawn by yet."""
    return bool(talk.words) and talk.words == talk.brief.wishes.get("paint")


def painting(draft: Draft, _: str) -> Draft:
    """Say that pictures are being drawn."""
    return draft.tell("talk.painting", rows=rows(button("keep_photo", "talk.b_keep_photo")))


def wish(draft: Draft, words: str) -> Draft:
    """Note how it shall look; nothing is drawn, and paid, before somebody says so."""
    return draft.fill(wishes={**draft.talk.brief.wishes, "paint": words}).change(words=words)


def draw(draft: Draft) -> Draft:
    """Have pictures drawn: by the wish that was just said, or others than those before."""
    rounds = draft.talk.brief.rounds
    if draft.talk.pictures and not _wished(draft.talk):
        draft = draft.fill(rounds={**rounds, "paint": rounds.get("paint", 0) + 1})
    return changes.answered(draft, "retry").change(pictures=(), words="").start("pictures")


def pick(draft: Draft, number: int) -> Draft | None:
    """Take one of the pictures, counted from 1; None when there is no such one."""
    if not 1 <= number <= len(draft.talk.pictures):
        return None
    chosen = draft.fill(frame=draft.talk.pictures[number - 1].asset)
    return _decided(chosen).tell("talk.frame_taken", {"n": number})


def keep_photo(draft: Draft) -> Draft:
    """Begin the film with the photo itself."""
    return _decided(draft.fill(frame=None).stop("pictures")).tell("talk.photo_kept")


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
    return draft.change(pictures=found)


def _decided(draft: Draft) -> Draft:
    return changes.answered(draft, "frame", "retry").change(framed=draft.talk.brief.photo or "", words="")


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
