"""What is served is what was trained: onnxruntime's scores beside the library's, where they could differ."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from functions.ranker.trees import OnnxTrees
from training.ranking.trees import LEAF
from warmstart.errors import DataError
from warmstart.onnx_graph import OnnxGraph

TOLERANCE = 1e-5  # of a score's size, or of 1 where that is more
LARGE = 1e30  # a float32 that no feature reaches
SAMPLE = 8  # rows that each column is changed in

Features = NDArray[np.float32]


def check_parity(path: Path, predict: Callable[[Features], NDArray[np.float64]], features: Features) -> None:
    """Score rows, and others made of them to be hard, by an ONNX file and by the library that grew its trees.

    Args:
        path: of the ONNX file.
        predict: the library, (n, f) -> (n,).
        features: (n, f) a sample.

    Raises:
        DataError: a score differs by more than 1e-5.
    """
    rows = np.concatenate([features, *_hard(features, _thresholds(path, features.shape[1]))]).astype(np.float32)
    expected, found = predict(rows), OnnxTrees(OnnxGraph(path)).scores(rows)
    apart = np.abs(found - expected) / np.maximum(1, np.abs(expected))
    worst = int(np.argmax(apart))
    if not apart[worst] <= TOLERANCE:
        raise DataError(
            f"ONNX scores {found[worst]:.7g} what the library scores {expected[worst]:.7g}: "
            f"{(apart > TOLERANCE).sum()} of {len(rows)} rows differ"
        )


def _hard(features: Features, thresholds: list[Features]) -> Iterator[Features]:
    some = features[:: max(1, len(features) // SAMPLE)][:SAMPLE]
    for column in range(features.shape[1]):
        for value in (np.nan, LARGE, -LARGE, 0):
            yield _with(some, column, np.float32(value))
        if np.isin(np.nan_to_num(features[:, column]), (0, 1)).all():
            yield _with(some, column, 1 - some[:, column])
    for value in (np.nan, LARGE, -LARGE, 0):
        yield np.full_like(some[:1], value)
    yield from _on(features, thresholds)


def _on(features: Features, thresholds: list[Features]) -> Iterator[Features]:
    """Yield rows whose every column is on one of its thresholds, then just above and just below."""
    rows = features[np.arange(max(map(len, thresholds), default=0)) % len(features)].copy()
    for column, values in enumerate(thresholds):
        if len(values):
            rows[:, column] = np.resize(values, len(rows))
    yield rows
    for way in (np.inf, -np.inf):
        yield np.nextafter(rows, np.float32(way))


def _with(rows: Features, column: int, values: Features | np.float32) -> Features:
    changed = rows.copy()
    changed[:, column] = values
    return changed


def _thresholds(path: Path, n_features: int) -> list[Features]:
    """Read each feature's thresholds, ascending, from the file itself."""
    import onnx  # noqa: PLC0415 a third of a second that only a ranker needs

    node = onnx.load(path).graph.node[0]
    found = {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute}
    feature = np.where(np.array(found["nodes_modes"]) == b"LEAF", LEAF, found["nodes_featureids"])
    values = np.array(found["nodes_values"], np.float32)
    return [np.unique(values[(feature == column) & (np.abs(values) < LARGE)]) for column in range(n_features)]
