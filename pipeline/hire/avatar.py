"""Who can be asked for performances, first choice first."""

from pipeline.hire.rows import Bench, Row
from pipeline.ports.avatar import Avatar as Port
from pipeline.settings import Account
from pipeline.vendors.builtin.avatar import Avatar


def _builtin(_: Account, __: str, bench: Bench) -> Port:
    return Avatar(bench.workshop)


ROWS: tuple[Row[Port], ...] = (Row("builtin", ("",), _builtin),)
