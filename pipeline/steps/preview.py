"""Preview: one sentence in a voice just learnt."""

from pipeline.parts import Previewed
from pipeline.ports.facts import Paid
from pipeline.ports.voice import SpeakAsk, Voice
from pipeline.spend import spend
from pipeline.studio import Studio, digest
from pipeline.themes.trials import trial
from storage.model import Brief


async def preview(studio: Studio, project: str, maker: str, params: str) -> Previewed:
    """Return the pet's first line, or a line of ours, in the voice that vendor `maker` made."""
    brief = (await studio.project(project)).brief
    ask = SpeakAsk(lines=(_line(brief),), role="pet", lang=brief.lang, voice=brief.voice, params=params)
    able = [each for each in studio.catalogue.voice if each.facts.vendor == maker]

    async def send(vendor: Voice, _key: str) -> Paid:
        with studio.bench() as bench:
            await vendor.speak(ask, bench / "preview.wav")
            sound = await studio.keep(project, "preview", bench / "preview.wav", "audio/wav")
            return Paid(value=sound.id)

    take = await spend(studio, project, "preview", able, digest("preview", ask), send=send)
    return Previewed(sound=take.result or "")


def _line(brief: Brief) -> str:
    lines = brief.script.lines if brief.script and brief.script.lang == brief.lang else ()
    return next((line.text for line in lines if line.speaker != "person"), trial(brief.lang).preview)
