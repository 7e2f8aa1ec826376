"""Lists that another model has made for every user and for the unknown: nothing is computed when they are asked for."""

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from warmstart.artifact import Artifact
from warmstart.ids import UNKNOWN
from warmstart.ragged import Ragged
from warmstart.scorer import Query, Ranking, Scores


class ReadyListsScorer:
    """Reads a user's list, in its order; a history that comes with a request only excludes what it names.

    Whom training did not see gets the last list, the same for all of them: neither a history nor features make it
    theirs. It is empty where the model leaves the unknown to the fallback, as is the list of a user whom it leaves.
    What `only` allows is looked for in the list alone: where it holds fewer than k of it, the fallback fills the rest.
    """

    name: ClassVar[str] = "ready_lists"

    def __init__(self, index: Ragged, rows: NDArray[Any], scores: Scores) -> None:
        self._index = index  # of n_users, and after them of the unknown
        self._rows = rows  # (n_listed,) best first in each list
        self._scores = scores  # (n_listed,)

    @classmethod
    def load(cls, artifact: Artifact) -> Self:
        """Open `list_*`; raise Incompatible where they do not fit each other."""
        n_users = len(artifact.array("seen_indptr", np.int64, None)) - 1
        rows = artifact.rows("list_rows", None)
        scores = artifact.array("list_scores", np.float32, len(rows))
        return cls(Ragged.load(artifact, "list_indptr", n_users + 1, len(rows)), rows, scores)

    def rank(self, query: Query) -> Ranking | None:
        """Return the first k of the user's list that are allowed; None where it is empty."""
        place = self._index[len(self._index) - 1 if query.user == UNKNOWN else query.user]
        rows, scores = self._rows[place].astype(np.int32), self._scores[place]
        if not len(rows):
            return None
        allowed = ~np.isin(rows, query.exclude)
        if query.only is not None:
            allowed &= np.isin(rows, query.only)
        return Ranking(rows[allowed][: query.k], scores[allowed][: query.k])
