"""Who can be asked for voices, first choice first."""

from pipeline.hire.rows import Bench, Row
from pipeline.ports.voice import Voice as Port
from pipeline.settings import Account
from pipeline.vendors.builtin.voice import Voice


def _builtin(_: Account, __: str, bench: Bench) -> Port:
    return Voice(bench.workshop, bench.weights)


ROWS: tuple[Row[Port], ...] = (Row("builtin", ("",), _builtin),)
