"""What the Bot API's refusals mean for what happens next.

The library says them as classes and English words. Words it capitalises, which makes the rest of them small
letters, so they are compared without case. An answer that did not come is a class of its own: the one thing
that must be known then is whether the request had left.
"""

import datetime

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from pipeline.ports.errors import BadInput, Busy, NoAccess, Refused, Surprise, Trouble, Unsure

# Of the HTTP client's own classes, by name: with these nothing has left.
_NEVER_LEFT = {"ConnectError", "ConnectTimeout", "PoolTimeout"}
_GONE = ("chat not found", "user is deactivated", "group chat was", "peer_id_invalid", "not enough rights",
         "have no rights", "chat_write_forbidden", "chat_restricted", "topic_closed")  # fmt: skip
_NO_MESSAGE = ("message to edit not found", "message can't be edited", "no text in the message to edit",
               "message_id_invalid", "message to reply not found", "replied not found")  # fmt: skip
_MALFORMED = ("can't parse entities", "entity", "button_data_invalid", "too long", "text must be non-empty",
              "message text is empty", "button")  # fmt: skip


def trouble(error: TelegramError, *, sent: bool) -> Trouble:
    """Say an error as one of the seven.

    Args:
        sent: the request changes something people see. A question that got no answer may simply be asked
            again; of a message that got none nobody knows.
    """
    words = str(error).casefold()
    cause = type(error).__name__  # the words may quote a person or an address
    if isinstance(error, RetryAfter):
        return Busy("telegram.slower", {"seconds": f"{seconds_of(error):g}"}, cause)
    if isinstance(error, ChatMigrated):
        return Busy("telegram.moved", {"seconds": "0"}, cause)
    if isinstance(error, InvalidToken):
        return NoAccess("telegram.token", {}, cause)
    if isinstance(error, Forbidden):
        return NoAccess("telegram.blocked", {}, cause)
    if isinstance(error, Conflict):
        return Busy("telegram.conflict", {}, cause)
    if isinstance(error, BadRequest):
        return _bad(words, cause)
    if "entity too large" in words:
        return BadInput("telegram.too_large", {}, cause)
    if not sent or (isinstance(error, NetworkError) and type(error.__cause__).__name__ in _NEVER_LEFT):
        return Busy("telegram.unreachable", {}, cause)
    return Unsure("telegram.no_answer", {}, cause)


def harmless(error: TelegramError) -> bool:
    """Whether it only says that things are as they should be already."""
    return isinstance(error, BadRequest) and "not modified" in str(error).casefold()


def seconds_of(error: RetryAfter) -> float:
    """How long to keep quiet."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, datetime.timedelta) else float(wait)


def _bad(words: str, cause: str) -> Trouble:
    """What a refused request means; one that is not known is a mistake of ours."""
    if any(word in words for word in _NO_MESSAGE):
        return BadInput("telegram.no_message", {}, cause)
    if any(word in words for word in _GONE):
        return NoAccess("telegram.blocked", {}, cause)
    if "voice_messages_forbidden" in words:
        return Refused("telegram.no_voices", {}, cause)
    if "file identifier" in words or "file_id" in words or "file reference" in words:
        return BadInput("telegram.no_file", {}, cause)
    if "photo_invalid_dimensions" in words or "image_process_failed" in words or "too big" in words:
        return BadInput("telegram.too_large", {}, cause)
    if any(word in words for word in _MALFORMED):
        return BadInput("telegram.malformed", {}, cause)
    return Surprise("telegram.refused", {}, cause)
