"""Weights of a blend: found one at a time, by the ndcg of the queries that a ranker is trained on."""

import numpy as np
from numpy.typing import NDArray

from functions.ranker.blend import Blend
from training.ranking.examples import Examples

FACTORS = (0.0, 0.25, 0.5, 0.75, 1.5, 2.0, 4.0)  # by which a weight is multiplied to try another
PASSES = 4
Floats = NDArray[np.float32]


def fitted_blend(examples: Examples) -> Blend:
    """Return the blend of the first stages' scores that some queries want; its weights sum to 1."""
    scores = examples.features[:, examples.scores]
    weights = np.ones(scores.shape[1], np.float32)
    best = _ndcg(examples, scores, weights)
    for _ in range(PASSES):
        before = best
        for stage in range(len(weights)):
            for factor in FACTORS:
                tried = weights.copy()
                tried[stage] = factor * weights[stage] if weights[stage] else factor
                found = _ndcg(examples, scores, tried)
                if found > best:
                    best, weights = found, tried
        if best == before:
            break
    return Blend((weights / weights.sum()).astype(np.float32), examples.scores)


def _ndcg(examples: Examples, scores: Floats, weights: Floats) -> float:
    return float(examples.ndcg((scores * weights).sum(axis=1)).mean()) if weights.any() else -1.0
