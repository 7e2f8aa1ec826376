"""What each feature adds to a score, exactly.

This is path-dependent TreeSHAP (Lundberg, Erion & Lee, "Consistent individualized feature attribution for tree
ensembles", 2018) over paths from root to leaf, as GPUTreeShap has them (Mitchell, Frank & Holmes, 2022). A path's leaf
counts where all its d features let the row follow (o = 1) and, of a feature that is not known, by the share z of what
followed it in training. Shapley's mean over the orders in which features become known is an integral over the share t
of them that are known already,

    phi_i = value (o_i - z_i) integral from 0 to 1 of the product over j != i of (t o_j + (1 - t) z_j) dt,

of a polynomial of degree d - 1, which Gauss and Legendre's rule integrates exactly with d / 2 points.
"""

from typing import Self

import numpy as np
from numpy.typing import NDArray

from warmstart.artifact import Artifact
from warmstart.errors import Incompatible

ROWS_AT_ONCE = 16
PARTS = ("lows", "highs", "shares")  # (p, d) float32
Floats = NDArray[np.float64]


class Contributions:
    """Exact contributions of p paths of at most d features, at q points."""

    def __init__(
        self,
        n_features: int,
        features: NDArray[np.int32],
        inside: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]],
        shares: Floats,
        values: Floats,
    ) -> None:
        self._n_features = n_features
        self._features = np.maximum(features, 0)  # (p, d) what pads a path adds 0 to the first
        self._lows, self._highs, self._missing = inside  # (p, d) low < x <= high, or NaN
        self.bias = float(values @ shares.prod(axis=1))  # the mean score, which is nobody's
        points, weights = _rule(shares.shape[1])
        rest = shares[:, :, None] * (1 - points)  # (p, d, q) a feature's factor where the row does not follow
        self._rise = np.log1p(points / rest)
        self._log_rest = np.log(rest).sum(axis=1, keepdims=True)  # (p, 1, q)
        weighed = values[:, None] * weights  # (p, q)
        gain = (1 - shares[:, :, None]) / (points + rest) * weighed[:, None]
        self._followed = np.ascontiguousarray(gain.transpose(0, 2, 1))  # (p, q, d)
        self._missed = (-weighed / (1 - points))[:, :, None]  # (p, q, 1) the same for all features: z cancels

    @classmethod
    def load(cls, artifact: Artifact, n_features: int) -> Self:
        """Open the paths of trees over that many features; raise Incompatible where there are none that fit."""
        features = artifact.array("path_features", np.int32, None, None)
        lows, highs, shares = (artifact.array(f"path_{name}", np.float32, *features.shape) for name in PARTS)
        missing = artifact.array("path_missing", np.uint8, *features.shape)
        values = artifact.array("path_values", np.float32, len(features))
        if not features.size or features.min() < -1 or features.max() >= n_features:
            raise Incompatible(f"path_features are not of {n_features} features")
        if not (shares.min() > 0 and shares.max() <= 1):
            raise Incompatible("path_shares are no shares")
        inside = lows, highs, missing.astype(np.bool_)
        return cls(n_features, features, inside, shares.astype(np.float64), values.astype(np.float64))

    def of(self, features: NDArray[np.float32]) -> Floats:
        """Return what each feature adds (n, f) to the scores of n rows (n, f), finite or NaN: bias + sum = score."""
        found = np.empty((len(features), self._n_features))
        for start in range(0, len(features), ROWS_AT_ONCE):
            rows = slice(start, start + ROWS_AT_ONCE)
            found[rows] = self._of(features[rows])
        return found

    def _of(self, features: NDArray[np.float32]) -> Floats:
        follows = self._follows(features)
        products = np.exp(follows.astype(np.float64) @ self._rise + self._log_rest)  # (p, n, q)
        parts = np.where(follows, products @ self._followed, products @ self._missed)  # (p, n, d)
        places = self._features.ravel()
        return np.stack([np.bincount(places, parts[:, row].ravel(), self._n_features) for row in range(len(features))])

    def _follows(self, features: NDArray[np.float32]) -> NDArray[np.bool_]:
        values = features.T[self._features].transpose(0, 2, 1)  # (p, n, d)
        inside = (values > self._lows[:, None]) & (values <= self._highs[:, None])
        follows: NDArray[np.bool_] = inside | (np.isnan(values) & self._missing[:, None])
        return follows


def _rule(degree: int) -> tuple[Floats, Floats]:
    """Return points in (0, 1) and weights that integrate polynomials of a lower degree exactly."""
    points, weights = np.polynomial.legendre.leggauss((degree + 1) // 2)  # type: ignore[no-untyped-call]
    return (points + 1) / 2, weights / 2
