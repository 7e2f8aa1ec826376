"""Trees as paths from root to leaf, which explain a score: GPUTreeShap's arrays (Mitchell, Frank & Holmes, 2022)."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from training.ranking.trees import LEAF, Trees
from warmstart.artifact_writer import ArtifactWriter

LEAST_SHARE = 1e-12  # a node that nothing reached still has a logarithm
LOWEST, HIGHEST = np.finfo(np.float32).min, np.finfo(np.float32).max  # no feature is beyond them


class Condition(NamedTuple):
    """What all splits of a path on one feature ask for together."""

    low: np.float32 = LOWEST  # x > low
    high: np.float32 = HIGHEST  # x <= high
    missing: bool = True  # NaN follows the path
    share: float = 1.0  # of what arrives, how much follows


Path = dict[int, Condition]


def write_paths(writer: ArtifactWriter, trees: Trees) -> None:
    """Add the arrays that `Contributions` reads, a row a path; the base score is a path without a feature."""
    paths = [*_paths(trees), ({}, trees.base)]
    shape = len(paths), max(1, *(len(path) for path, _ in paths))
    features, lows, highs = np.full(shape, LEAF, np.int32), np.full(shape, LOWEST), np.full(shape, HIGHEST)
    missing, shares = np.ones(shape, np.uint8), np.ones(shape, np.float32)
    for row, (path, _) in enumerate(paths):
        for column, (feature, condition) in enumerate(path.items()):
            at = row, column
            features[at] = feature
            lows[at], highs[at], missing[at], shares[at] = condition
    writer.array("path_features", features)
    writer.array("path_lows", np.minimum(lows, HIGHEST))  # a threshold may be infinite
    writer.array("path_highs", np.maximum(highs, LOWEST))
    writer.array("path_missing", missing)
    writer.array("path_shares", np.maximum(shares, np.float32(LEAST_SHARE)))
    writer.array("path_values", np.array([value for _, value in paths], np.float32))


def _paths(trees: Trees) -> Iterator[tuple[Path, float]]:
    for root in trees.roots:
        waiting: list[tuple[int, Path]] = [(int(root), {})]
        while waiting:
            node, path = waiting.pop()
            if trees.feature[node] == LEAF:
                yield path, trees.value[node]
                continue
            waiting += [
                (int(child), _longer(path, trees, node, child)) for child in (trees.right[node], trees.left[node])
            ]


def _longer(path: Path, trees: Trees, node: int, child: int) -> Path:
    feature, threshold, leftward = int(trees.feature[node]), trees.threshold[node], child == trees.left[node]
    before = path.get(feature, Condition())
    longer = Condition(
        low=before.low if leftward else max(before.low, threshold),
        high=min(before.high, threshold) if leftward else before.high,
        missing=before.missing and bool(trees.missing_left[node] == leftward),
        share=before.share * float(trees.cover[child] / trees.cover[node]),
    )
    return {**path, feature: longer}
