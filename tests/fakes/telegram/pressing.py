"""A press on a button: which one is meant, and what comes of it."""

from tests.fakes.telegram.core import Core, Query
from tests.fakes.telegram.nouns import Button, Chat, Json, Message


class Press:
    """A press on an inline button, and what the bot answered to it."""

    def __init__(self, core: Core, query: Query) -> None:
        self._core, self._query = core, query

    @property
    def id(self) -> str:
        """The query's id."""
        return self._query.id

    @property
    def answer(self) -> Json | None:
        """`text`, `show_alert` … of the answer; None so far."""
        return self._query.answer

    async def answered(self, timeout: float = 10.0) -> Json:  # noqa: ASYNC109 - the hand's promise
        """Wait for the answer; an answer without words is `{"ok": True}`."""
        return await self._core.news.until(lambda: self._query.answer, timeout)


def pick(chat: Chat, what: Message | str, words: str | None) -> tuple[Message, Button]:
    """The button that is meant.

    Raises:
        LookupError: there is none; it tells which there are.
    """
    seen = [what] if isinstance(what, Message) else list(reversed(chat.messages))
    wanted = words if isinstance(what, Message) else what
    live = [(message, button) for message in seen for button in message.buttons if button.data is not None]
    fits = [(message, button) for message, button in live if wanted in (None, button.words)]
    fits = fits or [(message, button) for message, button in live if wanted and wanted in button.words]
    if not fits or fits[0][0].deleted:
        raise LookupError(f"no button {wanted!r} to press; there are {[button.words for _, button in live]}")
    return fits[0]
