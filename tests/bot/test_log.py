"""Logs: what happened and where, never what somebody sent or a key."""

import ast
import json
import logging
import re

import pytest
import structlog
from pydantic import SecretStr

from bot import log
from pipeline.ports.errors import Surprise
from tests.house.checkout import modules, shown, tree

_LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
_EVENT = re.compile(r"[a-z_]+(\.[a-z_]+)+")
# Fields that would carry what a person wrote, sent or is called.
_PRIVATE = {"text", "message", "words", "body", "name", "url", "theme", "script", "cause", "fields", "photo"}
SENT = "Will you look after me when I am old?"
SECRET = "k3y-nobody-may-read"


def _calls() -> list[tuple[str, ast.Call]]:
    """Every call that writes a log line, and where it stands."""
    return [
        (f"{shown(file)}:{node.lineno}", node)
        for file in modules("bot", "pipeline", "storage")
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _LEVELS | {"bind"}
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"log", "_log", "logger"}
    ]


def test_event_names_are_constant() -> None:
    """Protects people's words: a log line's name is written in the code, never put together."""
    written = [(where, call) for where, call in _calls() if ast.unparse(call.func).split(".")[-1] in _LEVELS]
    assert written
    for where, call in written:
        (name,) = call.args
        assert isinstance(name, ast.Constant), where
        assert _EVENT.fullmatch(str(name.value)), where


def test_fields_carry_no_private_words() -> None:
    """Protects the same in the fields: ids, keys, classes and numbers are all a log line needs."""
    odd = [
        f"{where}: {field.arg}"
        for where, call in _calls()
        for field in call.keywords
        if field.arg is None or field.arg in _PRIVATE
    ]
    assert odd == []


@pytest.mark.usefixtures("room")
def test_a_line_is_json_with_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    """Protects whoever reads logs with a program, and stdout, which belongs to results."""
    log.configure(logging.INFO)
    with structlog.contextvars.bound_contextvars(project="prj_1"):
        structlog.get_logger().info("step.done", step="剪辑")
    out, err = capsys.readouterr()
    line = json.loads(err)
    assert out == ""
    assert (line["event"], line["level"], line["project"], line["step"]) == (
        "step.done", "info", "prj_1", "剪辑",
    )  # fmt: skip
    assert "剪辑" in err


@pytest.mark.usefixtures("room")
def test_quiet_means_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    """Protects the one clear line on stderr: below its level nothing is written, the libraries' included."""
    log.configure(logging.ERROR)
    structlog.get_logger().warning("step.trouble", kind="Failed")
    assert capsys.readouterr().err == ""
    for name in ("dotenv.main", "dbos"):
        assert not logging.getLogger(name).isEnabledFor(logging.WARNING)


@pytest.mark.usefixtures("room")
@pytest.mark.parametrize("how", ["current", "given"])
def test_errors_are_told_without_their_words(capsys: pytest.CaptureFixture[str], how: str) -> None:
    """Protects what a vendor's answer repeats: of an error the log keeps its class and its place."""
    log.configure()
    try:
        raise Surprise("vendor.odd", {"said": SENT}, f"https://vendor/{SECRET}")
    except Surprise as error:
        structlog.get_logger().error("vendor.broke", exc_info=True if how == "current" else error)
    told = capsys.readouterr().err
    line = json.loads(told)
    assert line["error"] == "Surprise"
    assert any("test_log.py" in place for place in line["at"])
    assert SENT not in told
    assert SECRET not in told


@pytest.mark.usefixtures("room")
def test_secrets_stay_secret(capsys: pytest.CaptureFixture[str]) -> None:
    """Protects a key that was handed to the log by mistake: it is a secret there too."""
    log.configure()
    structlog.get_logger().warning("vendor.refused", key=SecretStr(SECRET))
    told = capsys.readouterr().err
    assert json.loads(told)["event"] == "vendor.refused"
    assert SECRET not in told
