"""Preview: one sentence in a voice just learnt."""

from pipeline import learning
from pipeline.parts import Previewed, Speech
from pipeline.ports.voice import SpeakAsk
from pipeline.speaking import speak
from pipeline.studio import Studio


async def preview(studio: Studio, project: str, maker: str, params: str) -> Previewed:
    """Return the pet's first line, or a line of ours, in the voice that vendor `maker` made.

    A vendor's own try-out is used where there is one. Where the first line that a voice says is what buys it,
    it says none before its film is agreed to.
    """
    clone = await learning.kept(studio, project, params)
    if clone is not None and clone.params.get("demo"):
        return Previewed(sound=str(clone.params["demo"]))
    learning_costs = {each.facts.learning for each in studio.catalogue.voice if each.facts.vendor == maker}
    if clone is not None and "spoken" not in clone.params and any(learning_costs):
        return Previewed(sound="")
    brief = (await studio.project(project)).brief
    line = learning.line(brief)
    ask = SpeakAsk(lines=(line,), role="pet", lang=brief.lang, voice=brief.voice, params=params)
    said = await speak(studio, project, "preview", ask, maker=maker)
    return Previewed(sound=(await studio.noun(said.speech, Speech)).sound)
