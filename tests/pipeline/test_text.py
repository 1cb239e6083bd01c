"""The writer without a key: what it has it gives, what it has not it admits."""

import pytest

from pipeline.ports.text import WriteAsk
from pipeline.vendors.builtin.text import Text


@pytest.mark.parametrize(
    ("theme", "audience", "exact"),
    [
        ("raise-mom", None, True),
        ("raise-mom", "程序员", True),
        ("raise-mom", "考研的同学", True),
        ("raise-mom", "大家", True),
        ("raise-mom", "宇航员", False),
        ("外星人来地球", "程序员", False),
    ],
)
async def test_it_admits_what_it_does_not_have(theme: str, audience: str | None, exact: bool) -> None:
    """Who asks for astronauts is told that these lines were not written for them."""
    ask = WriteAsk(theme=theme, audience=audience, lang="zh")
    written = Text().written(ask, (await Text().ask(ask)).value)
    assert written.exact is exact
    assert len(written.options) == 3
