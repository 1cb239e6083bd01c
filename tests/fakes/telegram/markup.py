"""Keyboards: their shape, and what a button may hold."""

from tests.fakes.telegram.args import Args
from tests.fakes.telegram.nouns import Json
from tests.fakes.telegram.refusals import bad

_MOST = 100
_A_ROW = 8
_DATA_BYTES = 64
_COPIED = 256
_ACTS = (
    "callback_data",
    "url",
    "copy_text",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "callback_game",
    "pay",
)
_STYLES = {"danger", "success", "primary"}


def read(args: Args, *, inline_only: bool = False) -> Json | None:
    """The keyboard under a message, or None.

    Raises:
        Refusal: not a keyboard, or a button the server does not take.
    """
    shape = args.shape("reply_markup")
    if shape in (None, {}):
        return None
    if not isinstance(shape, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" in shape:
        return _inline(shape["inline_keyboard"])
    if inline_only:
        raise bad("inline keyboard expected")
    if not {"keyboard", "remove_keyboard", "force_reply"} & set(shape):
        raise bad("can't parse reply keyboard markup JSON object")
    return shape


def _inline(rows: object) -> Json | None:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad('field "inline_keyboard" must be an Array of Arrays of InlineKeyboardButton')
    if sum(map(len, rows)) > _MOST or any(len(row) > _A_ROW for row in rows):
        raise bad("reply markup is too long")
    kept = [[_button(shape) for shape in row] for row in rows if row]
    return {"inline_keyboard": kept} if kept else None


def _button(shape: object) -> Json:
    if not isinstance(shape, dict):
        raise bad("can't parse inline keyboard button: expected an Object")
    if not isinstance(shape.get("text"), str) or not shape["text"].strip():
        raise bad('can\'t parse inline keyboard button: field "text" must be a non-empty String')
    acts = [name for name in _ACTS if name in shape]
    if not acts:
        raise bad("can't parse inline keyboard button: text buttons are unallowed in the inline keyboard")
    if len(acts) > 1:
        raise bad("can't parse inline keyboard button: exactly one optional field is allowed")
    _check_act(acts[0], shape)
    if "style" in shape and shape["style"] not in _STYLES:
        raise bad("can't parse inline keyboard button: invalid button style specified")
    return shape


def _check_act(act: str, shape: Json) -> None:
    if act == "callback_data" and not 1 <= len(str(shape[act]).encode()) <= _DATA_BYTES:
        raise bad("BUTTON_DATA_INVALID")
    if act == "url" and not str(shape[act]).startswith(("http://", "https://", "tg://")):
        raise bad(f"inline keyboard button URL '{shape[act]}' is invalid: wrong HTTP URL")
    if act == "copy_text":
        words = shape[act].get("text") if isinstance(shape[act], dict) else None
        if not isinstance(words, str) or not 1 <= len(words) <= _COPIED:
            raise bad("BUTTON_COPY_TEXT_INVALID")
