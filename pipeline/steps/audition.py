"""Audition: each preset of the pet says a short line; the same sounds serve everybody.

The sounds lie beside the projects, and every project that has heard them owns a row of each; what nobody owns
any more is removed with its last owner, and is then made anew for the next.
"""

import hashlib
import json

from pipeline import crafts
from pipeline.parts import Auditioned, Speech
from pipeline.ports.errors import NoAccess
from pipeline.ports.voice import SpeakAsk
from pipeline.speaking import able, speak
from pipeline.studio import Studio, digest, together
from pipeline.themes.trials import trial
from storage import assets
from storage.model import Asset

_ROOM = "auditions"
_VERSION = "1"  # another one when there are other presets


async def audition(studio: Studio, project: str) -> Auditioned:
    """Return the sounds by the presets' names."""
    if not studio.catalogue.voice:
        raise NoAccess("vendor.none", {"step": "audition"})
    names = await _names(studio)
    sounds = await together(*(_sound(studio, project, name) for name in names))
    return Auditioned(sounds=dict(zip(names, sounds, strict=True)))


async def _names(studio: Studio) -> tuple[str, ...]:
    """The pet's presets: written down once, because the room that knows them is slow to open."""
    key = f"{_ROOM}/{digest('presets', _VERSION)[:16]}.json"
    if await studio.blobs.exists(key):
        return tuple(json.loads(await studio.blobs.read(key)))
    names = await studio.workshop.run("voice", crafts.voice.presets, "pet")
    await studio.blobs.put(key, json.dumps(names).encode())
    return names


async def _sound(studio: Studio, project: str, name: str) -> str:
    brief = (await studio.project(project)).brief
    ask = SpeakAsk(lines=(trial(brief.lang).audition,), role="pet", lang=brief.lang, voice=name)
    vendors = able(studio, ask, brief.plan)
    if not vendors:
        raise NoAccess("vendor.none", {"step": "audition"})
    key = f"{_ROOM}/{digest('audition', vendors[0].facts.name, *ask.lines)[:16]}-{name}.wav"
    if await studio.blobs.exists(key):
        owned = await _own(studio, project, key, name)
        if await studio.blobs.exists(key):  # else its last owner was forgotten just now
            return owned
    said = await speak(studio, project, "audition", ask)
    speech = await studio.noun(said.speech, Speech)
    async with studio.borrow(speech.sound) as (path,):
        await studio.blobs.put(key, path)
    return await _own(studio, project, key, name)


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
