"""Lines that a voice has said already, by what each was made from: only the others are said anew."""

import dataclasses
from collections.abc import Sequence

from pipeline import crafts
from pipeline.model import Span
from pipeline.parts import Said, Speech
from pipeline.ports.facts import Facts
from pipeline.ports.voice import SpeakAsk
from pipeline.studio import Studio, digest
from storage import takes


@dataclasses.dataclass(frozen=True)
class Line:
    """One line as it was said: in which sound, from when to when, by what voice."""

    sound: str
    span: Span
    voice: str


def made_from(ask: SpeakAsk, again: Sequence[int]) -> tuple[str, ...]:
    """A digest of what each line is made from; `again` counts how often somebody wanted it anew."""
    how = ask.model_copy(update={"lines": (), "feelings": ()})
    feelings = ask.feelings or ("",) * len(ask.lines)
    return tuple(
        digest("line", how, text, feeling, times)
        for text, feeling, times in zip(ask.lines, feelings, again, strict=True)
    )


@dataclasses.dataclass(frozen=True)
class Known:
    """What one vendor has said of the lines wanted, None for what it has not; `whole`: all of it at once."""

    lines: tuple[Line | None, ...]
    whole: Said | None = None

    @property
    def missing(self) -> tuple[int, ...]:
        """The lines not said yet, as numbers."""
        return tuple(number for number, line in enumerate(self.lines) if line is None)

    def rest(self, ask: SpeakAsk) -> SpeakAsk:
        """The part of an ask that is missing."""
        feelings = tuple(ask.feelings[n] for n in self.missing) if ask.feelings else ()
        lines = tuple(ask.lines[n] for n in self.missing)
        return ask.model_copy(update={"lines": lines, "feelings": feelings})


async def known(studio: Studio, project: str, step: str, facts: Facts, wanted: tuple[str, ...]) -> Known:
    """What a vendor has said for this step of a project; of what was said twice the newest."""
    found: dict[str, Line] = {}
    whole = None
    for take in await takes.of(studio.db, project):
        if (take.step, take.vendor, take.model, take.state) != (step, facts.vendor, facts.model, "done"):
            continue
        said = Said.model_validate_json(take.result or "")
        speech = await studio.noun(said.speech, Speech)
        found |= {
            line: Line(speech.sound, span, said.voice)
            for line, span in zip(speech.made_from, speech.spans, strict=False)
        }
        whole = said if speech.made_from == wanted else whole
    return Known(tuple(found.get(line) for line in wanted), whole)


async def spliced(
    studio: Studio, project: str, ask: SpeakAsk, wanted: tuple[str, ...], lines: Sequence[Line]
) -> Said:
    """The lines in one sound, as an ask has them. Ours and free, so it may simply run again."""
    sounds = list(dict.fromkeys(line.sound for line in lines))
    async with studio.borrow(*sounds) as paths:
        where = dict(zip(sounds, paths, strict=True))
        with studio.bench() as bench:
            out = bench / "speech.wav"
            spans = await studio.workshop.run(
                "voice",
                crafts.voice.splice,
                [where[line.sound] for line in lines],
                [line.span for line in lines],
                ask.pause,
                out,
            )
            sound = await studio.keep(project, f"{ask.role}-speech", out, "audio/wav")
    speech = Speech(sound=sound.id, spans=spans, made_from=wanted)
    kept = await studio.keep_noun(project, "speech", speech)
    return Said(speech=kept.id, voice=lines[0].voice)
