"""Who can be asked for pictures, first choice first."""

from pipeline.hire.rows import Bench, Row
from pipeline.ports.image import Image as Port
from pipeline.settings import Account
from pipeline.vendors.builtin.image import Image


def _builtin(_: Account, __: str, bench: Bench) -> Port:
    return Image(bench.workshop, bench.weights)


ROWS: tuple[Row[Port], ...] = (Row("builtin", ("",), _builtin),)
