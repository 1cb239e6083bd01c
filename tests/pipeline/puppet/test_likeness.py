"""The reading's table: what is written down is what is read."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.puppet import likeness


def test_a_reading_written_down_reads_as_it_was(tmp_path: Path) -> None:
    """Kept in steps of a 127th it says nearly the same of any cell, channels of any measure included."""
    chance, channels, units = np.random.default_rng(2), sum(likeness.LAYERS.values()), 5

    def some(*shape: int) -> NDArray[np.float32]:
        return chance.normal(0, 1, shape).astype(np.float32)

    counts, usual, measure = 0.1 * some(channels, units), 3 * some(channels), np.exp(some(channels))
    added, maps, last = some(units), some(units, 4), some(4)
    np.savetxt(
        tmp_path / "table.txt", likeness.written(counts, usual, measure, added, maps, last), fmt="%.4g"
    )
    kept = likeness.read(tmp_path / "table.txt")
    cells = usual + measure * some(50, channels)
    meant = (cells - usual) / measure @ counts + added
    told = cells @ np.concatenate(kept.counts, axis=1).T + kept.added
    assert [part.shape for part in kept.counts] == [(units, wide) for wide in likeness.LAYERS.values()]
    assert np.abs(told - meant).max() < 0.05 * meant.std()
    assert np.allclose(kept.maps, maps.T, rtol=1e-3)
    assert np.allclose(kept.maps_added, last, rtol=1e-3)
