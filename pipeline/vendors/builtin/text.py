"""Text without a key: a bank of dialogues with rewritten answers for each audience."""

from pipeline.ports.errors import NoAccess
from pipeline.ports.facts import Paid
from pipeline.ports.text import Described, EditAsk, LookAsk, WriteAsk, Written
from pipeline.themes import bank
from pipeline.vendors.builtin.facts import home
from storage.model import Script


class Text:
    """Picks; a theme or an audience it does not have gets the nearest, and is said to be not exact."""

    facts = home("bank")

    async def ask(self, ask: WriteAsk | EditAsk | LookAsk, complaint: str = "") -> Paid:
        """Return options nobody has seen yet, as long as the bank has some; nothing else can be asked here.

        Raises:
            NoAccess: it neither changes nor sees, and rewrites nobody's own dialogue.
        """
        if not isinstance(ask, WriteAsk) or ask.mould is not None:
            raise NoAccess("text.not_here")
        match = bank.nearest(ask.theme)
        options = bank.options(match.theme, ask.audience, ask.lang, ask.seen, ask.count)
        meant = not ask.audience or bank.named_audience(match.theme, ask.audience) is not None
        return Paid(value=Written(options=options, exact=match.exact and meant).model_dump_json())

    def written(self, ask: WriteAsk, raw: str) -> Written:
        """Return the options as they were picked."""
        return Written.model_validate_json(raw)

    def edited(self, ask: EditAsk, raw: str) -> Script:
        """Nothing was asked, so nothing can be read."""
        raise NoAccess("text.not_here")

    def described(self, ask: LookAsk, raw: str) -> Described:
        """Nothing was asked, so nothing can be read."""
        raise NoAccess("text.not_here")
