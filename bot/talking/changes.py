"""Changes of the brief, each with what follows from it."""

from typing import get_args

from bot.messages import File
from bot.talking import edits
from bot.talking.aside import MUSIC
from bot.talking.draft import Draft
from bot.talking.model import Extra, Mood, Role, Seen, project_id
from bot.talking.questions import question, recorded
from bot.talking.saying import named, played
from pipeline.themes import bank, fit
from pipeline.themes.words import is_unread
from storage.model import Brief, Lang, Plan, Script, Taps


def settle(draft: Draft) -> Draft:
    """Return the draft with the question on top answered: what was asked out of order is done."""
    return draft.change(wanted=draft.talk.wanted[:-1])


def want(draft: Draft, name: str) -> Draft:
    """Return the draft with a question to be asked next, before what is missing."""
    rest = tuple(one for one in draft.talk.wanted if one != name)
    return draft.change(wanted=(*rest, name)[-6:])


def answered(draft: Draft, *names: str) -> Draft:
    """Return the draft without these questions, and all side questions above them."""
    gone = {*names, *(ENDS if "retry" in names else ())}
    return draft.change(wanted=tuple(one for one in draft.talk.wanted if one.partition(":")[0] not in gone))


ENDS = {"retry", "doubt", "budget"}
"""What is asked after a making that did not go well."""


def plan(draft: Draft, wanted: Plan) -> Draft:
    """Make the film in another way from now on; a model's own voice is none that costs nothing."""
    own = draft.talk.brief.own_voice and wanted != "free"
    return answered(draft.fill(plan=wanted, own_voice=own), "retry").change(doubt="")


def pay_again(draft: Draft) -> Draft:
    """Let the order in doubt be sent once more, under a new take; the old one stays as it is."""
    rounds = {**draft.talk.brief.rounds, draft.talk.doubt: 1}
    return answered(draft.fill(rounds=rounds), "retry").change(doubt="")


def photo(draft: Draft, file: File) -> Draft:
    """Take a photo, in place of the one before; everything else stays."""
    before = draft.talk.brief.photo
    taken = draft.fill(photo=file.asset, frame=None, taps=Taps()).stop("pictures")
    taken = answered(taken, "photo", "mouth", "frame", "retry")
    taken = taken.change(seen=None, points=(), voice_over=False, pictures=(), framed="", painted="").start(
        "frame"
    )
    return taken.tell("talk.photo_replaced") if before else taken


def theme(draft: Draft, words: str, audience: str | None = None) -> Draft:
    """Take a theme, a slug or words; scripts are proposed for it. A script chosen before stays until then."""
    known = bank.find(words)
    lang = fit.language(words) or draft.talk.lang
    taken = draft.fill(theme=words, audience=audience or draft.talk.brief.audience, lang=lang, wishes={})
    taken = more(taken.change(mood=None, edits=(), words="", offers=0))
    taken = taken.tell("talk.theme_taken", {"theme": known.names[draft.talk.lang] if known else words})
    return taken.tell("talk.audience_taken", {"audience": audience}) if audience else taken


_LONGEST_WISH = 600  # characters
_WORDS = ("theme", "script", "line", "words", "own", "whom", "mood", "retry")


def audience(draft: Draft, words: str) -> Draft:
    """Take for whom it is told; where a theme is known, new options are written for them."""
    taken = answered(draft.fill(audience=words), "whom").tell("talk.audience_taken", {"audience": words})
    return more(taken) if taken.talk.brief.theme or rewrites(draft) else taken


def rewrites(draft: Draft) -> bool:
    """True when a dialogue somebody wrote can be written anew, its person's lines kept."""
    return draft.means.edits and draft.talk.brief.theme is None and draft.talk.brief.script is not None


def wish(draft: Draft, words: str) -> Draft:
    """Have a text model do what free words ask: of the chosen script, or of the options on offer."""
    brief = draft.talk.brief
    if brief.script is None or (draft.talk.options and draft.talk.wanted[-1:] == ("script",)):
        asked = draft.fill(wishes={**brief.wishes, "write": words})
        return more(asked.change(mood=None)).tell("talk.wish_taken")
    before = f"{brief.wishes['edit']}\n" if draft.runs("edit") else ""  # asked for and not done yet
    asked = draft.fill(wishes={**brief.wishes, "edit": (before + words)[-_LONGEST_WISH:]})
    return answered(asked, *_WORDS).start("edit")


def more(draft: Draft) -> Draft:
    """Ask for other options; what was offered is remembered as seen, what was chosen stays until then."""
    begun = answered(draft, *_WORDS).change(options=(), done=False).start("scripts")
    return begun if begun.talk.brief.script is None else want(begun, "script")


def script(draft: Draft, chosen: Script) -> Draft:
    """Take a script, with the edits that waited for it."""
    for number, text in draft.talk.edits:
        chosen = edits.changed(chosen, number, text)
    taken = answered(draft.fill(script=chosen, lang=chosen.lang), *_WORDS)
    return taken.change(edits=(), words="")


def own(draft: Draft, written: Script) -> Draft:
    """Take a dialogue somebody wrote."""
    directed = bank.directed(written)
    taken = script(draft.change(mood=None, options=(), edits=()).stop("scripts"), directed)
    return _read(taken.tell("talk.dialogue_taken", {"n": len(written.lines)}), directed)


def _read(draft: Draft, script: Script) -> Draft:
    """Say at once which line no voice of ours can say: it may still be recorded."""
    unread = (n for n, line in enumerate(script.lines, 1) if is_unread(line.text))
    first = next(unread, None)
    return draft if first is None else draft.tell("talk.cannot_read", {"n": first})


def language(draft: Draft, lang: Lang) -> Draft:
    """Speak this language from now on; a script not yet offered follows."""
    brief = draft.talk.brief
    plain = fit.language(brief.theme or "")
    free = brief.script is None and not draft.talk.options and plain is None
    chosen = draft.change(lang=lang, lang_chosen=True)
    if free:
        chosen = chosen.fill(lang=lang).change(done=draft.talk.done)
        chosen = chosen.start("scripts") if chosen.runs("scripts") else chosen
    return answered(chosen, "settings").tell("talk.language_set")


def script_language(draft: Draft, lang: Lang) -> Draft:
    """Write the script in this language, whatever is spoken here."""
    told = draft.fill(lang=lang).tell(
        "talk.script_language", {"language": named(f"talk.in.{lang}", draft.talk.lang)}
    )
    return more(told) if told.talk.brief.theme else told


def mood(draft: Draft, wanted: Mood, words: str = "") -> Draft:
    """Play it differently: the chosen script at once, options by others; a text model writes it so too."""
    name = {"mood": named(f"talk.mood.{wanted}", draft.talk.lang)}
    draft = answered(draft, "mood")
    if draft.means.edits:
        return wish(draft, words or named(f"talk.play.{wanted}", draft.talk.lang))
    chosen = draft.talk.brief.script
    if chosen is not None and draft.talk.wanted[-1:] != ("script",):
        now = edits.played(chosen, wanted)
        taken = draft.fill(script=now)
        shown_next = question(taken.talk) in {"summary", "script"}
        return taken.tell("talk.mood_taken", name, body="" if shown_next else played(now))
    moody = draft.change(mood=wanted).tell("talk.mood_taken", name)
    return more(moody) if moody.talk.brief.theme else moody


def edit(draft: Draft, number: int, text: str) -> Draft:
    """Change a line of the chosen script; before one is chosen the edit waits for it."""
    chosen = draft.talk.brief.script
    if chosen is None:
        return draft.change(edits=(*draft.talk.edits, (number, edits.words(number, text)))).tell(
            "talk.edit_waits", {"n": number, "text": text}
        )
    changed = edits.changed(chosen, number, text)
    taken = answered(draft.fill(script=changed), "line", "words", "script")
    return _read(
        taken.tell("talk.line_changed", {"n": number, "text": changed.lines[number - 1].text}), changed
    )


def preset(draft: Draft, name: str) -> Draft:
    """Take a preset as the pet's voice, in place of a sample or recordings."""
    taken = draft.fill(voice=name, sample=None, pet_lines=(), lifted=None, own_voice=False)
    taken = taken.stop("voice", "link")
    taken = answered(taken, "voice", "retry").change(approved="", consent="", whole=_without(draft, "pet"))
    taken = taken.change(recording=None)
    return taken.tell("talk.voice_taken", {"voice": named(f"voice.{name}", draft.talk.lang)})


def sample(draft: Draft, file: File) -> Draft:
    """Take a sample to make the pet's voice from; it needs a word that this is allowed."""
    taken = draft.fill(sample=file.asset, voice=None, pet_lines=(), lifted=None, own_voice=False)
    taken = taken.stop("voice", "link")
    taken = answered(taken, "voice", "retry").change(whole=_without(draft, "pet"), recording=None)
    return taken.tell("talk.sample_taken")


def record(draft: Draft, role: Role) -> Draft:
    """Ask for a role's lines to be recorded anew; a preset or a sample stays until a recording comes."""
    begun = no_recordings(draft, role) if recorded(draft.talk, role) else draft
    begun = begun.fill(own_voice=False) if role == "pet" and begun.talk.brief.own_voice else begun
    return answered(begun, "voice", "person", "retry").change(recording=role)


def recordings(draft: Draft, role: Role, files: tuple[File, ...]) -> Draft:
    """Add recorded lines of a role; they take the place of a voice."""
    new = tuple(file.asset for file in files)
    if role == "pet":
        lines = (*draft.talk.brief.pet_lines, *new)
        kept = draft.fill(pet_lines=lines, voice=None, sample=None, own_voice=False).stop("voice")
        return answered(kept, "voice", "pet_lines", "retry").change(recording=None)
    kept = draft.fill(person_lines=(*draft.talk.brief.person_lines, *new), person_voice=None)
    return answered(kept, "person", "person_lines").change(recording=None)


def no_recordings(draft: Draft, role: Role) -> Draft:
    """Let a role's recordings go, to be made again."""
    emptied = draft.fill(**{f"{role}_lines": ()}, **({"lifted": None} if role == "pet" else {}))
    return emptied.change(whole=_without(draft, role))


def register(draft: Draft, *, lifted: bool) -> Draft:
    """Keep the pet's recorded lines as they are, or have them lifted to a child's register."""
    return answered(draft.fill(lifted=lifted), "voice").tell(
        "talk.lifted_taken" if lifted else "talk.kept_taken"
    )


def captions(draft: Draft, *, shown: bool) -> Draft:
    """Show the words in the picture or leave them out; a film that is there is cut anew at once."""
    if draft.talk.brief.captions == shown:
        return draft.tell("talk.captions_are_on" if shown else "talk.captions_are_off")
    taken = answered(draft.fill(captions=shown), "retry")
    taken = taken.tell("talk.captions_on" if shown else "talk.captions_off")
    return taken.start("film") if draft.talk.done else taken


def stickers(draft: Draft, *, shown: bool) -> Draft:
    """Put reactions beside the punchline or leave them out; a film that is there is cut anew at once."""
    if draft.talk.brief.stickers is shown:
        return draft.tell("talk.stickers_are_on" if shown else "talk.stickers_are_off")
    taken = answered(draft.fill(stickers=shown), "retry")
    taken = taken.tell("talk.stickers_on" if shown else "talk.stickers_off")
    return taken.start("film") if draft.talk.done else taken


def music(draft: Draft, wanted: str) -> Draft:
    """Let something play under the film: "off", a bed by its name, a file; empty: what suits the pet. A film
    that is there is cut anew at once."""
    if draft.talk.brief.music == wanted:
        return answered(draft, "music").tell("talk.music_is_that")
    taken = answered(draft.fill(music=wanted), "music", "whose", "retry")
    if wanted == "off":
        taken = taken.tell("talk.music_none")
    elif wanted in MUSIC or not wanted:
        name = named(f"talk.music.{wanted or 'auto'}", draft.talk.lang)
        taken = taken.tell("talk.music_taken", {"music": name})
    else:
        taken = taken.tell("talk.music_own")
    return taken.start("film") if draft.talk.done else taken


def person(draft: Draft, name: str) -> Draft:
    """Take a preset for the person's lines."""
    taken = draft.fill(person_voice=name, person_lines=())
    taken = answered(taken, "person", "person_lines").change(whole=_without(draft, "person"), recording=None)
    return taken.tell("talk.person_taken", {"voice": named(f"voice.{name}", draft.talk.lang)})


def new_film(draft: Draft) -> Draft:
    """Begin anew with nothing given; finished films and the language stay."""
    talk = draft.talk
    fresh = talk.model_copy(
        update={
            **_BLANK,
            "project": project_id(talk.address, draft.cause),
            "film": talk.film + 1,
            "brief": Brief(lang=talk.lang),
        }
    )
    ends = {sort for sort in draft.talk.running.values() if sort not in get_args(Extra)}
    stopped = (draft.stop(*ends) if ends else draft).forgetting("progress")
    return stopped.change(
        **{name: getattr(fresh, name) for name in type(fresh).model_fields if name not in _GO_ON}
    )


_GO_ON = {"running", "stopped"}
_BLANK: dict[str, object] = {
    "wanted": (),
    "options": (),
    "offers": 0,
    "edits": (),
    "mood": None,
    "seen": None,
    "points": (),
    "pictures": (),
    "framed": "",
    "painted": "",
    "voice_over": False,
    "consent": "",
    "learnt": "",
    "approved": "",
    "whole": (),
    "recording": None,
    "clip": None,
    "pending": (),
    "spare": (),
    "later": (),
    "words": "",
    "auditions": {},
    "last": {},
    "done": False,
    "quoted": "",
    "doubt": "",
    "filmed": None,
}


def seen(draft: Draft, found: Seen) -> Draft:
    """Remember what was found on the photo."""
    return draft.change(seen=found, points=())


def _without(draft: Draft, role: Role) -> tuple[Role, ...]:
    return tuple(one for one in draft.talk.whole if one != role)
