"""Ranks by the sum of what the items of a history say for every other item: item kNN, EASE and RP3beta."""

from copy import copy
from typing import ClassVar, Self

import numpy as np

from functions.knn.item_weights import ItemWeights, load_weights
from warmstart.artifact import Artifact
from warmstart.reasons import strongest
from warmstart.scorer import Query, Ranking, Reason, Rows, Scores
from warmstart.topk import only_positive, top_k
from warmstart.trend import Prior, positive

SYMMETRIC = ("item_knn",)
ONE = np.ones(1, np.float32)


class ItemItemScorer:
    """A score is the history's part of a matrix of item-item weights, so any history is answered, stored or not."""

    name: ClassVar[str] = "item_item"

    def __init__(self, weights: ItemWeights, prior: Prior | None, *, binary: bool, symmetric: bool) -> None:
        self._weights = weights
        self._prior = prior
        self._binary = binary  # every item of a history counts as 1, whatever its interactions weigh
        self._symmetric = symmetric  # what two items say for each other is the same

    @classmethod
    def load(cls, artifact: Artifact) -> Self:
        """Open the weights; raise Incompatible where they do not fit the items."""
        n_items = len(artifact.array("popularity", np.int32, None))
        weights, symmetric = load_weights(artifact, n_items), artifact.manifest.algorithm in SYMMETRIC
        return cls(
            weights, Prior.load(artifact, n_items, positive), binary=artifact.switch("binary"), symmetric=symmetric
        )

    def rank(self, query: Query) -> Ranking | None:
        """Rank the items that the history speaks for."""
        if not len(query.history):
            return None
        return top_k(self._scored(query), query.k, query.exclude, query.only).positive()

    def scores(self, query: Query) -> Scores | None:
        """Return the sum for every item, -inf where the history does not speak for it."""
        return only_positive(self._scored(query)) if len(query.history) else None

    def without_trend(self) -> Self:
        """Return the same scorer without its prior."""
        plain = copy(self)
        plain._prior = None
        return plain

    def similar(self, item: int, exclude: Rows, k: int) -> Ranking:
        """Rank by what this item and another say for each other.

        What is the same both ways may be left out of either one's nearest: then the larger counts, else the sum.
        """
        for_others, for_it = self._weights.sums(np.array([item], np.int32), ONE), self._weights.to(item)
        return top_k(np.maximum(for_others, for_it) if self._symmetric else for_others + for_it, k, exclude).positive()

    def because(self, query: Query, rows: Rows) -> list[Reason]:
        """Split each score over the items of the history: it is a sum over them."""
        items, strengths = self._strengths(query)
        return strongest(items, self._weights.between(items, rows) * strengths)

    def _scored(self, query: Query) -> Scores:
        sums = self._weights.sums(*self._strengths(query))
        return sums if self._prior is None else self._prior.fuse(sums)

    def _strengths(self, query: Query) -> tuple[Rows, Scores]:
        items, strengths = query.distinct(binary=self._binary)
        return items, strengths.astype(np.float32)
