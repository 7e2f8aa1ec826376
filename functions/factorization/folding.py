"""A user's vector out of a history: how each kind of factorization makes one for people that training did not see."""

from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from warmstart.artifact import Artifact
from warmstart.inner_product import Vectors
from warmstart.scorer import Scores
from warmstart.trend import positive, softplus

Weights = NDArray[np.float64]


class Folding(Protocol):
    """A history in, a vector out."""

    binary: ClassVar[bool]  # an item counts the same whatever its interactions weigh

    def scale(self, scores: Scores) -> Scores:
        """Return scores as something positive, in the same order."""
        ...

    def vector(self, items: Vectors, weights: Weights) -> Vectors:
        """Return the vector of who has had some items.

        Args:
            items: (h, d) their vectors.
            weights: (h,) what each counts.
        """
        ...

    def parts(self, items: Vectors, weights: Weights, targets: Vectors) -> NDArray[np.float64]:
        """Return what each item of the history adds to the scores of n targets (n, d): (n, h)."""
        ...


def load_folding(artifact: Artifact, factors: int) -> Folding:
    """Open whichever kind an artifact has; raise Incompatible where it has none that fits."""
    if "encoder" in artifact:
        return Encoder(artifact.array("encoder", np.float32, factors + 1, factors))
    known = artifact.array("feature_vectors", np.float32, None, factors) if "feature_vectors" in artifact else ()
    return LeastSquares(artifact.array("gram", np.float32, factors, factors), artifact.setting("alpha"), len(known))


class LeastSquares:
    """What training by alternating least squares would give: Hu, Koren & Volinsky, ICDM 2008, equation 4.

    Solved in float64: confidences may reach millions, and float32 would then lose the order of the answer. Where a
    vector's first numbers are what is known of the user, they are solved for like the others and then are 0: training
    puts what is known in their place at each step, and so does the scorer.
    """

    binary: ClassVar[bool] = False

    def __init__(self, gram: Vectors, alpha: float, known: int = 0) -> None:
        self._gram = gram  # (d, d) items^T items + lambda I
        self._alpha = alpha  # confidence of an interaction of weight 1
        self._known = known  # numbers of a vector

    def vector(self, items: Vectors, weights: Weights) -> Vectors:
        """Solve for the user."""
        confidences = weights * self._alpha
        vector = np.linalg.solve(self._normal_matrix(items, confidences), confidences @ items).astype(np.float32)
        vector[: self._known] = 0
        return vector

    def parts(self, items: Vectors, weights: Weights, targets: Vectors) -> NDArray[np.float64]:
        """Split scores as section 5 of the paper does, exactly.

        With A = gram + sum of (c_j - 1) y_j y_j^T over the history, a score is the sum of c_j y_i^T A^-1 y_j.
        """
        confidences = weights * self._alpha
        inverse = np.linalg.inv(self._normal_matrix(items, confidences))
        known = self._known
        found: NDArray[np.float64] = (targets[:, known:] @ inverse[known:] @ items.T) * confidences
        return found

    def scale(self, scores: Scores) -> Scores:
        """Take scores as predicted preferences."""
        return positive(scores)

    def _normal_matrix(self, items: Vectors, confidences: Weights) -> NDArray[np.float64]:
        normal: NDArray[np.float64] = self._gram + (items.T * (confidences - 1)) @ items
        return normal


class Encoder:
    """A linear map, learnt at training, of the mean of the history's items to the vector of who had them."""

    binary: ClassVar[bool] = True

    def __init__(self, matrix: Vectors) -> None:
        self._matrix, self._offset = matrix[:-1], matrix[-1]  # (d, d), (d,)

    def vector(self, items: Vectors, weights: Weights) -> Vectors:
        """Map the mean."""
        vector: Vectors = _shares(weights) @ items @ self._matrix + self._offset
        return vector

    def parts(self, items: Vectors, weights: Weights, targets: Vectors) -> NDArray[np.float64]:
        """Split what comes from the history; the offset is nobody's."""
        found: NDArray[np.float64] = (targets @ (items @ self._matrix).T).astype(np.float64) * _shares(weights)
        return found

    def scale(self, scores: Scores) -> Scores:
        """Take scores as those of a ranking loss, which all that is encoded was learnt with."""
        return softplus(scores)


def _shares(weights: Weights) -> NDArray[np.float32]:
    shares: NDArray[np.float32] = (weights / weights.sum()).astype(np.float32)
    return shares
