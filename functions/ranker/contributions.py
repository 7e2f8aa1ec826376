"""What each feature adds to a score, exactly.

This is path-dependent TreeSHAP (Lundberg, Erion & Lee, "Consistent individualized feature attribution for tree
ensembles", 2018) over paths from root to leaf, as GPUTreeShap has them (Mitchell, Frank & Holmes, 2022). A path's leaf
counts where all its d features let the row follow (o = 1) and, of a feature that is not known, by the share z of what
followed it in training. Shapley's mean over the orders in which features become known is an integral over the share t
of them that are known already,

    phi_i = value (o_i - z_i) integral from 0 to 1 of the product over j != i of (t o_j + (1 - t) z_j) dt,

of a polynomial of degree d - 1, which Gauss and Legendre's rule integrates exactly with d / 2 points.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from warmstart.artifact import Artifact
from warmstart.errors import Incompatible

STEP = 3  # paths are taken together with those that are less than so many features longer
MOST = 2**24  # numbers in one of the arrays
Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


class Paths(NamedTuple):
    """Paths from root to leaf (p, d), each feature of a path once; what pads them is followed and has the share 1."""

    features: NDArray[np.int32]  # -1 pads
    lows: Singles  # a row follows where low < x <= high,
    highs: Singles
    missing: NDArray[np.uint8]  # or where x is NaN and this is 1
    shares: Singles  # of what arrived in training, how much followed
    values: Singles  # (p,) of the leaves

    @classmethod
    def load(cls, artifact: Artifact, n_features: int) -> Self:
        """Open the paths of trees over that many features; raise Incompatible where there are none that fit."""
        features = artifact.array("path_features", np.int32, None, None)
        lows, highs, shares = (
            artifact.array(f"path_{n}", np.float32, *features.shape) for n in ("lows", "highs", "shares")
        )
        missing = artifact.array("path_missing", np.uint8, *features.shape)
        values = artifact.array("path_values", np.float32, len(features))
        if not 0 < features.size <= MOST or features.shape[1] > n_features:
            raise Incompatible(f"path_features {features.shape} are none, or more than there can be")
        if features.min() < -1 or features.max() >= n_features:
            raise Incompatible(f"path_features are not of {n_features} features")
        if not (shares.min() > 0 and shares.max() <= 1):
            raise Incompatible("path_shares are no shares")
        for name, numbers in (("lows", lows), ("highs", highs), ("values", values)):
            if not np.isfinite(numbers).all():
                raise Incompatible(f"path_{name} are not all finite")
        return cls(features, lows, highs, missing, shares, values)

    def by_length(self) -> Iterator["Paths"]:
        """Yield paths of about the same length, without what pads them all."""
        lengths = ((self.features >= 0) * np.arange(1, self.features.shape[1] + 1)).max(axis=1)
        steps = np.maximum(lengths - 1, 0) // STEP
        for step in np.unique(steps):
            rows, width = steps == step, (step + 1) * STEP
            yield Paths._make([*(array[rows, :width] for array in self[:-1]), self.values[rows]])


class Contributions:
    """Exact contributions; a row's are the same among any others, to the last bit. The first asked for takes longer."""

    def __init__(self, paths: Paths, n_features: int) -> None:
        self._n_features = n_features
        self._paths = paths

    @classmethod
    def load(cls, artifact: Artifact, n_features: int) -> Self:
        """Open the paths of an artifact; raise Incompatible where there are none that fit."""
        return cls(Paths.load(artifact, n_features), n_features)

    def of(self, features: Singles) -> Floats:
        """Return what each feature adds (n, f) to the scores of n rows (n, f), finite or NaN: bias + sum = score."""
        found = np.zeros((len(features), self._n_features))
        for group in self._groups:
            for number, row in enumerate(features):
                found[number] += group.of(row)
        return found

    @cached_property
    def bias(self) -> float:
        """The mean score, which is no feature's."""
        return sum(group.mean for group in self._groups)

    @cached_property
    def _groups(self) -> list["_PathGroup"]:
        return [_PathGroup(some, self._n_features) for some in self._paths.by_length()]


class _PathGroup:
    """What p paths of at most d features add, by q points."""

    def __init__(self, paths: Paths, n_features: int) -> None:
        self._n_features = n_features
        self._features = np.maximum(paths.features, 0)  # (p, d) what pads a path adds 0 to the first
        self._lows, self._highs, self._missing = paths.lows, paths.highs, paths.missing.astype(np.bool_)
        shares, values = paths.shares.astype(np.float64), paths.values.astype(np.float64)
        self.mean = float(values @ shares.prod(axis=1))
        points, weights = _rule(shares.shape[1])
        rest = shares[:, :, None] * (1 - points)  # (p, d, q) a feature's factor where the row does not follow
        self._rise = np.log1p(points / rest)  # (p, d, q)
        self._log_rest = np.log(rest).sum(axis=1)  # (p, q)
        weighed = values[:, None] * weights  # (p, q)
        self._followed = (1 - shares[:, :, None]) / (points + rest) * weighed[:, None]  # (p, d, q)
        self._missed = -weighed / (1 - points)  # (p, q) the same for all features: z cancels

    def of(self, row: Singles) -> Floats:
        values = row[self._features]  # (p, d)
        follows = (values > self._lows) & (values <= self._highs) | (np.isnan(values) & self._missing)
        products = np.exp(np.einsum("pd,pdq->pq", follows.astype(np.float64), self._rise) + self._log_rest)
        followed = np.einsum("pq,pdq->pd", products, self._followed)
        missed = np.einsum("pq,pq->p", products, self._missed)
        parts = np.where(follows, followed, missed[:, None])
        found: Floats = np.bincount(self._features.ravel(), parts.ravel(), self._n_features).astype(np.float64)
        return found


def _rule(degree: int) -> tuple[Floats, Floats]:
    """Return points in (0, 1) and weights that integrate polynomials of a lower degree exactly."""
    points, weights = np.polynomial.legendre.leggauss((degree + 1) // 2)  # type: ignore[no-untyped-call]
    return (points + 1) / 2, weights / 2
