"""What the second stage sees of each candidate: the one place where that is decided, for training and for serving."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from functions.knn.item_weights import ItemWeights, load_weights
from functions.ranker.first_stages import POPULAR, Candidates
from warmstart.artifact import Artifact
from warmstart.errors import Incompatible
from warmstart.feature_vectors import FEATURES_FILE, FeatureVectors
from warmstart.scorer import Query, Rows, Scores
from warmstart.trend import decayed

FILE = "item_features.json"
ITEM_FEATURES = ("popularity", "age days", "idle days")  # the first of the items': others are read together with these
ALIKE, KNOWN = "alike.", "known."  # parts of the artifact: item-item cosines; what is known of users
LATEST, LAST = 20, 5  # events of a history that candidates are compared with, and the last of them
ACTIVE = 7.0  # days in which an event loses half of its part in how active a user is
OF_USER = ("items", "idle days", "span days", "activity", "popularity", "freshness days")
OF_BOTH = ("more popular than usual", "fresher than usual days", "newer than the last visit days")
OF_HISTORY = ("alike most", "alike mean", "alike latest", "alike last")
Matrix = NDArray[np.float32]
NAN = float("nan")


class Features:
    """Reads a query and its candidates; what is not known is nan."""

    def __init__(
        self,
        stages: list[str],
        trended: list[str],
        items: Matrix,
        item_names: list[str],
        alike: ItemWeights,
        known: FeatureVectors | None,
        genres: Matrix | None,
        later: np.float32,
    ) -> None:
        self._items = items  # (n_items, f)
        self._alike = alike
        self._known = known
        self._genres = genres  # (n_items, g) lines of length 1, or 0 where none is known
        self._later = later  # days that what is known of the items reaches beyond what is known of the users
        self.scores = slice(len(stages))  # of the columns: what a blend sums
        of_stages = [*(f"{name} score" for name in stages), *(f"{name} score without trend" for name in trended)]
        of_stages += [f"{name} reciprocal rank" for name in (*stages, POPULAR)]
        of_user = [f"user {name}" for name in OF_USER]
        names = [*of_stages, "sources", *item_names, *of_user, *OF_BOTH, *OF_HISTORY]
        names += ["genres alike"] if genres is not None else []
        self.names = [*names, *(known.names if known is not None else ())]

    @classmethod
    def load(cls, artifact: Artifact, stages: list[str], trended: list[str]) -> Self:
        """Open what is known of items and users; raise Incompatible where it does not fit.

        Args:
            artifact: of two stages.
            stages: the names of what scores.
            trended: of these, what has a trend.
        """
        n_items = len(artifact.array("popularity", np.int32, None))
        n_users = len(artifact.array("seen_indptr", np.int64, None)) - 1
        names = artifact.json(FILE)
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise Incompatible(f"{FILE} names no features")
        if names[: len(ITEM_FEATURES)] != [f"item {name}" for name in ITEM_FEATURES]:
            raise Incompatible(f"{FILE} does not begin with {', '.join(ITEM_FEATURES)}")
        known = None
        of_users = artifact.part(KNOWN)
        if FEATURES_FILE in of_users.manifest.files:
            values = len(of_users.array("feature_vectors", np.float32, None, None))
            known = FeatureVectors.load(of_users, n_users, values)
        return cls(
            stages,
            trended,
            artifact.array("item_features", np.float32, n_items, len(names)),
            names,
            load_weights(artifact.part(ALIKE), n_items),
            known,
            artifact.array("genres", np.float32, n_items, None) if "genres" in artifact else None,
            artifact.array("later_days", np.float32, 1)[0],
        )

    def matrix(self, query: Query, found: Candidates) -> Matrix:
        """Return a line per candidate and a column per name: (c, len(names))."""
        items, of_user = self._items[found.rows].T, self._of_user(query)
        blocks = [
            of_best(found.scores),
            of_best(found.plain),
            np.divide(1, found.ranks, out=np.zeros_like(found.ranks), where=found.ranks > 0),
            np.count_nonzero(found.ranks, axis=0)[None],
            items,
            _for_all(of_user, len(found.rows)),
            _of_both(items, of_user),
            self._of_history(query.history, found.rows),
            *self._of_genres(query.history, found.rows),
            *self._of_known(query, len(found.rows)),
        ]
        return np.ascontiguousarray(np.concatenate(blocks, dtype=np.float32, casting="same_kind").T)

    def _of_user(self, query: Query) -> list[float]:
        """Return the values of OF_USER; an event's age is that before the last that is known of the items."""
        if not len(query.history):
            return [0.0] + [NAN] * (len(OF_USER) - 1)
        had = self._items[query.history, :2]
        popularity = float(had[:, 0].mean())
        if query.ages is None or query.idle is None:
            return [float(len(had)), NAN, NAN, NAN, popularity, NAN]
        idle = np.float32(query.idle) + self._later
        ages = np.maximum(query.ages + idle, 0)
        return [
            float(len(had)),
            max(float(idle), 0.0),
            float(query.ages[0]),
            float(decayed(ages, half_life=ACTIVE).sum()),
            popularity,
            float(np.median(had[:, 1] - ages)),  # how old what they took was then
        ]

    def _of_history(self, history: Rows, rows: Rows) -> Matrix:
        if not len(history):
            return np.full((len(OF_HISTORY), len(rows)), NAN, np.float32)
        alike = self._alike.between(history[-LATEST:], rows)  # (c, h)
        return np.stack([alike.max(axis=1), alike.mean(axis=1), alike[:, -LAST:].mean(axis=1), alike[:, -1]])

    def _of_genres(self, history: Rows, rows: Rows) -> list[Matrix]:
        if self._genres is None:
            return []
        if not len(history):
            return [_for_all([NAN], len(rows))]
        return [(self._genres[rows] @ self._genres[history].mean(axis=0))[None]]

    def _of_known(self, query: Query, count: int) -> list[Matrix]:
        if self._known is None:
            return []
        found = self._known.sum(query.user, query.features)
        return [_for_all([NAN] * len(self._known.names) if found is None else found, count)]


def _for_all(values: Sequence[float] | Scores, count: int) -> Matrix:
    """Return values that are the same for every candidate: (len(values), count)."""
    return np.broadcast_to(np.asarray(values, np.float32)[:, None], (len(values), count))


def _of_both(items: Matrix, of_user: list[float]) -> Matrix:
    """Return the values of OF_BOTH, (3, c), out of the items' first ones, (f, c), and the user's."""
    _, idle, _, _, popularity, freshness = of_user
    return np.stack([items[0] - popularity, items[1] - freshness, items[1] - idle])


def of_best(scores: Scores) -> Scores:
    """Return scores (s, c) over the best of their line, 0 where there is none or it is not above 0."""
    held: Scores = np.maximum(scores, 0)
    best = held.max(axis=1, keepdims=True, initial=0)
    return np.divide(held, best, out=np.zeros_like(held), where=best > 0)
