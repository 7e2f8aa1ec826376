"""Lists that another model has made for every user: nothing is computed when they are asked for."""

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from warmstart.artifact import Artifact
from warmstart.ragged import Ragged
from warmstart.scorer import Query, Ranking, Scores


class ReadyListsScorer:
    """Reads a known user's list, in its order; a history that comes with a request only excludes what it names.

    What `only` allows is looked for in the list alone: where it holds fewer than k of it, the fallback fills the rest.
    """

    name: ClassVar[str] = "ready_lists"

    def __init__(self, index: Ragged, rows: NDArray[Any], scores: Scores) -> None:
        self._index = index  # of n_users
        self._rows = rows  # (n_listed,) best first in each list
        self._scores = scores  # (n_listed,)

    @classmethod
    def load(cls, artifact: Artifact) -> Self:
        """Open `list_*`; raise Incompatible where they do not fit each other."""
        n_users = len(artifact.array("seen_indptr", np.int64, None)) - 1
        rows = artifact.rows("list_rows", None)
        scores = artifact.array("list_scores", np.float32, len(rows))
        return cls(Ragged.load(artifact, "list_indptr", n_users, len(rows)), rows, scores)

    def rank(self, query: Query) -> Ranking | None:
        """Return the first k of the user's list that are allowed; None for who has none."""
        if not 0 <= query.user < len(self._index):
            return None
        place = self._index[query.user]
        rows, scores = self._rows[place].astype(np.int32), self._scores[place]
        if not len(rows):
            return None
        allowed = ~np.isin(rows, query.exclude)
        if query.only is not None:
            allowed &= np.isin(rows, query.only)
        return Ranking(rows[allowed][: query.k], scores[allowed][: query.k])
