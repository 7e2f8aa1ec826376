"""Ranks by the inner product of a user's and the items' vectors: ALS, BPR and LightFM, their biases in the vectors."""

from collections.abc import Sequence
from copy import copy
from typing import ClassVar, Self

import numpy as np

from functions.factorization.folding import Folding, load_folding
from warmstart.artifact import Artifact
from warmstart.feature_vectors import FEATURES_FILE, FeatureVectors
from warmstart.ids import UNKNOWN
from warmstart.inner_product import ItemVectors, Vectors
from warmstart.reasons import strongest
from warmstart.scorer import Query, Ranking, Reason, Rows, Scores
from warmstart.trend import Prior


class FactorizationScorer:
    """A stored user has a vector; a history is folded into one, and known features add theirs."""

    name: ClassVar[str] = "factorization"

    def __init__(
        self,
        users: Vectors | None,
        items: ItemVectors,
        folding: Folding,
        features: FeatureVectors | None,
        *,
        cold: bool = False,
    ) -> None:
        self._users = users  # (n_users, d); None where folding gives the same
        self._items = items
        self._folding = folding
        self._features = features
        self._cold = cold  # whether features alone are an answer

    @classmethod
    def load(cls, artifact: Artifact) -> Self:
        """Open the vectors; raise Incompatible where they do not fit each other."""
        items = ItemVectors.load(artifact)
        n_users = len(artifact.array("seen_indptr", np.int64, None)) - 1
        factors = items.vectors.shape[1]
        folding = load_folding(artifact, factors)
        users = artifact.array("user_vectors", np.float32, n_users, factors) if "encoder" not in artifact else None
        features = FeatureVectors.load(artifact, n_users, factors) if FEATURES_FILE in artifact.manifest.files else None
        if (prior := Prior.load(artifact, len(items.rows), folding.scale)) is not None:
            items = items.with_prior(prior)
        return cls(users, items, folding, features, cold=artifact.manifest.params.get("cold") == "features")

    def rank(self, query: Query) -> Ranking | None:
        """Rank for one user."""
        vector = self._vector(query)
        return None if vector is None else self._items.best_for(vector, query)

    def rank_many(self, queries: Sequence[Query]) -> list[Ranking | None]:
        """Rank for each query, some of them in one matrix product."""
        return self._items.best_known([self._vector(query) for query in queries], queries)

    def scores(self, query: Query) -> Scores | None:
        """Return the product with every item's vector, on a positive scale."""
        vector = self._vector(query)
        if vector is None:
            return None
        scores = self._items.scores(vector)
        return scores if self._items.prior is not None else self._folding.scale(scores)

    def without_trend(self) -> Self:
        """Return the same scorer without its prior."""
        plain = copy(self)
        plain._items = self._items.without_prior()
        return plain

    def similar(self, item: int, exclude: Rows, k: int) -> Ranking:
        """Rank items by the cosine of their vectors."""
        return self._items.similar(item, exclude, k)

    def because(self, query: Query, rows: Rows) -> list[Reason]:
        """Split each score over the items of the history that raise it; exactly, as far as it comes from them."""
        items, weights = query.distinct(binary=self._folding.binary)
        if not len(items):
            return [Reason()] * len(rows)
        return strongest(items, self._folding.parts(self._items.of(items), weights, self._items.of(rows)))

    def _vector(self, query: Query) -> Vectors | None:
        known = None if self._features is None else self._features.sum(query.user, query.features)
        if len(query.history):
            vector = self._of_history(query)
            return vector if known is None else vector + known
        if self._features is None or known is None or not self._cold:
            return None
        return known + self._features.base

    def _of_history(self, query: Query) -> Vectors:
        if self._users is not None and query.user != UNKNOWN and not query.fresh and query.recency is None:
            stored: Vectors = self._users[query.user]
            return stored
        items, weights = query.distinct(binary=self._folding.binary)
        return self._folding.vector(self._items.of(items), weights)
