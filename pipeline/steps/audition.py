"""Audition: each preset of the pet says a short line; the same sounds serve everybody.

The sounds lie beside the projects, and every project that has heard them owns a row of each; what nobody owns
any more is removed with its last owner, and is then made anew for the next.
"""

import hashlib
import json

from pipeline import crafts
from pipeline.parts import Auditioned
from pipeline.ports.errors import NoAccess
from pipeline.ports.facts import Paid
from pipeline.ports.voice import SpeakAsk, Voice
from pipeline.spend import spend
from pipeline.studio import Studio, digest
from pipeline.themes.trials import trial
from storage import assets
from storage.model import Asset, Lang

_ROOM = "auditions"


async def audition(studio: Studio, project: str) -> Auditioned:
    """Return the sounds by the presets' names."""
    lang = (await studio.project(project)).brief.lang
    if not studio.catalogue.voice:
        raise NoAccess("vendor.none", {"step": "audition"})
    stem = f"{_ROOM}/{digest('audition', studio.catalogue.voice[0].facts.name, trial(lang).audition)[:16]}"
    names = await _names(studio, stem)
    return Auditioned(sounds={name: await _sound(studio, project, lang, stem, name) for name in names})


async def _names(studio: Studio, stem: str) -> tuple[str, ...]:
    """The pet's presets: written down once, because the room that knows them is slow to open."""
    key = f"{stem}.json"
    if await studio.blobs.exists(key):
        return tuple(json.loads(await studio.blobs.read(key)))
    names = await studio.workshop.run("voice", crafts.presets, "pet")
    await studio.blobs.put(key, json.dumps(names).encode())
    return names


async def _sound(studio: Studio, project: str, lang: Lang, stem: str, name: str) -> str:
    key = f"{stem}-{name}.wav"
    if await studio.blobs.exists(key):
        owned = await _own(studio, project, key, name)
        if await studio.blobs.exists(key):  # else its last owner was forgotten just now
            return owned

    async def send(vendor: Voice, _key: str) -> Paid:
        ask = SpeakAsk(lines=(trial(lang).audition,), role="pet", lang=lang, voice=name)
        with studio.bench() as bench:
            await vendor.speak(ask, bench / "audition.wav")
            await studio.blobs.put(key, bench / "audition.wav")
        return Paid(value=await _own(studio, project, key, name))

    made_from = digest("audition", key)
    take = await spend(studio, project, "audition", studio.catalogue.voice[:1], made_from, send=send)
    return take.result or ""


async def _own(studio: Studio, project: str, key: str, name: str) -> str:
    sound = await studio.blobs.read(key)
    asset = Asset(
        id=f"{project}.audition.{name}.{digest(key)[:8]}",
        project=project,
        kind="audition",
        media_type="audio/wav",
        key=key,
        bytes=len(sound),
        sha256=hashlib.sha256(sound).hexdigest(),
    )
    await assets.add(studio.db, asset)
    return asset.id
