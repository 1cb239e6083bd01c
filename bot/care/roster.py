"""What the doctor says of the vendors: who does what in which order, and whether they let us in.

Nothing here costs anything: each hosted vendor is asked its one free question, side by side.
"""

import asyncio
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from bot import app, settings
from bot.finding import Finding, Mark
from pipeline.hire import is_known, setting
from pipeline.ports.avatar import Checks
from pipeline.ports.errors import NoAccess, Trouble
from pipeline.ports.facts import Facts

_OLD_DAYS = 90
_PATIENCE = 30.0  # seconds for one vendor's answer


async def examine(chosen: settings.Settings, now: float | None = None) -> list[Finding]:
    """Return who does what, and what is odd about them."""
    today = datetime.fromtimestamp(time.time() if now is None else now, UTC).date()
    async with app.hired(chosen) as catalogue:
        rows = catalogue.rows()
    findings = []
    for modality, facts in rows:
        names = " → ".join(each.name for each in facts)
        mark: Mark = "fine" if facts else "broken"
        how = "doctor.order" if facts else "doctor.order_empty"
        findings.append(Finding(mark=mark, what=f"doctor.{modality}", how=how, fields={"names": names}))
        findings += _odd(chosen, modality, facts, today)
    return findings


async def ask(chosen: settings.Settings) -> list[Finding]:
    """Ask every hosted vendor in use its free question."""
    async with app.hired(chosen) as catalogue:
        hosted = [
            (modality, vendor)
            for modality, vendors in catalogue.all()
            for vendor in vendors
            if isinstance(vendor, Checks)
        ]
        answers = await asyncio.gather(*(_asked(modality, vendor) for modality, vendor in hosted))
    nobody = Finding(mark="note", what="doctor.live", how="doctor.live_nobody")
    return list(answers) or [nobody]


async def _asked(modality: str, vendor: object) -> Finding:
    assert isinstance(vendor, Checks)
    facts: Facts = vendor.facts  # type: ignore[attr-defined]  # every vendor has some, whatever else it can
    keys = setting(modality, facts.vendor)
    fields = {"name": facts.name, "keys": keys}
    try:
        async with asyncio.timeout(_PATIENCE):
            await vendor.check()
    except TimeoutError:
        return Finding(mark="broken", what="doctor.live_of", how="doctor.live_silent", fields=fields)
    except Trouble as trouble:
        # The trouble's own fields may name the vendor or the model in more words: they are the sentence's.
        told = {**fields, **trouble.fields}
        what = "doctor.live_key" if isinstance(trouble, NoAccess) and keys else "doctor.live_of"
        return Finding(mark="broken", what=what, how=trouble.key, fields=told)
    return Finding(mark="fine", what="doctor.live_of", how="doctor.live_open", fields=fields)


def _odd(chosen: settings.Settings, modality: str, facts: Sequence[Facts], today: date) -> Iterable[Finding]:
    named = [name.partition(":") for name in chosen.order(modality)]
    for vendor, _, model in named:
        if model and not is_known(modality, vendor, model):
            fields = {"setting": f"MAKE_{modality.upper()}", "name": f"{vendor}:{model}"}
            yield Finding(mark="note", what=f"doctor.{modality}", how="doctor.model_unread", fields=fields)
    for each in facts:
        fields = {"name": each.name, "read": each.read, "currency": each.currency}
        if not each.free and _is_old(each.read, today):
            yield Finding(mark="note", what="doctor.price", how="doctor.price_old", fields=fields)
        if not each.free and each.currency not in {**chosen.rates(), chosen.currency: 1.0}:
            yield Finding(mark="broken", what="doctor.price", how="doctor.price_no_rate", fields=fields)
        wants = each.sample_url or (each.can is not None and each.can.needs_url)
        if wants and not _lends(chosen):
            yield Finding(mark="note", what=f"doctor.{modality}", how="doctor.lends_nowhere", fields=fields)


def _is_old(read: str, today: date) -> bool:
    try:
        return (today - date.fromisoformat(read)).days > _OLD_DAYS
    except ValueError:  # nobody wrote down when
        return True


def _lends(chosen: settings.Settings) -> bool:
    """Whether vendors can fetch files from us: out of a bucket, or from this address."""
    return bool(chosen.public_base_url) or app.blobs_url(chosen).startswith("s3://")
