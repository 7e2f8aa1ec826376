"""Chance: every user gets an order of its own, the same one each time."""

from typing import ClassVar, Self

import numpy as np

from warmstart.artifact import Artifact
from warmstart.scorer import Query, Ranking
from warmstart.topk import top_k


class RandomScorer:
    """Draws scores from a generator that is seeded by the artifact's key and the user's row."""

    name: ClassVar[str] = "random"

    def __init__(self, key: int, n_items: int) -> None:
        self._key = key
        self._n_items = n_items

    @classmethod
    def load(cls, artifact: Artifact) -> Self:
        """Open `random_key`."""
        return cls(int(artifact.array("random_key", np.int64, 1)[0]), len(artifact.array("popularity", np.int32, None)))

    def rank(self, query: Query) -> Ranking | None:
        """Rank by chance; all unknown users share one order."""
        rng = np.random.default_rng([self._key, query.user + 1])
        return top_k(rng.random(self._n_items, np.float32), query.k, query.exclude, query.only)
