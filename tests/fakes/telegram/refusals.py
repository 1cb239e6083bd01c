"""The server's no: a code, its words, and what may come with it."""

from tests.fakes.telegram.nouns import Json


class Refusal(Exception):
    """An answer that is not ok."""

    def __init__(self, code: int, words: str, parameters: Json | None = None) -> None:
        super().__init__(code, words, parameters)
        self.code, self.words, self.parameters = code, words, parameters

    def body(self) -> Json:
        """The answer's JSON."""
        made: Json = {"ok": False, "error_code": self.code, "description": self.words}
        return made | ({"parameters": self.parameters} if self.parameters else {})


def bad(words: str, parameters: Json | None = None) -> Refusal:
    """A bad request."""
    return Refusal(400, f"Bad Request: {words}", parameters)


def forbidden(words: str) -> Refusal:
    """Somebody does not want to hear from the bot."""
    return Refusal(403, f"Forbidden: {words}")


def flood(seconds: int) -> Refusal:
    """Too many requests; wait."""
    return Refusal(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
