"""What is wanted now: an event counts less the older it is, and a score more where the item is in demand."""

import numpy as np
from numpy.typing import NDArray

from warmstart.artifact import Artifact

Floats = NDArray[np.float32]
LEAST = np.float32(1e-6)  # of the largest demand: what nobody wants now is not lost


def decayed(ages: Floats, *, half_life: float, days: float | None = None) -> Floats:
    """Return the weight of each event: 2 to the power of minus age / half-life.

    Args:
        ages: (n,) days before the last event of all, never before the wall clock.
        half_life: days in which an event loses half of its weight.
        days: an event as old as this or older weighs nothing; None lets all weigh.
    """
    weights = np.exp2(-ages / np.float32(half_life))
    return weights if days is None else np.where(ages < days, weights, np.float32(0))


def prior(demand: Floats, power: float) -> Floats:
    """Return what the scores of items are multiplied by: their demand, over the largest, to a power: (n_items,)."""
    factors: Floats = np.maximum(demand / demand.max(initial=0), LEAST) ** np.float32(power)
    return factors


def load_prior(artifact: Artifact, n_items: int) -> Floats | None:
    """Open `trend`; None where a model has no such prior."""
    return artifact.array("trend", np.float32, n_items) if "trend" in artifact else None


def fused(scores: Floats, prior: Floats | None) -> Floats:
    """Multiply scores of all items by their prior; what is not above 0 keeps its sign: (n_items,), in place."""
    return scores if prior is None else np.multiply(scores, prior, out=scores)
