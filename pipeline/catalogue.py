"""Which vendors exist, and for what."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from pipeline.ports.avatar import Avatar
from pipeline.ports.facts import Facts
from pipeline.ports.image import Framer, Image
from pipeline.ports.text import Writer
from pipeline.ports.voice import Voice


class _Vendor(Protocol):
    @property
    def facts(self) -> Facts: ...


V = TypeVar("V", bound=_Vendor)


class Catalogue:
    """The vendors in use, first choice first, for each modality."""

    def __init__(
        self,
        *,
        text: Sequence[Writer],
        image: Sequence[Image | Framer],
        voice: Sequence[Voice],
        avatar: Sequence[Avatar],
    ) -> None:
        self.text = tuple(text)
        self.image = tuple(image)
        self.voice = tuple(voice)
        self.avatar = tuple(avatar)

    @property
    def editors(self) -> tuple[Writer, ...]:
        """Those who change a script as free words wish."""
        return tuple(writer for writer in self.text if writer.facts.edits)

    @property
    def seers(self) -> tuple[Writer, ...]:
        """Those who see."""
        return tuple(writer for writer in self.text if writer.facts.sees)

    @property
    def painters(self) -> tuple[Image, ...]:
        """Those who draw new pictures."""
        return tuple(one for one in self.image if isinstance(one, Image))

    @property
    def framers(self) -> tuple[Framer, ...]:
        """Those who frame a picture for the film."""
        return tuple(one for one in self.image if isinstance(one, Framer))

    def first(self, step: str) -> Facts | None:
        """The first choice for a step; None for steps that are our own craft."""
        vendors: dict[str, Sequence[_Vendor]] = {
            "write": self.text,
            "propose": self.text,
            "edit": self.editors,
            "describe": self.seers,
            "paint": self.painters,
            "compare": self.seers,
            "draw": self.framers,
            "clone": self.voice,
            "preview": self.voice,
            "audition": self.voice,
            "speak_pet": self.voice,
            "speak_person": self.voice,
            "animate": self.avatar,
        }
        chosen = vendors.get(step)
        return chosen[0].facts if chosen else None

    def all(self) -> list[tuple[str, tuple[object, ...]]]:
        """Each modality with its vendors in order, whatever else they can."""
        return [
            ("text", self.text),
            ("image", self.image),
            ("voice", self.voice),
            ("avatar", self.avatar),
        ]

    def rows(self) -> list[tuple[str, tuple[Facts, ...]]]:
        """For the doctor: each modality with its vendors' facts in order."""
        return [
            ("text", tuple(vendor.facts for vendor in self.text)),
            ("image", tuple(vendor.facts for vendor in self.image)),
            ("voice", tuple(vendor.facts for vendor in self.voice)),
            ("avatar", tuple(vendor.facts for vendor in self.avatar)),
        ]
