"""Ranks by the sum of what the items of a history say for every other item: item kNN, EASE and RP3beta."""

from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from functions.knn.item_weights import ItemWeights, load_weights
from warmstart.artifact import Artifact
from warmstart.reasons import strongest
from warmstart.scorer import Query, Ranking, Reason, Rows
from warmstart.topk import top_k


class ItemItemScorer:
    """A score is the history's part of a matrix of item-item weights, so any history is answered, stored or not."""

    name: ClassVar[str] = "item_item"

    def __init__(self, weights: ItemWeights, *, binary: bool) -> None:
        self._weights = weights
        self._binary = binary  # every item of a history counts as 1, whatever its interactions weigh

    @classmethod
    def load(cls, artifact: Artifact) -> Self:
        """Open the weights; raise Incompatible where they do not fit the items."""
        n_items = len(artifact.array("popularity", np.int32, None))
        return cls(load_weights(artifact, n_items), binary=artifact.switch("binary"))

    def rank(self, query: Query) -> Ranking | None:
        """Rank the items that the history speaks for."""
        if not len(query.history):
            return None
        return top_k(self._weights.sums(*self._strengths(query)), query.k, query.exclude, query.only).positive()

    def similar(self, item: int, exclude: Rows, k: int) -> Ranking:
        """Rank the items that this one speaks for, and after them those that speak for it."""
        found = top_k(self._weights.sums(np.array([item], np.int32), np.ones(1)), k, exclude).positive()
        missing = k - len(found.rows)
        if not missing:
            return found
        others = top_k(self._weights.to(item), missing, np.concatenate([exclude, found.rows])).positive()
        below = others.scores / others.scores.max(initial=0) * found.scores.min(initial=1)
        return Ranking(np.concatenate([found.rows, others.rows]), np.concatenate([found.scores, below]))

    def because(self, query: Query, rows: Rows) -> list[Reason]:
        """Split each score over the items of the history: it is a sum over them."""
        items, strengths = self._strengths(query)
        return strongest(items, self._weights.between(items, rows) * strengths)

    def _strengths(self, query: Query) -> tuple[Rows, NDArray[np.float64]]:
        items, weights = query.distinct()
        return items, np.ones(len(items)) if self._binary else weights
