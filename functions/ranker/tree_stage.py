"""The second stage by trees: their scores, and what each feature adds to them."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from functions.ranker.contributions import Contributions
from functions.ranker.features import Matrix
from functions.ranker.trees import OnnxTrees
from warmstart.artifact import Artifact
from warmstart.scorer import Scores


class TreeStage(NamedTuple):
    """Boosted trees."""

    trees: OnnxTrees
    paths: Contributions

    @classmethod
    def load(cls, artifact: Artifact, n_features: int) -> Self:
        """Open both; raise Incompatible where they are not over so many features."""
        return cls(OnnxTrees.load(artifact, n_features), Contributions.load(artifact, n_features))

    def scores(self, features: Matrix) -> Scores:
        """Score candidates (c, f): (c,)."""
        return self.trees.scores(features)

    def contributions(self, features: Matrix) -> NDArray[np.float64]:
        """Return what each feature adds to each score: (c, f)."""
        return self.paths.of(features)
