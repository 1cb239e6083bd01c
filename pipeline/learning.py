"""Learning: a voice made from a sample, once, and once more where its vendor has it no longer.

A clone is never made without the word that this voice may be used. Clones live at their vendors: each is
written down as soon as it is there, so that it can be deleted.
"""

import structlog

from pipeline import crafts
from pipeline.lend import lend
from pipeline.money import Size, estimate
from pipeline.parts import Learnt
from pipeline.ports.errors import BadInput, Busy, Failed
from pipeline.ports.facts import Facts, Paid
from pipeline.ports.voice import CloneAsk, Cloned, Uttered, Voice
from pipeline.spend import spend
from pipeline.studio import Studio, digest
from pipeline.themes.trials import trial
from storage import voices
from storage.model import Brief
from storage.model import Voice as Kept

_PATIENCE = 600.0  # seconds until a voice must have been learnt
_LENT = 1800.0
_log = structlog.get_logger(__name__)


async def learn(studio: Studio, project: str) -> Learnt:
    """Return a voice made from the brief's sample; empty where there is none, the lines are recorded, or
    whoever performs says them in its own voice.

    Raises:
        BadInput: `voice.no_consent`, nobody said that this voice may be used; or the sample is unfit.
    """
    brief = (await studio.project(project)).brief
    if brief.own_voice:
        return Learnt(vendor="", params="", likeness="own")
    if brief.sample is None or brief.pet_lines:
        return Learnt(vendor="", params="")
    sample, words = brief.sample, line(brief)

    async def send(vendor: Voice, key: str) -> Paid:
        if vendor.facts.likeness == "clone" and brief.consent != sample:
            raise BadInput("voice.no_consent")
        cloned = await _cloned(studio, project, vendor, brief, key)
        return Paid(value=cloned.model_dump_json(), cost=cloned.cost)

    async def collect(vendor: Voice, ticket: str) -> Paid:
        cloned = Cloned.model_validate_json(ticket)
        await _remember(studio, project, sample, vendor.facts, cloned)
        ready = await _ready(studio, vendor, cloned)
        demo = await _demo(studio, project, vendor, ready, brief)
        await _remember(studio, project, sample, vendor.facts, ready, demo)
        facts = vendor.facts
        learnt = Learnt(vendor=facts.vendor, params=ready.params, likeness=facts.likeness, demo=demo)
        return Paid(value=learnt.model_dump_json(), cost=ready.cost)

    # A voice that was learnt and paid for is no use to a film that is to cost nothing: speaking with it does.
    take = await spend(
        studio,
        project,
        "clone",
        [each for each in studio.catalogue.voice if each.facts.likeness != "none"],
        digest("clone", (await studio.asset(sample)).sha256, *await _gone(studio, project, sample)),
        send=send,
        collect=collect,
        price=lambda facts: estimate(facts, Size(characters=len(words))),
        by_chosen=True,
        repeats=True,
    )
    return Learnt.model_validate_json(take.result or "")


def line(brief: Brief) -> str:
    """Return what a voice is tried with: the pet's first line, or one of ours."""
    lines = brief.script.lines if brief.script and brief.script.lang == brief.lang else ()
    return next((each.text for each in lines if each.speaker != "person"), trial(brief.lang).preview)


async def kept(studio: Studio, project: str, params: str) -> Kept | None:
    """Return what is written down about the clone these params speak in; None for what lives nowhere."""
    rows = await voices.of(studio.db, project)
    return next((row for row in rows if row.params.get("params") == params), None)


async def lost(studio: Studio, project: str, params: str) -> None:
    """Write down that the vendor has this voice no longer: the next `learn` makes another."""
    row = await kept(studio, project, params)
    if row is not None:
        await voices.note(studio.db, row, gone=1.0)


async def _cloned(studio: Studio, project: str, vendor: Voice, brief: Brief, key: str) -> Cloned:
    facts, url = vendor.facts, None
    async with studio.borrow(brief.sample or "") as (path,):
        with studio.bench() as bench:
            if facts.sample is not None:
                part = bench / "sample.wav"
                await studio.workshop.run("voice", crafts.voice.excerpt, path, facts.sample, part)
                path = part
            if facts.sample_url:
                asset = await studio.keep(project, "excerpt", path, "audio/wav")
                url = await lend(studio, asset.id, _LENT, facts.vendor)
            ask = CloneAsk(sample=path, url=url, words=line(brief), lang=brief.lang)
            return await vendor.clone(ask, key)


async def _ready(studio: Studio, vendor: Voice, cloned: Cloned) -> Cloned:
    """Wait until the voice can speak."""
    came: list[Cloned] = []
    began = studio.clock()

    async def ready() -> bool:
        if studio.clock() - began > _PATIENCE:
            fields = {"vendor": vendor.facts.vendor, "minutes": f"{_PATIENCE / 60:.0f}"}
            raise Failed("vendor.too_late", fields)
        voice = await vendor.learnt(cloned)
        came.extend([voice] if voice else [])
        return bool(came)

    await studio.until(ready)
    return came[0]


async def _demo(studio: Studio, project: str, vendor: Voice, voice: Cloned, brief: Brief) -> str:
    """The line a vendor tried the voice with, kept; empty where it cannot be had: nothing hangs on it."""
    if not voice.demo:
        return ""
    try:
        with studio.bench() as bench:
            said = await vendor.fetch(Uttered(voice="demo", address=voice.demo), bench)
            paths, out = [bench / name for name in said.files], bench / "demo.wav"
            await studio.workshop.run("voice", crafts.voice.divide, paths, [line(brief)], brief.lang, (), out)
            return (await studio.keep(project, "preview", out, "audio/wav")).id
    except (Failed, Busy) as trouble:
        _log.warning("voice.no_demo", vendor=vendor.facts.vendor, key=trouble.key)
        return ""


async def _remember(
    studio: Studio, project: str, sample: str, facts: Facts, voice: Cloned, demo: str = ""
) -> None:
    """Write down a voice that lives at its vendor."""
    if facts.likeness != "clone":
        return
    known = await kept(studio, project, voice.params)
    row = known or Kept(
        id=f"{project}.voice.{digest(facts.vendor, voice.params)[:16]}",
        project=project,
        kind="clone",
        name="",
        vendor=facts.vendor,
        sample=sample,
    )
    await voices.note(studio.db, row, params=voice.params, demo=demo)


async def _gone(studio: Studio, project: str, sample: str) -> tuple[str, ...]:
    """The voices of a sample that their vendors have no longer."""
    rows = await voices.of(studio.db, project)
    return tuple(row.id for row in rows if row.sample == sample and "gone" in row.params)
