"""What is wanted now: popularity in which an event counts less the older it is."""

import numpy as np
from numpy.typing import NDArray

from warmstart.scorer import Rows


def decayed_popularity(
    rows: Rows, ages: NDArray[np.float32], n_items: int, *, half_life: float, days: float | None = None
) -> NDArray[np.float32]:
    """Sum over events of 2 to the power of minus age / half-life.

    Args:
        rows: (e,) the item of each event.
        ages: (e,) days before the last event of all, never before the wall clock.
        n_items: how many items there are.
        half_life: days in which an event loses half of its weight.
        days: events older than this count nothing; None counts all.

    Returns:
        (n_items,) float32.
    """
    weights = np.exp2(-ages / np.float32(half_life))
    if days is not None:
        weights = np.where(ages < days, weights, np.float32(0))
    return np.bincount(rows, weights, minlength=n_items).astype(np.float32)
