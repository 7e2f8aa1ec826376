"""The plain second stage: the weighted sum of what the first stages say, each as a share of its best."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from functions.ranker.features import Matrix
from warmstart.artifact import Artifact
from warmstart.scorer import Scores


class Blend(NamedTuple):
    """Reads the scores among the features; the baseline that a ranker must beat."""

    weights: Scores  # (s,) of the first stages
    columns: slice  # where their scores are among the features

    @classmethod
    def load(cls, artifact: Artifact, columns: slice) -> Self:
        """Open `blend_weights`; raise Incompatible where they are not one for each column."""
        return cls(artifact.array("blend_weights", np.float32, columns.stop), columns)

    def scores(self, features: Matrix) -> Scores:
        """Score candidates (c, f): (c,)."""
        found: Scores = (features[:, self.columns] * self.weights).sum(axis=1)
        return found

    def contributions(self, features: Matrix) -> NDArray[np.float64]:
        """Return what each feature adds to the score: (c, f)."""
        found = np.zeros(features.shape)
        found[:, self.columns] = features[:, self.columns] * self.weights
        return found
