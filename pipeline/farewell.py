"""Farewell: voices that people wanted forgotten are deleted at the vendors that learnt them.

What could not be deleted stays owed and is tried again: when somebody else is forgotten, at the next start,
and when the operator prunes.
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import structlog

from pipeline.ports.errors import Trouble
from pipeline.ports.facts import Facts
from pipeline.ports.voice import Forgets
from storage import voices
from storage.db import Database
from storage.voices import OwedVoice

_PATIENCE = 30.0  # seconds for one vendor's answer
_log = structlog.get_logger(__name__)


class _Vendor(Protocol):
    @property
    def facts(self) -> Facts: ...


async def farewell(db: Database, vendors: Sequence[_Vendor]) -> tuple[OwedVoice, ...]:
    """Delete every owed voice at its vendor; return those that are still owed."""
    able: dict[str, object] = {vendor.facts.vendor: vendor for vendor in vendors}
    owed = await voices.owed(db)
    gone = await asyncio.gather(*(_deleted(able.get(voice.vendor), voice) for voice in owed))
    for voice, deleted in zip(owed, gone, strict=True):
        if deleted:
            await voices.settled(db, voice.id)
    return tuple(voice for voice, deleted in zip(owed, gone, strict=True) if not deleted)


async def _deleted(vendor: object, voice: OwedVoice) -> bool:
    if not isinstance(vendor, Forgets):  # its key was taken out of the settings: the operator is told
        return False
    try:
        async with asyncio.timeout(_PATIENCE):
            await vendor.forget_voice(str(voice.params.get("params", "")))
    except (Trouble, TimeoutError) as trouble:
        _log.warning("voice.still_owed", vendor=voice.vendor, kind=type(trouble).__name__)
        return False
    return True
