"""Ranks by the inner product of a user's and the items' vectors; histories are folded in."""

from collections.abc import Sequence
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from warmstart.artifact import Artifact
from warmstart.ids import UNKNOWN
from warmstart.reasons import strongest
from warmstart.scorer import Query, Ranking, Reason, Rows, Scores
from warmstart.topk import top_k

Vectors = NDArray[np.float32]
BATCH_SCORES = 2**20  # that one matrix product gives: 4 MB


class FactorizationScorer:
    """Alternating least squares: Hu, Koren & Volinsky, "Collaborative filtering for implicit feedback", ICDM 2008."""

    name: ClassVar[str] = "factorization"

    def __init__(self, users: Vectors, items: Vectors, norms: Scores, gram: Vectors, alpha: float) -> None:
        self._users = users  # (n_users, d)
        self._items = items  # (n_items, d)
        self._norms = norms  # (n_items,)
        self._gram = gram  # (d, d) items^T items + lambda I
        self._alpha = alpha  # confidence of an interaction of weight 1

    @classmethod
    def load(cls, artifact: Artifact) -> Self:
        """Open the vectors; raise Incompatible where they do not fit each other."""
        n_items = len(artifact.array("popularity", np.int32, None))
        n_users = len(artifact.array("seen_indptr", np.int64, None)) - 1
        items = artifact.array("item_vectors", np.float32, n_items, None)
        factors = items.shape[1]
        return cls(
            artifact.array("user_vectors", np.float32, n_users, factors),
            items,
            artifact.array("item_norms", np.float32, n_items),
            artifact.array("gram", np.float32, factors, factors),
            artifact.setting("alpha"),
        )

    def rank(self, query: Query) -> Ranking | None:
        """Rank by stored vector, or by one folded in from a history that training did not see."""
        vector = self._user_vector(query)
        if vector is None:
            return None
        return top_k(self._items @ vector, query.k, query.exclude, query.only)

    def rank_many(self, queries: Sequence[Query]) -> list[Ranking | None]:
        """Rank for each query, one matrix product for a batch of them."""
        rankings: list[Ranking | None] = []
        size = max(1, BATCH_SCORES // max(1, len(self._items)))
        for start in range(0, len(queries), size):
            batch = queries[start : start + size]
            vectors = {place: v for place, query in enumerate(batch) if (v := self._user_vector(query)) is not None}
            scores = np.stack([*vectors.values()]) @ self._items.T if vectors else ()
            found = dict(zip(vectors, scores, strict=True))
            rankings += [
                top_k(found[place], query.k, query.exclude, query.only) if place in found else None
                for place, query in enumerate(batch)
            ]
        return rankings

    def similar(self, item: int, exclude: Rows, k: int) -> Ranking:
        """Rank items by the cosine of their vectors."""
        norms = self._norms * self._norms[item]
        products = self._items @ self._items[item]
        cosines = np.divide(products, norms, out=np.zeros_like(products), where=norms > 0)
        return top_k(cosines, k, exclude)

    def because(self, query: Query, rows: Rows) -> list[Reason]:
        """Split each score over the events of the history that raise it, as section 5 of the paper does.

        With A = gram + sum of (c_j - 1) y_j y_j^T over the history, a score is the sum of c_j y_i^T A^-1 y_j.
        """
        items, confidences = self._confidences(query)
        vectors = self._items[items]  # (h, d)
        inverse = np.linalg.inv(self._normal_matrix(vectors, confidences))
        return strongest(items, (self._items[rows] @ inverse @ vectors.T) * confidences)

    def _user_vector(self, query: Query) -> NDArray[np.float32] | None:
        if not len(query.history):
            return None
        if query.user != UNKNOWN and not query.fresh:
            vector: NDArray[np.float32] = self._users[query.user]
            return vector
        return self._folded_in(query)

    def _folded_in(self, query: Query) -> NDArray[np.float32]:
        """Solve for the vector that training would give a user with this history and these item vectors."""
        items, confidences = self._confidences(query)
        vectors = self._items[items]  # (h, d)
        normal = self._normal_matrix(vectors, confidences)
        return np.linalg.solve(normal, confidences @ vectors).astype(np.float32)

    def _normal_matrix(self, vectors: Vectors, confidences: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return A in float64: confidences may reach millions, and float32 would then lose the order of the answer."""
        normal: NDArray[np.float64] = self._gram + (vectors.T * (confidences - 1)) @ vectors
        return normal

    def _confidences(self, query: Query) -> tuple[Rows, NDArray[np.float64]]:
        """Return each item of the history once, ascending, and its confidence."""
        items, weights = query.distinct()
        return items, weights * self._alpha
