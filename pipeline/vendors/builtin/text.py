"""Text without a key: a bank of dialogues with rewritten answers for each audience."""

from pipeline.ports.text import WriteAsk, Written
from pipeline.themes import bank
from pipeline.vendors.builtin.facts import home


class Text:
    """Picks; a theme or an audience it does not have gets the nearest, and is said to be not exact."""

    facts = home("bank")

    async def write(self, ask: WriteAsk) -> Written:
        """Return options nobody has seen yet, as long as the bank has some."""
        match = bank.nearest(ask.theme)
        options = bank.options(match.theme, ask.audience, ask.lang, ask.seen, ask.count)
        meant = not ask.audience or bank.named_audience(match.theme, ask.audience) is not None
        return Written(options=options, exact=match.exact and meant)
