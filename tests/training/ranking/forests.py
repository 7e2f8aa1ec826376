"""Queries whose wanted candidates follow from few features, rankers of both libraries for them, and small forests."""

import functools
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from functions.ranker.trees import FILE
from training.ranking.boosting import Boosted, Boosting, Kind, boosted
from training.ranking.onnx_file import write_onnx
from training.ranking.paths import write_paths
from training.ranking.trees import Trees
from warmstart.artifact import Artifact
from warmstart.artifact_writer import ArtifactWriter

F = 8  # two that are never missing, the last of them 0 or 1; a whole number; five that are sometimes missing
SETTINGS = Boosting(trees=25, leaves=12, learning_rate=0.2)


class Judged(NamedTuple):
    """Candidates of q queries, one query's after the other's."""

    features: NDArray[np.float32]  # (n, f) finite or NaN
    labels: NDArray[np.integer[Any]]  # (n,) 1 where it was wanted, else 0
    groups: NDArray[np.integer[Any]]  # (q,) candidates of each query


@functools.cache
def judged(seed: int = 0, queries: int = 60, candidates: int = 25) -> Judged:
    """Return candidates of some queries."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(queries * candidates, F)).astype(np.float32)
    features[:, 2] = np.round(features[:, 2] * 2)
    holes = rng.random(features.shape) < 0.15
    holes[:, :2] = False
    features[holes] = np.nan
    features[:, 1] = rng.integers(0, 2, len(features))
    known = np.nan_to_num(features)
    wish = known[:, 0] + known[:, 1] * known[:, 3] + known[:, 2] / 2 + np.isnan(features[:, 4])
    labels = (wish + rng.normal(size=len(features)) / 2 > 1.5).astype(np.int32)
    return Judged(features, labels, np.full(queries, candidates))


@functools.cache
def ranker(kind: Kind) -> Boosted:
    """Fit a ranker of a library."""
    return boosted(kind, *judged(), rng_seed=1, settings=SETTINGS)


def by_eye() -> Trees:
    """Return x0 <= 1 ? -1 : (x1 <= 0 or NaN ? 2 : 4) with covers 6, (3, 1) and the base score 10."""
    return Trees(
        tree=np.zeros(5, np.int32),
        feature=np.array([0, -1, 1, -1, -1], np.int32),
        threshold=np.array([1, 0, 0, 0, 0], np.float32),
        left=np.array([1, -1, 3, -1, -1], np.int32),
        right=np.array([2, -1, 4, -1, -1], np.int32),
        missing_left=np.array([False, False, True, False, False]),
        value=np.array([0, -1, 0, 2, 4], np.float32),
        cover=np.array([10, 6, 4, 3, 1], np.float64),
        base=10,
    )


def sealed(folder: Path, trees: Trees, n_features: int = F) -> Artifact:
    """Write and open an artifact of trees and their paths."""
    writer = ArtifactWriter(folder)
    write_onnx(folder / FILE, trees, n_features)
    write_paths(writer, trees)
    return opened(writer)


def opened(writer: ArtifactWriter) -> Artifact:
    """Seal what was written, and open it."""
    described: dict[str, Any] = dict.fromkeys(("model", "family", "scorer", "algorithm", "fallback"), "ranker")
    manifest = writer.seal(**described, git_commit=None, dataset={}, params={}, seed=0, id_bound=None)
    return Artifact.open(writer.folder, manifest)
