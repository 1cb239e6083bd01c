"""A list of values inside a statement: many rows changed by one statement instead of one each."""

from collections.abc import Sequence


def listed(rows: Sequence[Sequence[object]]) -> tuple[str, dict[str, object]]:
    """Return `VALUES (…), (…)` with parameters in place of the values, and the values by their names.

    Both databases call the columns of such a list column1, column2, …
    """
    values = {f"v{at}_{n}": cell for at, row in enumerate(rows) for n, cell in enumerate(row)}
    width = len(rows[0])
    marks = (f"({', '.join(f':v{at}_{n}' for n in range(width))})" for at in range(len(rows)))
    return f"VALUES {', '.join(marks)}", values
