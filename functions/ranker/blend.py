"""The plain second stage: the weighted sum of what the first stages say, each as a share of its best."""

from typing import Self

import numpy as np
from numpy.typing import NDArray

from functions.ranker.features import Matrix
from warmstart.artifact import Artifact
from warmstart.scorer import Scores


class Blend:
    """Reads the shares among the features; the baseline that a ranker must beat."""

    def __init__(self, weights: Scores, shares: slice) -> None:
        self._weights = weights  # (s,) of the first stages
        self._columns = shares  # where these are among the features

    @classmethod
    def load(cls, artifact: Artifact, shares: slice) -> Self:
        """Open `blend_weights`; raise Incompatible where they are not one for each stage."""
        return cls(artifact.array("blend_weights", np.float32, shares.stop), shares)

    def scores(self, features: Matrix) -> Scores:
        """Score candidates (c, f): (c,)."""
        found: Scores = (features[:, self._columns] * self._weights).sum(axis=1)
        return found

    def parts(self, features: Matrix) -> NDArray[np.float64]:
        """Return what each feature adds to the score: (c, f)."""
        found = np.zeros(features.shape)
        found[:, self._columns] = features[:, self._columns] * self._weights
        return found
