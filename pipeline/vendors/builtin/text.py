"""Text without a key: a bank of dialogues with rewritten answers for each audience."""

from pipeline.ports.text import WriteAsk, Written
from pipeline.themes import bank
from pipeline.vendors.builtin.facts import home


class Text:
    """Picks; a theme in free words gets the nearest dialogue and says that it is not exact."""

    facts = home("bank")

    async def write(self, ask: WriteAsk) -> Written:
        """Return options nobody has seen yet, as long as the bank has some."""
        match = bank.nearest(ask.theme)
        options = bank.options(match.theme, ask.audience, ask.lang, ask.seen, ask.count)
        return Written(options=options, exact=match.exact)
