"""ONNX scores are the library's, and a file whose scores are not is caught."""

from pathlib import Path

import numpy as np
import onnx
import pytest

from functions.ranker.trees import OnnxTrees
from tests.training.ranking.forests import F, by_eye, judged, ranker
from training.ranking.boosting import Kind
from training.ranking.onnx_file import write_onnx
from training.ranking.parity import check_parity
from warmstart.errors import DataError
from warmstart.onnx_graph import OnnxGraph

KINDS: list[Kind] = ["lightgbm", "xgboost"]


@pytest.mark.parametrize("kind", KINDS)
def test_onnx_scores_are_the_librarys(tmp_path: Path, kind: Kind) -> None:
    """Of all rows of training, and of what is made of them to be hard."""
    write_onnx(tmp_path / "a.onnx", ranker(kind).trees, F)
    check_parity(tmp_path / "a.onnx", ranker(kind).predict, judged().features)


def test_scores_of_a_tree_are_seen_by_eye(tmp_path: Path) -> None:
    """A threshold itself goes left, NaN where its node sends it, and the base score is added."""
    write_onnx(tmp_path / "a.onnx", by_eye(), 2)
    rows = np.array([[1, 9], [1.01, 0], [2, 0.01], [2, np.nan], [np.nan, 5]], np.float32)
    assert OnnxTrees(OnnxGraph(tmp_path / "a.onnx")).scores(rows).tolist() == [9, 12, 14, 12, 14]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("attribute", "change"),
    [
        ("target_weights", lambda values: [values[0] + 1e-4, *values[1:]]),
        ("nodes_values", lambda values: np.nextafter(np.float32(values), np.float32(np.inf)).tolist()),
        ("nodes_values", lambda values: np.nextafter(np.float32(values), np.float32(-np.inf)).tolist()),
        ("nodes_missing_value_tracks_true", lambda values: [1 - value for value in values]),
        ("nodes_modes", lambda values: [b"BRANCH_LT" if mode == b"BRANCH_LEQ" else mode for mode in values]),
        ("base_values", lambda values: [values[0] + 1e-4]),
    ],
    ids=["a leaf", "thresholds up", "thresholds down", "missing", "less than", "the base"],
)
def test_a_tampered_file_is_caught(tmp_path: Path, kind: Kind, attribute: str, change: object) -> None:
    """Whichever part of it is changed, by however little."""
    path = tmp_path / "a.onnx"
    write_onnx(path, ranker(kind).trees, F)
    model = onnx.load(path)
    (node,) = model.graph.node
    (found,) = [entry for entry in node.attribute if entry.name == attribute]
    assert callable(change)
    found.CopyFrom(onnx.helper.make_attribute(attribute, change(onnx.helper.get_attribute_value(found))))
    onnx.save(model, path)
    with pytest.raises(DataError, match="differ"):
        check_parity(path, ranker(kind).predict, judged().features)


def test_scores_that_are_no_numbers_are_caught(tmp_path: Path) -> None:
    """NaN is no small difference."""
    write_onnx(tmp_path / "a.onnx", by_eye(), 2)
    with pytest.raises(DataError, match="differ"):
        check_parity(tmp_path / "a.onnx", lambda rows: np.full(len(rows), np.nan), np.zeros((3, 2), np.float32))


def test_the_same_trees_are_the_same_bytes(tmp_path: Path) -> None:
    """So a version's hash does not change by itself."""
    for name in ("a", "b"):
        write_onnx(tmp_path / name, ranker("lightgbm").trees, F)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
