"""What is wanted now: an event counts less the older it is, and a score more where the item is in demand."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from warmstart.artifact import Artifact
from warmstart.errors import Incompatible

Floats = NDArray[np.float32]
LARGE = np.float32(30)  # from where on log(1 + exp(x)) is x, as far as float32 can tell
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


def recency(ages: Floats | None, half_life: float) -> Floats | None:
    """Return what each event of a history counts by its age, the newest 1; None where all count alike."""
    return None if ages is None or not half_life else decayed(ages, half_life=half_life)


def demand_prior(demand: Floats, power: float) -> Floats:
    """Return what the scores of items are multiplied by: their demand, over the largest, to a power: (n_items,)."""
    factors: Floats = np.maximum(demand / demand.max(initial=0), LEAST) ** np.float32(power)
    return factors


def positive(scores: Floats) -> Floats:
    """Leave out what is not above 0: of a sum of weights, and of a predicted preference, it speaks for nothing."""
    return np.maximum(scores, np.float32(0))


def softplus(scores: Floats) -> Floats:
    """Return log(1 + exp(score)): a ranking loss learns any numbers, of which only the differences tell."""
    small = np.minimum(scores, LARGE)
    scaled: Floats = np.log1p(np.exp(small)) + (scores - small)  # numpy's logaddexp takes 17 times as long
    return scaled


class Prior(NamedTuple):
    """What items are worth now: the one place where a model's scores meet it."""

    factors: Floats  # (n_items,)
    scale: Callable[[Floats], Floats]  # makes scores positive and keeps their order
    floor: float = 0.0  # what an item has in any case, beside its score

    @classmethod
    def load(cls, artifact: Artifact, n_items: int, scale: Callable[[Floats], Floats]) -> "Prior | None":
        """Open `trend`; None where a model has no prior.

        Raises:
            Incompatible: the floor is no number of at least 0.
        """
        if "trend" not in artifact:
            return None
        floor = artifact.setting("trend_floor", 0)
        if not 0 <= floor < math.inf:
            raise Incompatible(f"a trend_floor of {floor:g}")
        return cls(artifact.array("trend", np.float32, n_items), scale, floor)

    def fuse(self, scores: Floats, items: slice | NDArray[np.int32] = slice(None)) -> Floats:
        """Multiply the scores of some items (..., n) by what they are worth."""
        fused: Floats = self.lifted(scores) * self.factors[items]
        return fused

    def unfused(self, fused: Floats, items: NDArray[np.int32]) -> Floats:
        """Return what some items' fused scores (n,) were on the positive scale, without floor and factor."""
        factors = self.factors[items]
        plain = np.divide(fused, factors, out=np.full_like(fused, -np.inf), where=factors > 0)
        return plain - np.float32(self.floor)

    def lifted(self, scores: Floats) -> Floats:
        """Return scores on a positive scale, the floor beneath them: none is above that of a larger score."""
        scaled = self.scale(scores)
        return scaled + np.float32(self.floor) if self.floor else scaled
