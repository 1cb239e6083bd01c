"""A turn being put together: each function of the conversation takes a draft and returns the next one."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Literal

from bot.messages import Button, Errand, Outgoing
from bot.talking.model import NOTHING_HOSTED, Means, Talk, Turn, What, digest
from storage.model import Brief

Fields = Mapping[str, object]
Row = tuple[Button, ...]
Kind = Literal["say", "pictures", "voices", "film", "document", "progress"]

_RECIPES: dict[
    What,
    Literal[
        "propose_scripts",
        "edit_script",
        "prepare_frame",
        "draw_frames",
        "prepare_voice",
        "bring_sound",
        "audition",
        "make_film",
        "edit_project",
        "vary_film",
    ],
] = {
    "frame": "prepare_frame",
    "pictures": "draw_frames",
    "scripts": "propose_scripts",
    "edit": "edit_script",
    "voice": "prepare_voice",
    "link": "bring_sound",
    "audition": "audition",
    "film": "make_film",
    "project": "edit_project",
    "square": "vary_film",
    "preview": "vary_film",
}


@dataclasses.dataclass(frozen=True)
class Draft:
    """The talk so far and what it brings about; `cause` is the id of what came in, `means` is what
    the vendors in use can do.

    `replay`: what came while a film was being made is to be taken now.
    Buttons hold "what:arg" until the draft is finished, which puts their round in front.
    """

    talk: Talk
    cause: str
    means: Means = NOTHING_HOSTED
    says: tuple[Outgoing, ...] = ()
    errands: tuple[Errand, ...] = ()
    cancel: tuple[str, ...] = ()
    forget: bool = False
    replay: bool = False

    def change(self, **fields: object) -> "Draft":
        """Return the draft with fields of its talk changed."""
        return dataclasses.replace(self, talk=self.talk.model_copy(update=fields))

    def fill(self, **fields: object) -> "Draft":
        """Return the draft with fields of its brief changed; a film made before is not its film any more."""
        brief: Brief = self.talk.brief.model_copy(update=fields)
        return self.change(brief=brief, done=False)

    def tell(
        self,
        key: str,
        fields: Fields | None = None,
        *,
        body: str = "",
        rows: Sequence[Row] = (),
        kind: Kind = "say",
        assets: Sequence[str] = (),
        labels: Sequence[str] = (),
        making: str = "",
        role: str = "",
        tappable: bool = False,
    ) -> "Draft":
        """Return the draft with one more message; one with a `role` is remembered by it."""
        message = Outgoing(
            id=f"{self.talk.chat}:{self.talk.turn}:{len(self.says) + 1}",
            kind=kind,
            key=key,
            fields={name: str(value) for name, value in (fields or {}).items()},
            body=body,
            buttons=tuple(rows),
            assets=tuple(assets),
            labels=tuple(labels),
            making=making,
            tappable=tappable,
        )
        said = dataclasses.replace(self, says=(*self.says, message))
        return said.change(last={**self.talk.last, role: message.id}) if role else said

    def replacing(self, role: str) -> "Draft":
        """Return the draft with its last message in the place of the remembered one of that role."""
        old = self.talk.last.get(role, "")
        message = self.says[-1].model_copy(update={"replaces": old})
        return dataclasses.replace(self, says=(*self.says[:-1], message))

    def forgetting(self, role: str) -> "Draft":
        """Return the draft with no message of that role remembered: the next one stands for itself."""
        return self.change(last={name: one for name, one in self.talk.last.items() if name != role})

    def start(self, what: What, *more: str | int, project: str = "") -> "Draft":
        """Return the draft with a making to start, for another film's project where one is named; one of the
        same sort that is under way is stopped.

        Its id comes from what caused it, so that it is new for ever and the same when told twice.
        """
        calm = self.stop(what)
        whose = project or calm.talk.project
        making = f"{whose}:{what}:{digest(calm.cause)}"
        errand = Errand(making=making, recipe=_RECIPES[what], args=(whose, *more))
        started = dataclasses.replace(calm, errands=(*calm.errands, errand))
        return started.change(running={**calm.talk.running, making: what})

    def stop(self, *what: What) -> "Draft":
        """Return the draft with the makings of that sort stopped, all of them when none is named."""
        ends = [making for making, sort in self.talk.running.items() if not what or sort in what]
        rest = {making: sort for making, sort in self.talk.running.items() if making not in ends}
        new = {errand.making for errand in self.errands}
        kept = tuple(errand for errand in self.errands if errand.making not in ends)
        stopped = (*self.cancel, *(making for making in ends if making not in new))
        films = tuple(making for making in ends if self.talk.running[making] == "film" and making not in new)
        calm = dataclasses.replace(self, errands=kept, cancel=stopped)
        calm = calm.change(running=rest, stopped=(*self.talk.stopped, *films)[-5:])
        return calm.forgetting("progress") if "film" in what or not what else calm

    def runs(self, what: What) -> str:
        """Return the id of the making of that sort that is under way, or nothing."""
        return next((making for making, sort in self.talk.running.items() if sort == what), "")

    def finish(self) -> Turn:
        """Return the turn: every button gets the round of its question."""
        says = tuple(
            message.model_copy(update={"buttons": tuple(map(self._numbered, message.buttons))})
            for message in self.says
        )
        return Turn(talk=self.talk, says=says, errands=self.errands, cancel=self.cancel, forget=self.forget)

    def _numbered(self, row: Row) -> Row:
        return tuple(
            button.model_copy(update={"value": f"{self.talk.round}:{button.value}"}) for button in row
        )


def button(what: str, key: str, arg: object = "", **fields: object) -> Button:
    """Return a button: what it does, to what, and its words."""
    return Button(value=f"{what}:{arg}", key=key, fields={name: str(value) for name, value in fields.items()})


def rows(*buttons: Button, wide: int = 2) -> tuple[Row, ...]:
    """Return buttons in rows of that many."""
    return tuple(buttons[at : at + wide] for at in range(0, len(buttons), wide))


def keep(name: str) -> Button:
    """A button that leaves an answer as it is."""
    return button("keep", "talk.b_keep", name)
