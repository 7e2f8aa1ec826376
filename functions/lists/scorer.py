"""Ready lists: per user where the artifact has them, else the order that everybody gets."""

from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from warmstart.artifact import Artifact
from warmstart.ids import UNKNOWN
from warmstart.scorer import Query, Ranking, Rows


class ListsScorer:
    """Looks lists up; an artifact without any leaves every answer to its fallback, which is the model then."""

    name: ClassVar[str] = "lists"

    def __init__(self, indptr: NDArray[np.int64] | None, rows: Rows) -> None:
        self._indptr = indptr  # (n_users + 1,)
        self._rows = rows  # every user's list, best first

    @classmethod
    def load(cls, artifact: Artifact) -> Self:
        """Open `list_indptr` and `list_rows`, if there are any."""
        if "list_indptr" not in artifact:
            return cls(None, np.empty(0, np.int32))
        return cls(artifact.array("list_indptr", np.int64, None), artifact.array("list_rows", np.int32, None))

    def rank(self, query: Query) -> Ranking | None:
        """Return the user's list without what is excluded; scores fall by rank, as lists have none."""
        if self._indptr is None or query.user == UNKNOWN:
            return None
        rows = self._rows[self._indptr[query.user] : self._indptr[query.user + 1]]
        rows = rows[~np.isin(rows, query.exclude)]
        if query.only is not None:
            rows = rows[np.isin(rows, query.only)]
        rows = rows[: query.k]
        return Ranking(rows, np.arange(len(rows), 0, -1, dtype=np.float32)) if len(rows) else None
