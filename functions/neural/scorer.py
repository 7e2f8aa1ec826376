"""Ranks by the inner product of the items' vectors with one that a network makes of a history."""

from collections.abc import Sequence
from copy import copy
from typing import ClassVar, Self

import numpy as np

from functions.neural.encoder import Encoder, load_encoder
from warmstart.artifact import Artifact
from warmstart.feature_vectors import FEATURES_FILE, FeatureVectors
from warmstart.inner_product import ItemVectors, Vectors
from warmstart.reasons import strongest
from warmstart.scorer import Query, Ranking, Reason, Rows, Scores
from warmstart.trend import Prior, softplus


class NeuralScorer:
    """A history goes through an encoder, known features with it; where no finite vector comes out, nothing is known."""

    name: ClassVar[str] = "neural"

    def __init__(
        self, items: ItemVectors, encoder: Encoder, features: FeatureVectors | None, *, cold: bool = False
    ) -> None:
        self._items = items
        self._encoder = encoder
        self._features = features
        self._cold = cold  # whether features alone are an answer

    @classmethod
    def load(cls, artifact: Artifact) -> Self:
        """Open the network and the vectors; raise Incompatible where they do not fit each other."""
        items = ItemVectors.load(artifact)
        encoder = load_encoder(artifact, *items.vectors.shape)
        features = None
        if FEATURES_FILE in artifact.manifest.files:
            n_users = len(artifact.array("seen_indptr", np.int64, None)) - 1
            features = FeatureVectors.load(artifact, n_users, encoder.width)
        if (prior := Prior.load(artifact, len(items.rows), softplus)) is not None:
            items = items.with_prior(prior)
        return cls(items, encoder, features, cold=artifact.manifest.params.get("cold") == "features")

    def rank(self, query: Query) -> Ranking | None:
        """Rank for one user."""
        vector = self._vector(query)
        return None if vector is None else self._items.best_for(vector, query)

    def rank_many(self, queries: Sequence[Query]) -> list[Ranking | None]:
        """Rank for each query: encoded one at a time, ranked in one matrix product."""
        return self._items.best_known([self._vector(query) for query in queries], queries)

    def scores(self, query: Query) -> Scores | None:
        """Return the product with every item's vector, on a positive scale."""
        vector = self._vector(query)
        if vector is None:
            return None
        scores = self._items.scores(vector)
        return scores if self._items.prior is not None else softplus(scores)

    def without_trend(self) -> Self:
        """Return the same scorer without its prior."""
        plain = copy(self)
        plain._items = self._items.without_prior()
        return plain

    def similar(self, item: int, exclude: Rows, k: int) -> Ranking:
        """Rank items by the cosine of their vectors."""
        return self._items.similar(item, exclude, k)

    def because(self, query: Query, rows: Rows) -> list[Reason]:
        """Name the items of the history without which each score would fall most, by occlusion.

        A share is an item's fall over the sum of all falls. The network is not linear, so falls need not sum to the
        score: shares compare items with each other. Of a bag, the items that count most are left out, of a sequence
        those of the newest events. A trend multiplies all of a row's falls alike, and is left aside.
        """
        whole, known = self._vector(query), self._known(query)
        if whole is None or not len(query.history):
            return [Reason()] * len(rows)
        if known is None and (query.history == query.history[-1]).all():
            return [Reason(query.history[-1:], np.ones(1, np.float32))] * len(rows)  # nothing is left without it
        found = self._encoder.without_each(query, known)
        told = {item: whole - vector for item, vector in found.items() if vector is not None}
        if not told:
            return [Reason()] * len(rows)
        falls = self._items.of(rows) @ np.stack([*told.values()]).T  # (n, h)
        return strongest(np.array([*told], np.int32), falls)

    def _known(self, query: Query) -> Vectors | None:
        return None if self._features is None else self._features.sum(query.user, query.features)

    def _vector(self, query: Query) -> Vectors | None:
        known = self._known(query)
        if len(query.history):
            return self._encoder.vector(query, known)
        if self._features is None or known is None or not self._cold:
            return None
        return self._encoder.of_features(known + self._features.base)
