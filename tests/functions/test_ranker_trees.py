"""Trees as they are served: scores, what each feature adds to them, and files that do not fit."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from functions.ranker.contributions import MOST, Contributions, Paths
from functions.ranker.trees import FILE, OnnxTrees
from tests.training.ranking.forests import F, by_eye, judged, opened, ranker, sealed
from training.ranking.boosting import Kind
from training.ranking.onnx_file import write_onnx
from warmstart.artifact import Artifact
from warmstart.artifact_writer import ArtifactWriter
from warmstart.errors import Incompatible
from warmstart.onnx_graph import MOST_BYTES, OnnxGraph

KINDS: list[Kind] = ["lightgbm", "xgboost"]


def theirs(kind: Kind, rows: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return a library's own contributions (n, f), then the mean score."""
    predict: Any = ranker(kind).predict
    closed = dict(zip(predict.__code__.co_freevars, (cell.cell_contents for cell in predict.__closure__), strict=True))
    if kind == "lightgbm":
        return np.asarray(closed["booster"].predict(rows, pred_contrib=True))
    return np.asarray(closed["booster"].predict(closed["xgboost"].DMatrix(rows), pred_contribs=True))


@pytest.mark.parametrize("kind", KINDS)
def test_contributions_are_the_librarys(tmp_path: Path, kind: Kind) -> None:
    """To 1e-5, with missing values, and so is the mean score."""
    rows = judged(seed=2).features[:150]
    assert np.isnan(rows).any()
    contributions = Contributions.load(sealed(tmp_path, ranker(kind).trees), F)
    expected = theirs(kind, rows)
    np.testing.assert_allclose(contributions.of(rows), expected[:, :-1], atol=1e-5)
    assert contributions.bias == pytest.approx(expected[0, -1], abs=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_contributions_and_the_mean_make_the_score(tmp_path: Path, kind: Kind) -> None:
    """Whatever the row, one that is all missing too."""
    rows = np.concatenate([judged(seed=3).features[:99], np.full((1, F), np.nan, np.float32)])
    artifact = sealed(tmp_path, ranker(kind).trees)
    contributions = Contributions.load(artifact, F)
    sums = contributions.of(rows).sum(axis=1) + contributions.bias
    np.testing.assert_allclose(sums, OnnxTrees.load(artifact, F).scores(rows), atol=1e-5)
    assert contributions.of(rows[:0]).shape == (0, F)


def test_contributions_of_a_tree_are_seen_by_eye(tmp_path: Path) -> None:
    """Shapley's mean over both orders in which x0 and x1 become known; x2 is in no tree."""
    contributions = Contributions.load(sealed(tmp_path, by_eye(), 3), 3)
    assert contributions.bias == pytest.approx(10 + 0.6 * -1 + 0.3 * 2 + 0.1 * 4)  # nothing is known: 10.4
    # x0 = 2 alone is worth 10 + 0.75 * 2 + 0.25 * 4 = 12.5; x1 = 1 alone 10 - 0.6 + 0.4 * 4 = 11; both 14.
    by_hand = [(12.5 - 10.4 + 14 - 11) / 2, (11 - 10.4 + 14 - 12.5) / 2, 0]
    np.testing.assert_allclose(contributions.of(np.array([[2, 1, 7]], np.float32)), [by_hand], rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_scores_the_same_among_any_others(tmp_path: Path, kind: Kind) -> None:
    """To the last bit: an online answer is a batch's."""
    rows, trees = judged().features, OnnxTrees.load(sealed(tmp_path, ranker(kind).trees), F)
    whole = trees.scores(rows)
    for size in (1, 7, 300):
        parts = [trees.scores(rows[start : start + size]) for start in range(0, 900, size)]
        assert np.array_equal(np.concatenate(parts)[:900], whole[:900])


@pytest.mark.parametrize("data", [None, b"", b"\x08", b"not ONNX at all", b"\x00" * 1000])
def test_a_file_that_is_no_onnx_is_incompatible(tmp_path: Path, data: bytes | None, capfd: Any) -> None:
    """Missing, empty, cut or of other bytes; onnxruntime logs nothing."""
    artifact = sealed(tmp_path, by_eye(), 2)
    (artifact.folder / FILE).unlink()
    if data is not None:
        (artifact.folder / FILE).write_bytes(data)
    with pytest.raises(Incompatible, match=FILE):
        OnnxTrees.load(artifact, 2)
    assert capfd.readouterr() == ("", "")


def test_a_cut_file_is_incompatible(tmp_path: Path) -> None:
    """Wherever it ends."""
    artifact = sealed(tmp_path, ranker("lightgbm").trees)
    whole = (artifact.folder / FILE).read_bytes()
    for length in range(0, len(whole), len(whole) // 20):
        (artifact.folder / FILE).write_bytes(whole[:length])
        with pytest.raises(Incompatible, match=FILE):
            OnnxTrees.load(artifact, F)


def test_trees_of_other_features_are_incompatible(tmp_path: Path) -> None:
    """Their number is that of the artifact's features, in the file and in the paths."""
    artifact = sealed(tmp_path, by_eye(), 2)
    with pytest.raises(Incompatible, match=r"expected features \(None, 3\)"):
        OnnxTrees.load(artifact, 3)
    with pytest.raises(Incompatible, match="path_features"):
        Contributions.load(artifact, 1)


@pytest.mark.parametrize("name", ["features", "lows", "highs", "missing", "shares", "values"])
def test_paths_that_do_not_fit_are_incompatible(tmp_path: Path, name: str) -> None:
    """An array that is missing is named."""
    artifact = sealed(tmp_path, by_eye(), 2)
    without = {key: tensor for key, tensor in artifact._tensors.items() if key != f"path_{name}"}
    with pytest.raises(Incompatible, match=f"path_{name}"):
        Contributions.load(Artifact(artifact.folder, artifact.manifest, without, artifact._mapped), 2)


def test_an_onnx_file_of_another_shape_is_incompatible(tmp_path: Path) -> None:
    """A good file of other trees is no ranker of this artifact."""
    artifact = sealed(tmp_path, by_eye(), 2)
    write_onnx(artifact.folder / FILE, ranker("xgboost").trees, F)
    with pytest.raises(Incompatible, match=r"expected features \(None, 2\)"):
        OnnxTrees.load(artifact, 2)


def test_a_rows_contributions_are_the_same_among_any_others(tmp_path: Path) -> None:
    """To the last bit, like its score."""
    contributions = Contributions.load(sealed(tmp_path, ranker("lightgbm").trees), F)
    rows = judged().features[:20]
    assert np.array_equal(contributions.of(rows), np.concatenate([contributions.of(row[None]) for row in rows]))


@pytest.mark.parametrize(
    ("name", "number"),
    [
        *(("shares", number) for number in (0, 1.5, np.nan)),
        *((name, number) for name in ("lows", "highs", "values") for number in (np.nan, np.inf, -np.inf)),
    ],
)
def test_numbers_that_are_none_of_a_path_are_incompatible(tmp_path: Path, name: str, number: float) -> None:
    """Shares are over 0 and at most 1, all others finite; loading tells, not the first explanation."""
    arrays = Paths.load(sealed(tmp_path / "good", by_eye(), 2), 2)._asdict()
    arrays[name] = arrays[name].copy()
    arrays[name].flat[0] = number
    with pytest.raises(Incompatible, match=f"path_{name}"):
        Contributions.load(written(tmp_path / "bad", arrays), 2)


@pytest.mark.parametrize("shape", [(0, 2), (2, 3), (MOST // 2 + 1, 2)])
def test_paths_of_another_size_are_incompatible(tmp_path: Path, shape: tuple[int, int]) -> None:
    """None, longer than there are features, or too many to be held."""
    arrays: dict[str, Any] = {name: np.broadcast_to(np.float32(1), shape) for name in ("lows", "highs", "shares")}
    arrays |= {"features": np.broadcast_to(np.int32(0), shape), "missing": np.broadcast_to(np.uint8(1), shape)}
    with pytest.raises(Incompatible, match="path_features"):
        Contributions.load(written(tmp_path, arrays | {"values": np.ones(shape[0], np.float32)}), 2)


def test_an_infinite_threshold_has_a_finite_path(tmp_path: Path) -> None:
    """It parts NaN from all numbers, and no low or high says so by infinity."""
    for number, threshold in enumerate(np.float32([np.inf, -np.inf])):
        trees = replace(by_eye(), threshold=np.array([threshold, 0, 0, 0, 0], np.float32))
        artifact = sealed(tmp_path / str(number), trees, 2)
        contributions = Contributions.load(artifact, 2)
        rows = np.array([[np.nan, 1], [3e38, -1], [-3e38, np.nan]], np.float32)
        sums = contributions.of(rows).sum(axis=1) + contributions.bias
        np.testing.assert_allclose(sums, OnnxTrees.load(artifact, 2).scores(rows), rtol=1e-6)


def test_nothing_is_made_ready_before_the_first_explanation(tmp_path: Path) -> None:
    """A cold start waits for no explanation; the second one finds what the first one made."""
    contributions = Contributions.load(sealed(tmp_path, by_eye(), 2), 2)
    assert "_groups" not in vars(contributions)
    contributions.of(np.zeros((1, 2), np.float32))
    assert contributions._groups is contributions._groups


def test_a_file_that_is_too_large_is_never_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its size alone refuses it."""
    artifact = sealed(tmp_path, by_eye(), 2)
    with (artifact.folder / FILE).open("r+b") as file:
        file.truncate(MOST_BYTES + 1)
    monkeypatch.setattr(Path, "open", None)
    with pytest.raises(Incompatible, match="64 MiB"):
        OnnxTrees.load(artifact, 2)


@pytest.mark.parametrize("place", ["attribute", "initializer", "constant"])
def test_a_file_that_names_another_is_incompatible(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """Onnxruntime would read it from the working directory."""
    artifact = sealed(tmp_path, by_eye(), 2)
    (tmp_path / "other").write_bytes(np.float32([7, 7, 7]).tobytes())
    monkeypatch.chdir(tmp_path)
    tensor = TensorProto(name="other", data_type=TensorProto.FLOAT, dims=[3], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="other")
    model = onnx.load(artifact.folder / FILE)
    (node,) = model.graph.node
    if place == "attribute":
        kept = [entry for entry in node.attribute if entry.name != "target_weights"]
        del node.attribute[:]
        node.attribute.extend([*kept, helper.make_attribute("target_weights_as_tensor", tensor)])
    elif place == "initializer":
        model.graph.initializer.append(tensor)
    else:
        model.graph.node.append(helper.make_node("Constant", [], ["other"], value=tensor))
    (artifact.folder / FILE).write_bytes(model.SerializeToString())
    if place == "attribute":
        assert OnnxTrees(OnnxGraph(artifact.folder / FILE)).scores(np.zeros((1, 2), np.float32)) == [17]
    with pytest.raises(Incompatible, match="other files"):
        OnnxTrees.load(artifact, 2)


@pytest.mark.parametrize("operator", ["Identity", "Neg"])
def test_a_graph_of_more_than_trees_is_incompatible(tmp_path: Path, operator: str) -> None:
    """Whether its other node does anything or not."""
    artifact = sealed(tmp_path, by_eye(), 2)
    model = onnx.load(artifact.folder / FILE)
    model.graph.node.append(helper.make_node(operator, ["features"], ["other"]))
    (artifact.folder / FILE).write_bytes(model.SerializeToString())
    with pytest.raises(Incompatible, match="not served"):
        OnnxTrees.load(artifact, 2)


def written(folder: Path, arrays: dict[str, Any]) -> Artifact:
    """Write and open an artifact of paths alone."""
    writer = ArtifactWriter(folder)
    for name, values in arrays.items():
        writer.array(f"path_{name}", values)
    return opened(writer)
