"""What the second stage sees of each candidate: the one place where that is decided, for training and for serving."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from functions.factorization.feature_vectors import FEATURES_FILE, FeatureVectors
from functions.knn.item_weights import ItemWeights, load_weights
from functions.ranker.first_stages import POPULAR, Candidates
from warmstart.artifact import Artifact
from warmstart.errors import Incompatible
from warmstart.scorer import Query, Rows, Scores

FILE = "item_features.json"
ALIKE, KNOWN = "alike.", "known."  # parts of the artifact: item-item cosines; what is known of users
LATEST = 20  # events of a history that candidates are compared with
OF_USER = ("user items", "user idle days", "user span days", "user popularity")
OF_HISTORY = ("alike most", "alike mean", "alike last")
Matrix = NDArray[np.float32]


class Features:
    """Reads a query and its candidates; what is not known is nan."""

    def __init__(
        self,
        stages: list[str],
        items: Matrix,
        item_names: list[str],
        alike: ItemWeights,
        known: FeatureVectors | None,
        genres: Matrix | None,
    ) -> None:
        self._items = items  # (n_items, f)
        self._alike = alike
        self._known = known
        self._genres = genres  # (n_items, g) lines of length 1, or 0 where none is known
        self.shares = slice(len(stages), 2 * len(stages))  # of the columns: what a blend sums
        of_stages = [f"{name} {what}" for what in ("score", "share") for name in stages]
        ranks = [f"{name} rank" for name in (*stages, POPULAR)]
        names = [*of_stages, *ranks, "sources", *item_names, *OF_USER, *OF_HISTORY]
        names += ["genres alike"] if genres is not None else []
        self.names = [*names, *(known.names if known is not None else ())]

    @classmethod
    def load(cls, artifact: Artifact, stages: list[str]) -> Self:
        """Open what is known of items and users; raise Incompatible where it does not fit."""
        n_items = len(artifact.array("popularity", np.int32, None))
        n_users = len(artifact.array("seen_indptr", np.int64, None)) - 1
        names = artifact.json(FILE)
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise Incompatible(f"{FILE} names no features")
        known = None
        if f"{KNOWN}{FEATURES_FILE}" in artifact.manifest.files:
            values = len(artifact.array(f"{KNOWN}feature_vectors", np.float32, None, None))
            known = FeatureVectors.load(artifact.part(KNOWN, artifact.manifest), n_users, values)
        return cls(
            stages,
            artifact.array("item_features", np.float32, n_items, len(names)),
            names,
            load_weights(artifact.part(ALIKE, artifact.manifest), n_items),
            known,
            artifact.array("genres", np.float32, n_items, None) if "genres" in artifact else None,
        )

    def matrix(self, query: Query, found: Candidates) -> Matrix:
        """Return a line per candidate and a column per name: (c, len(names))."""
        scores = np.where(np.isneginf(found.scores), np.nan, found.scores)
        columns = [
            *scores,
            *shares(found.scores),
            *found.ranks,
            np.count_nonzero(~np.isnan(found.ranks), axis=0),
            *self._items[found.rows].T,
            *self._of_user(query),
            *self._of_history(query.history, found.rows),
            *self._of_genres(query.history, found.rows),
            *self._of_known(query),
        ]
        matrix = np.empty((len(self.names), len(found.rows)), np.float32)
        for line, column in zip(matrix, columns, strict=True):
            line[:] = column
        return np.ascontiguousarray(matrix.T)

    def _of_user(self, query: Query) -> list[float]:
        nan = float("nan")
        if not len(query.history):
            return [0.0, nan, nan, nan]
        return [
            float(len(query.history)),
            nan if query.idle is None else query.idle,
            nan if query.ages is None else float(query.ages[0]),
            float(self._items[query.history, 0].mean()),
        ]

    def _of_history(self, history: Rows, rows: Rows) -> list[Any]:
        if not len(history):
            return [float("nan")] * len(OF_HISTORY)
        alike = self._alike.between(history[-LATEST:], rows)  # (c, h)
        return [alike.max(axis=1), alike.mean(axis=1), alike[:, -1]]

    def _of_genres(self, history: Rows, rows: Rows) -> list[Any]:
        if self._genres is None:
            return []
        return [self._genres[rows] @ self._genres[history].mean(axis=0) if len(history) else float("nan")]

    def _of_known(self, query: Query) -> list[Any]:
        if self._known is None:
            return []
        found = self._known.sum(query.user, query.features)
        return [float("nan")] * len(self._known.names) if found is None else [*found]


def shares(scores: Scores) -> Scores:
    """Return scores (s, c) over the best of their line, 0 where there is none or it is not above 0."""
    held: Scores = np.maximum(scores, 0)
    best = held.max(axis=1, keepdims=True, initial=0)
    return np.divide(held, best, out=np.zeros_like(held), where=best > 0)
