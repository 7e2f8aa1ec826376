"""Weights of 8 bits are served where they lose little, and whole ones where they do not."""

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.training.datasets import checkerboard, recipe
from tests.training.neural.given import SMALL, fitted, some
from training import train
from training.algorithms.encoded import Encoded
from training.evaluation import gate
from training.evaluation.measure import Measured, measure
from training.evaluation.truth import Truth
from training.neural.onnx_file import quantized
from training.recipe import ModelSection
from training.train import Training, Trial
from warmstart.recommender import Recommender

Quality = Callable[[dict[str, Any]], float]


def trial(
    own: dict[str, Any], quality: Quality, monkeypatch: pytest.MonkeyPatch
) -> tuple[Trial, list[tuple[str, str, int]]]:
    """Measure an autoencoder that is as good as `quality` says of its settings; return what was measured too."""
    asked: list[tuple[str, str, int]] = []

    def measured(recommender: Recommender, truth: Truth) -> Measured:
        found, params = measure(recommender, truth), dict(recommender.manifest.params)
        if "weights" not in params:
            return found
        asked.append((params["weights"], params["search"], params["ef"]))
        return replace(found, metrics={**found.metrics, "ndcg@10": quality(params)})

    monkeypatch.setattr(train, "measure", measured)
    monkeypatch.setattr(gate, "MIN_RECALL", 0.0)
    settings = {**SMALL["autoencoder"], "epochs": 1, "validation": 0.0, **own}
    model = ModelSection("autoencoder", "autoencoder", settings)
    return Training(recipe(model), checkerboard()).measure(model), asked


def by_weights(of_int8: float) -> Quality:
    """Return a quality that only the weights decide: 0.5 if whole."""
    return lambda params: of_int8 if params["weights"] == "int8" else 0.5


def test_what_loses_little_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measured once whole and once so."""
    found, asked = trial({"weights": "int8"}, by_weights(0.496), monkeypatch)
    assert found.params["weights"] == "int8"
    assert found.loss == pytest.approx(0.008)
    assert asked == [("float32", "exact", 100), ("int8", "exact", 100)]


def test_what_loses_more_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a hundredth of ndcg@10."""
    found, asked = trial({"weights": "int8"}, by_weights(0.494), monkeypatch)
    assert found.params["weights"] == "float32"
    assert found.abridged == {}
    assert found.measured.metrics["ndcg@10"] == 0.5
    assert len(asked) == 2


def test_beside_an_index_both_are_kept_where_both_lose_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """And both are measured together."""
    found, asked = trial({"weights": "int8", "search": "hnsw", "ef": 5}, by_weights(0.499), monkeypatch)
    assert (found.params["weights"], found.params["search"], found.params["ef"]) == ("int8", "hnsw", 5)
    assert asked == [("float32", "exact", 5), ("int8", "hnsw", 5)]


def test_beside_an_index_whole_weights_are_tried_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search stays as it is where they were at fault."""
    found, asked = trial({"weights": "int8", "search": "hnsw", "ef": 5}, by_weights(0.4), monkeypatch)
    assert (found.params["weights"], found.params["search"], found.params["ef"]) == ("float32", "hnsw", 5)
    assert asked == [("float32", "exact", 5), ("int8", "hnsw", 5), ("float32", "hnsw", 5)]


@pytest.mark.parametrize("ef", [1, 2, 5, 100])
def test_where_everything_loses_nothing_is_left_out(ef: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole weights, then wider searches, in the end an exact one: that is the end."""
    found, asked = trial(
        {"weights": "int8", "search": "hnsw", "ef": ef},
        lambda params: 0.5 if (params["weights"], params["search"]) == ("float32", "exact") else 0.1,
        monkeypatch,
    )
    assert (found.params["weights"], found.params["search"]) == ("float32", "exact")
    assert found.exact is None
    assert len({*asked}) == len(asked) <= 8


@pytest.mark.parametrize("weights", ["int8", "float32"])
@pytest.mark.parametrize("search", ["exact", "hnsw"])
@pytest.mark.parametrize("n_items", [1, 2, 3, 50])
@pytest.mark.parametrize("ef", [1, 2, 3, 200])
def test_keeping_more_ends_at_all(weights: Any, search: Any, n_items: int, ef: int) -> None:
    """Each step keeps more than the one before, no search becomes narrower, and the last is whole and exact."""
    from training.algorithms.autoencoder import Autoencoder

    network: Encoded = Autoencoder(weights=weights, search=search, ef=ef)
    network.item_vectors_ = np.ones((n_items, 2), np.float32)
    whole = network.keeping(max(network.kept(), network.most()))
    assert (whole.weights, whole.search, whole.kept()) == ("float32", "exact", whole.most())
    steps = 0
    while network.kept() < network.most():
        more = network.keeping(2 * network.kept())
        assert more.kept() > network.kept()
        assert more.ef >= network.ef
        assert more.search in {network.search, "exact"}
        network, steps = more, steps + 1
    settled = network.keeping(network.kept())
    assert (settled.weights, settled.search) == ("float32", "exact")
    assert steps < 10


@pytest.mark.parametrize("name", SMALL)
def test_an_encoder_of_integers_is_smaller_and_near(name: str) -> None:
    """It holds products of integers, and its vectors point where those of the whole do."""
    from training.neural.onnx_file import opened

    large: dict[str, Any] = {
        "sasrec": {"factors": 64},
        "dssm": {"hidden": 64, "factors": 64},
        "autoencoder": {"hidden": 64},
    }[name]
    network = fitted(name, some(), epochs=1, **large)
    small = quantized(network.encoder_)
    assert b"MatMulInteger" in small
    assert len(small) < 0.6 * len(network.encoder_)
    given = network.inputs_[:4] if name == "sasrec" else network.inputs_[:1]
    (whole,), (found,) = (opened(model).run(given) for model in (network.encoder_, small))
    assert whole @ found / np.linalg.norm(whole) / np.linalg.norm(found) > 0.99


def test_int8_reaches_the_sealed_artifact(tmp_path: Path) -> None:
    """What `train` seals is what was measured."""
    model = ModelSection("autoencoder", "autoencoder", {**SMALL["autoencoder"], "weights": "int8", "epochs": 2})
    manifest = Training(recipe(model), checkerboard()).train(model, tmp_path)
    integers = b"MatMulInteger" in (tmp_path / "encoder.onnx").read_bytes()
    assert integers is (manifest.params["weights"] == "int8")


def test_quantization_keeps_quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Onnxruntime recommends a preparation of the graph, each time; others' warnings are heard again afterwards."""
    quantized(fitted("dssm", some()).encoder_)
    logging.getLogger("other").warning("heard")
    assert [record.message for record in caplog.records] == ["heard"]
