"""What is wanted now: an event counts less the older it is."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def decayed(ages: Floats, *, half_life: float, days: float | None = None) -> Floats:
    """Return the weight of each event: 2 to the power of minus age / half-life.

    Args:
        ages: (n,) days before the last event of all, never before the wall clock.
        half_life: days in which an event loses half of its weight.
        days: an event as old as this or older weighs nothing; None lets all weigh.
    """
    weights = np.exp2(-ages / np.float32(half_life))
    return weights if days is None else np.where(ages < days, weights, np.float32(0))
