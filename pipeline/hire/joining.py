"""From the settings to the vendors in use."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from pipeline.catalogue import Catalogue
from pipeline.hire import avatar, image, text, voice
from pipeline.hire.rows import Bench, Row
from pipeline.ports.errors import BadInput
from pipeline.ports.image import Framer
from pipeline.settings import Account, Settings

V = TypeVar("V")


def hire(settings: Settings, bench: Bench) -> Catalogue:
    """Return the vendors in use: those named in `MAKE_…`, else every one that has a key, then builtin.

    Raises:
        BadInput: a setting names a vendor that is not there, or one without its key.
    """
    return Catalogue(
        text=tuple(_hired("text", text.ROWS, settings, bench)),
        image=_framed(tuple(_hired("image", image.ROWS, settings, bench)), bench),
        voice=tuple(_hired("voice", voice.ROWS, settings, bench)),
        avatar=tuple(_hired("avatar", avatar.ROWS, settings, bench)),
    )


def _framed(chosen: tuple[image.Port, ...], bench: Bench) -> tuple[image.Port, ...]:
    """Whoever draws, what was drawn and the photo itself have to be framed for the film."""
    if any(isinstance(one, Framer) for one in chosen):
        return chosen
    own = next(row for row in image.ROWS if row.vendor == "builtin")
    return (*chosen, own.build(Account(), own.models[0], bench))


def setting(modality: str, vendor: str) -> str:
    """Return the settings that hold a vendor's key, as people write them; empty where it needs none."""
    row = _row(modality, vendor)
    groups = row.keys if row is not None else ()
    return " / ".join(" + ".join(key.upper() for key in group) for group in groups)


def is_known(modality: str, vendor: str, model: str) -> bool:
    """Return whether a vendor's model is one whose facts somebody has read."""
    row = _row(modality, vendor)
    return row is not None and model in row.models


def _row(modality: str, vendor: str) -> Row[Any] | None:
    tables: dict[str, tuple[Row[Any], ...]] = {
        "text": text.ROWS,
        "image": image.ROWS,
        "voice": voice.ROWS,
        "avatar": avatar.ROWS,
    }
    return next((row for row in tables[modality] if row.vendor == vendor), None)


def _hired(modality: str, rows: Sequence[Row[V]], settings: Settings, bench: Bench) -> Iterator[V]:
    named = settings.order.get(modality, ())
    if not named:
        for row in rows:
            account = settings.accounts.get(row.account, Account())
            if row.uncalled and row.open_to(account):
                yield row.build(account, row.models[0], bench)
        return
    for name in named:
        vendor, _, model = name.partition(":")
        setting = f"MAKE_{modality.upper()}"
        found = next((row for row in rows if row.vendor == vendor), None)
        if found is None:
            known = ", ".join(row.vendor for row in rows)
            raise BadInput("settings.no_such_vendor", {"setting": setting, "vendor": vendor, "known": known})
        account = settings.accounts.get(found.account, Account())
        if not found.open_to(account):
            keys = " + ".join(key.upper() for key in found.keys[0])
            raise BadInput("settings.vendor_no_key", {"setting": setting, "vendor": vendor, "keys": keys})
        yield found.build(account, model or found.models[0], bench)
