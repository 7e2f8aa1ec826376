"""Weights of a blend: found one at a time, by the ndcg of the queries that a ranker is trained on."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from training.ranking.examples import Examples

FACTORS = (0.0, 0.25, 0.5, 0.75, 1.5, 2.0, 4.0)  # by which a weight is multiplied to try another
PASSES = 4
Floats = NDArray[np.float32]


class Blended(NamedTuple):
    """A second stage that is a weighted sum."""

    weights: Floats  # (s,) of what each first stage says, as a share of its best; they sum to 1
    shares: slice  # where these are among the features

    @classmethod
    def fitted(cls, examples: Examples) -> Self:
        """Find weights for some queries."""
        return cls(_weights(examples), examples.shares)

    def predict(self, features: Floats) -> Floats:
        """Score candidates (n, f): (n,)."""
        scores: Floats = (features[:, self.shares] * self.weights).sum(axis=1)
        return scores


def _weights(examples: Examples) -> Floats:
    shares = examples.features[:, examples.shares]
    weights = np.ones(shares.shape[1], np.float32)
    best = _score(examples, shares, weights)
    for _ in range(PASSES):
        before = best
        for stage in range(len(weights)):
            for factor in FACTORS:
                tried = weights.copy()
                tried[stage] = factor * weights[stage] if weights[stage] else factor
                score = _score(examples, shares, tried)
                if score > best:
                    best, weights = score, tried
        if best == before:
            break
    found: Floats = weights / weights.sum()
    return found


def _score(examples: Examples, shares: Floats, weights: Floats) -> float:
    return float(examples.ndcg((shares * weights).sum(axis=1)).mean()) if weights.any() else -1.0
