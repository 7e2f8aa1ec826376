"""Ranks other models' candidates again: by trees over their features, or by a plain blend of their scores."""

from typing import ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from functions.ranker.blend import Blend
from functions.ranker.features import Matrix
from functions.ranker.proposals import Proposals
from functions.ranker.tree_stage import TreeStage
from functions.ranker.trees import FILE
from warmstart.artifact import Artifact
from warmstart.errors import Incompatible
from warmstart.scorer import Query, Ranking, Reason, Rows, Scores

NAMES_FILE = "ranker_features.json"  # of the columns that the second stage has learnt from, in their order
MOST = 5  # features that are named behind an item


class SecondStage(Protocol):
    """Scores candidates by their features."""

    def scores(self, features: Matrix) -> Scores:
        """Score candidates (c, f): (c,)."""
        ...

    def contributions(self, features: Matrix) -> NDArray[np.float64]:
        """Return what each feature adds to each score, exactly but for one constant: (c, f)."""
        ...


class TwoStageScorer:
    """One function answers: the first stages lie in the artifact and run in its process."""

    name: ClassVar[str] = "two_stage"

    def __init__(self, proposals: Proposals, second: SecondStage, *, cold: bool) -> None:
        self.proposals = proposals
        self.second = second
        self._cold = cold  # whether who has no history is ranked for too, and does not get the fallback

    @classmethod
    def load(cls, artifact: Artifact) -> Self:
        """Open both stages; raise Incompatible where they do not fit each other."""
        proposals = Proposals.load(artifact)
        features = proposals.features
        if artifact.json(NAMES_FILE) != features.names:
            raise Incompatible("the ranker has learnt from other features than it would be shown")
        second: SecondStage = (
            TreeStage.load(artifact, len(features.names))
            if FILE in artifact.manifest.files
            else Blend.load(artifact, features.scores)
        )
        return cls(proposals, second, cold=bool(artifact.array("cold", np.uint8, 1)[0]))

    def ranks_for(self, query: Query) -> bool:
        """Tell whether somebody gets a ranking, and not the fallback."""
        return len(query.history) > 0 or self._cold

    def rank(self, query: Query) -> Ranking | None:
        """Rank for one user."""
        if not self.ranks_for(query):
            return None
        seen = self.proposals.seen(query)
        return best(seen.rows, self.second.scores(seen.features), query.k)

    def because(self, query: Query, rows: Rows) -> list[Reason]:
        """Name the features that speak loudest for each item, and what each adds to its score."""
        seen = self.proposals.seen(query)
        added = self.second.contributions(seen.features[np.searchsorted(seen.rows, rows)])
        return [self._reason(line) for line in added]

    def _reason(self, added: NDArray[np.float64]) -> Reason:
        strongest = np.argsort(-np.abs(added), kind="stable")[:MOST]
        names = self.proposals.features.names
        return Reason(features={names[place]: float(added[place]) for place in strongest if added[place] != 0})


def best(rows: Rows, scores: Scores, k: int) -> Ranking:
    """Rank the k largest scores; of a tie the lower row, in whatever order they come.

    Args:
        rows: (c,) each once.
        scores: (c,) of each.
        k: how many at most.
    """
    order = np.lexsort((rows, -scores))[:k]
    return Ranking(rows[order], scores[order])
