"""Who can be asked for words, first choice first."""

from pipeline.hire.rows import Bench, Row
from pipeline.ports.text import Text as Port
from pipeline.settings import Account
from pipeline.vendors.builtin.text import Text


def _builtin(_: Account, __: str, ___: Bench) -> Port:
    return Text()


ROWS: tuple[Row[Port], ...] = (Row("builtin", ("",), _builtin),)
