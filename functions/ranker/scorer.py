"""Ranks other models' candidates again: by trees over their features, or by a plain blend of their scores."""

from typing import ClassVar, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from functions.ranker.blend import Blend
from functions.ranker.features import Features, Matrix
from functions.ranker.first_stages import FirstStages
from functions.ranker.tree_stage import TreeStage
from functions.ranker.trees import FILE
from warmstart.artifact import Artifact
from warmstart.scorer import Query, Ranking, Reason, Rows, Scores

MOST = 5  # features that are named behind an item


class SecondStage(Protocol):
    """Scores candidates by their features."""

    def scores(self, features: Matrix) -> Scores:
        """Score candidates (c, f): (c,)."""
        ...

    def parts(self, features: Matrix) -> NDArray[np.float64]:
        """Return what each feature adds to each score, exactly but for one constant: (c, f)."""
        ...


class Seen(NamedTuple):
    """What the second stage is shown."""

    rows: Rows  # (c,) ascending
    features: Matrix  # (c, f)


class TwoStageScorer:
    """One function answers: the first stages lie in the artifact and run in its process."""

    name: ClassVar[str] = "two_stage"

    def __init__(self, first: FirstStages, features: Features, second: SecondStage, *, cold: bool) -> None:
        self.first = first
        self.features = features
        self.second = second
        self._cold = cold  # whether who has no history is ranked for too, and does not get the fallback

    @classmethod
    def load(cls, artifact: Artifact) -> Self:
        """Open both stages; raise Incompatible where they do not fit each other."""
        first = FirstStages.load(artifact)
        features = Features.load(artifact, first.names, first.trended)
        second: SecondStage = (
            TreeStage.load(artifact, len(features.names))
            if FILE in artifact.manifest.files
            else Blend.load(artifact, features.shares)
        )
        return cls(first, features, second, cold=bool(artifact.array("cold", np.uint8, 1)[0]))

    def rank(self, query: Query) -> Ranking | None:
        """Rank for one user."""
        if not len(query.history) and not self._cold:
            return None
        seen = self.seen(query)
        return best(seen.rows, self.second.scores(seen.features), query.k)

    def seen(self, query: Query) -> Seen:
        """Return the candidates and their features."""
        found = self.first.candidates(query)
        return Seen(found.rows, self.features.matrix(query, found))

    def because(self, query: Query, rows: Rows) -> list[Reason]:
        """Name the features that speak loudest for each item, and what each adds to its score."""
        seen = self.seen(query)
        parts = self.second.parts(seen.features[np.searchsorted(seen.rows, rows)])
        return [self._reason(line) for line in parts]

    def _reason(self, parts: NDArray[np.float64]) -> Reason:
        strongest = np.argsort(-np.abs(parts), kind="stable")[:MOST]
        return Reason(features={self.features.names[f]: float(parts[f]) for f in strongest if parts[f] != 0})


def best(rows: Rows, scores: Scores, k: int) -> Ranking:
    """Rank the k largest scores; of a tie the lower row, in whatever order they come.

    Args:
        rows: (c,) each once.
        scores: (c,) of each.
        k: how many at most.
    """
    order = np.lexsort((rows, -scores))[:k]
    return Ranking(rows[order], scores[order])
