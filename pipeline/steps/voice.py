"""Voice: the pet's lines said by whoever performs them, in a voice of its own."""

from collections.abc import Sequence

from pipeline import crafts
from pipeline.film import timeline
from pipeline.model import Framed
from pipeline.money import laid
from pipeline.parts import Said, Speech, Voiced
from pipeline.performing import Work
from pipeline.studio import Studio
from pipeline.voicing import voiced
from storage.model import Script


async def voice_pet(studio: Studio, project: str, script: str, frame: str, framed: str) -> Said:
    """Return the pet's lines as a model said them by itself, with the clips in which it does.

    Raises:
        Those of `voicing.voiced`.
    """
    await studio.instead_of("speak_pet")
    words = await studio.noun(script, Script)
    lines = tuple(line for line in words.lines if line.speaker != "person")
    spans = laid([line.text for line in lines], words.lang)
    work = Work(
        studio=studio,
        project=project,
        frame=frame,
        sound="",
        spans=spans,
        framed=await studio.noun(framed, Framed),
        timeline=timeline.plan([(line, end - at) for line, (at, end) in zip(lines, spans, strict=True)]),
        brief=(await studio.project(project)).brief,
        own=True,
    )
    clips, maker = await voiced(work, lines, words.lang)
    return Said(speech=await _speech(studio, project, clips), voice="own", maker=maker)


async def _speech(studio: Studio, project: str, clips: Sequence[Voiced]) -> str:
    """All clips' sounds as one. Ours and free, so it may simply run again."""
    async with studio.borrow(*(each.sound for each in clips)) as paths:
        with studio.bench() as bench:
            begins = await studio.workshop.run("voice", crafts.voice.chain, paths, bench / "speech.wav")
            sound = await studio.keep(project, "pet-speech", bench / "speech.wav", "audio/wav")
    spans = tuple(
        (at + start, at + end)
        for at, each in zip(begins, clips, strict=True)
        for start, end in each.shot.spans
    )
    speech = Speech(sound=sound.id, spans=spans, shots=tuple(each.shot for each in clips))
    return (await studio.keep_noun(project, "speech", speech)).id
