"""Speaking: lines said under a take. The sound that was paid for is kept first, and cut afterwards.

Where a vendor has a learnt voice no longer, it is learnt again from the sample, once, and asked again.
"""

import dataclasses

from pipeline import crafts, learning
from pipeline.money import Size, estimate, lasting
from pipeline.parts import Said, Speech
from pipeline.plans import chosen
from pipeline.ports.errors import NoAccess
from pipeline.ports.facts import Facts, Paid
from pipeline.ports.voice import SpeakAsk, Uttered, Voice, VoiceGone
from pipeline.spend import spend
from pipeline.studio import Studio, digest
from storage import voices
from storage.model import Noun, Plan
from storage.model import Voice as Kept


class _Raw(Noun):
    """A ticket: what was uttered, and the assets of its files."""

    said: Uttered
    sounds: tuple[str, ...]


@dataclasses.dataclass
class _First:
    """Whether what is said now are a voice's first lines, which buy it."""

    due: bool

    def costs(self, facts: Facts) -> float:
        """What that adds to a take."""
        return facts.learning if self.due else 0.0


async def speak(
    studio: Studio, project: str, step: str, ask: SpeakAsk, *, maker: str = "", again: int = 0
) -> Said:
    """Return the lines, said by the vendor `maker`, or by the first that has the preset.

    Args:
        again: counts how often somebody wanted them said anew.

    Raises:
        Those of `spend` and, where a voice has to be learnt again, of `learn`.
    """
    try:
        return await _said(studio, project, step, ask, maker, again)
    except VoiceGone:
        await learning.lost(studio, project, ask.params or "")
    learnt = await learning.learn(studio, project)
    ask = ask.model_copy(update={"params": learnt.params})
    try:
        return await _said(studio, project, step, ask, learnt.vendor, again)
    except VoiceGone as trouble:
        raise NoAccess(trouble.key, trouble.fields, trouble.cause) from trouble


async def named(studio: Studio, ask: SpeakAsk) -> SpeakAsk:
    """Return the ask with the name we know its preset by, where vendors have to be told apart by it."""
    if ask.params or all(each.facts.presets is None for each in studio.catalogue.voice):
        return ask
    name = await studio.workshop.run("voice", crafts.voice.preset, ask.voice, ask.role)
    return ask.model_copy(update={"voice": name})


def able(studio: Studio, ask: SpeakAsk, plan: Plan, maker: str = "") -> tuple[Voice, ...]:
    """Return who can say it, first choice first."""
    found = [each for each in studio.catalogue.voice if _can(each.facts, ask, maker)]
    worth, size = studio.settings.worth, _size(ask)
    return chosen(found, plan, lambda facts: estimate(facts, size) * worth.get(facts.currency, 1.0))


def _can(facts: Facts, ask: SpeakAsk, maker: str) -> bool:
    if maker:
        return facts.vendor == maker
    return facts.presets is None or ask.voice in facts.presets


async def _said(studio: Studio, project: str, step: str, ask: SpeakAsk, maker: str, again: int) -> Said:
    brief = (await studio.project(project)).brief
    ask = await named(studio, ask)
    vendors = able(studio, ask, brief.plan, maker)
    if all(each.facts.free for each in vendors):  # only they take nothing from how lines are played
        ask = ask.model_copy(update={"feelings": ()})
    clone = await learning.kept(studio, project, ask.params) if ask.params else None
    first = _First(clone is not None and "spoken" not in clone.params)

    def price(facts: Facts) -> float:
        return estimate(facts, _size(ask)) + first.costs(facts)

    async def send(vendor: Voice, _key: str) -> Paid:
        raw, cost = await _raw(studio, project, vendor, ask)
        cost = None if cost is None else cost + first.costs(vendor.facts)
        return Paid(value=raw.model_dump_json(), cost=cost)

    async def collect(vendor: Voice, ticket: str) -> Paid:
        await _used(studio, clone)
        first.due = False  # whatever came of it: a second take buys nothing more
        raw = _Raw.model_validate_json(ticket)
        speech = await _divided(studio, project, vendor, ask, raw)
        kept = await studio.keep_noun(project, "speech", speech)
        return Paid(value=Said(speech=kept.id, voice=raw.said.voice).model_dump_json())

    take = await spend(
        studio,
        project,
        step,
        vendors,
        digest("speak", ask, again),
        send=send,
        collect=collect,
        price=price,
    )
    return Said.model_validate_json(take.result or "")


async def _used(studio: Studio, clone: Kept | None) -> None:
    """Write down that a clone has spoken: it is bought with the first lines it says."""
    if clone is not None and "spoken" not in clone.params:
        await voices.note(studio.db, clone, spoken=1.0)


async def _raw(studio: Studio, project: str, vendor: Voice, ask: SpeakAsk) -> tuple[_Raw, float | None]:
    """What the call brought, kept as it came."""
    with studio.bench() as bench:
        said = await vendor.speak(ask, bench)
        sounds = []
        for name in said.files:
            media_type = "audio/mpeg" if name.endswith(".mp3") else "audio/wav"
            sounds.append((await studio.keep(project, "uttered", bench / name, media_type)).id)
    return _Raw(said=said.model_copy(update={"cost": None}), sounds=tuple(sounds)), said.cost


async def _divided(studio: Studio, project: str, vendor: Voice, ask: SpeakAsk, raw: _Raw) -> Speech:
    """The lines in one sound with even pauses, and where each of them is."""
    if raw.said.spans:  # exact, from whoever said each alone
        return Speech(sound=raw.sounds[0], spans=raw.said.spans)
    async with studio.borrow(*raw.sounds) as paths:
        with studio.bench() as bench:
            said = await vendor.fetch(raw.said, bench)
            paths = paths or [bench / name for name in said.files]
            out = bench / "speech.wav"
            spans = await studio.workshop.run(
                "voice", crafts.voice.divide, paths, ask.lines, ask.lang, said.words, out
            )
            sound = await studio.keep(project, f"{ask.role}-speech", out, "audio/wav")
    return Speech(sound=sound.id, spans=spans)


def _size(ask: SpeakAsk) -> Size:
    return Size(characters=sum(map(len, ask.lines)), seconds=sum(lasting(ask.lines, ask.lang)))
