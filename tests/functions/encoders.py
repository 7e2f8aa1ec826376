"""Made-up encoders, small enough for numpy to follow, and artifacts around them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from functions.neural.encoder import BAG, FILE, OUTPUT, SEQUENCE
from functions.neural.scorer import NeuralScorer
from training.algorithms.vectors import Search, write_items
from warmstart.artifact import Artifact
from warmstart.artifact_writer import ArtifactWriter
from warmstart.feature_vectors import FEATURES_FILE
from warmstart.ids import IntegerIds
from warmstart.manifest import Manifest
from warmstart.scorer import NO_ROWS, Query

Floats = NDArray[np.float32]
N_ITEMS, N_USERS, D_IN, D = 40, 10, 6, 4
LENGTH = 5  # events of a sequence that are read
FEATURES = [["sex", "sex_f"], ["sex", "sex_m"]]
PARAMS = {"binary": False, "length": LENGTH, "ef": 30, "history_half_life": 0.0}


def some(*shape: int, seed: int = 0) -> Floats:
    """Return random numbers."""
    return np.random.default_rng((seed, *shape)).normal(size=shape).astype(np.float32)


MATRIX, INPUTS, ITEMS = some(D_IN, D), some(N_ITEMS, D_IN), some(N_ITEMS, D)
BASE, OF_FEATURES = some(D_IN, seed=1), some(len(FEATURES), D_IN)


def model_of(
    nodes: Sequence[NodeProto],
    taken: tuple[str, Sequence[Any]] = (BAG, [1, D_IN]),
    given: tuple[str, Sequence[Any]] = (OUTPUT, [1, D]),
    opsets: Mapping[str, int] = {"": 17},
    **constants: NDArray[Any],
) -> ModelProto:
    """Return a model of some nodes, its constants by name."""
    graph = helper.make_graph(
        nodes,
        "encoder",
        [helper.make_tensor_value_info(taken[0], TensorProto.FLOAT, taken[1])],
        [helper.make_tensor_value_info(given[0], TensorProto.FLOAT, given[1])],
        [numpy_helper.from_array(values, name) for name, values in constants.items()],
    )
    imports = [helper.make_opsetid(domain, version) for domain, version in opsets.items()]
    return helper.make_model(graph, opset_imports=imports, ir_version=8)


def bag_model(matrix: Floats = MATRIX) -> ModelProto:
    """Return tanh(bag W)."""
    nodes = [helper.make_node("MatMul", [BAG, "W"], ["x"]), helper.make_node("Tanh", ["x"], [OUTPUT])]
    return model_of(nodes, (BAG, [1, len(matrix)]), (OUTPUT, [1, matrix.shape[1]]), W=matrix)


def sequence_model() -> ModelProto:
    """Return tanh((the last event + the mean of all) W)."""
    nodes = [
        helper.make_node("Gather", [SEQUENCE, "end"], ["last"], axis=0),
        helper.make_node("ReduceMean", [SEQUENCE], ["mean"], axes=[0], keepdims=1),
        helper.make_node("Add", ["last", "mean"], ["both"]),
        helper.make_node("MatMul", ["both", "W"], ["x"]),
        helper.make_node("Tanh", ["x"], [OUTPUT]),
    ]
    return model_of(nodes, (SEQUENCE, ["h", D_IN]), W=MATRIX, end=np.array([-1], np.int64))


def history(user: int) -> list[int]:
    """Return what a user has had, oldest first: the last user nothing."""
    had = np.random.default_rng(user).permutation(N_ITEMS)[: 3 + user]
    return [] if user == N_USERS - 1 else [int(row) for row in had]


def write_draft(
    folder: Path,
    model: ModelProto | bytes | None = None,
    *,
    features: bool = False,
    search: Search = "exact",
    arrays: Mapping[str, NDArray[Any] | None] = {},
    params: Mapping[str, Any] = {},
    described: Mapping[str, Any] = {},
) -> Manifest:
    """Write a sealed draft.

    Args:
        folder: an empty one.
        model: the encoder; None for that of a bag.
        features: whether the sex of users is known, of all but the first.
        search: of the items' vectors.
        arrays: in the place of the usual ones or beside them; None leaves one out.
        params: settings, beside the usual ones.
        described: fields of the manifest.
    """
    writer = ArtifactWriter(folder)
    IntegerIds.build(range(N_ITEMS)).write(writer, "item_ids")
    IntegerIds.build(range(N_USERS)).write(writer, "user_ids")
    for name, values in {**_arrays(), **arrays}.items():
        if values is not None:
            writer.array(name, values)
    write_items(writer, ITEMS, search, 30)
    if features:
        _write_features(writer)
    encoder = bag_model() if model is None else model
    (folder / FILE).write_bytes(encoder if isinstance(encoder, bytes) else encoder.SerializeToString())
    return writer.seal(
        **{
            **dict.fromkeys(("model", "algorithm"), "autoencoder"),
            "family": "neural",
            "scorer": "neural",
            "git_commit": None,
            "seed": 0,
            "id_bound": 10**9,
            "dataset": {"name": "made-up", "time_range": [None, None]},
            "params": {**PARAMS, **params},
            "fallback": "popular",
            "metrics": {"map@10": 0.5},
            **described,
        }
    )


def opened(folder: Path, model: ModelProto | bytes | None = None, **kept: Any) -> NeuralScorer:
    """Write a draft and open it."""
    return NeuralScorer.load(Artifact.open(folder, write_draft(folder, model, **kept)))


def query(rows: Sequence[int], **kept: Any) -> Query:
    """Return a query for somebody who is not known, with a history."""
    usual = {"user": -1, "weights": np.ones(len(rows), np.float32), "ages": None, "fresh": True, "features": {}}
    return Query(
        **{
            **usual,
            "history": np.array(rows, np.int32),
            "exclude": NO_ROWS,
            "only": None,
            "k": 10,
            **kept,
        }
    )


def _arrays() -> dict[str, NDArray[Any]]:
    histories = [history(user) for user in range(N_USERS)]
    seen = np.array([row for had in histories for row in had], np.int32)
    return {
        "seen_indptr": np.cumsum([0, *map(len, histories)]).astype(np.int64),
        "seen_rows": seen,
        "popularity": np.bincount(seen, minlength=N_ITEMS).astype(np.int32),
        "fallback": np.arange(N_ITEMS, dtype=np.int32),
        "input_vectors": INPUTS,
    }


def _write_features(writer: ArtifactWriter) -> None:
    writer.array("feature_vectors", OF_FEATURES)
    writer.array("feature_base", BASE)
    writer.array("user_features", np.array([[-1], *([user % 2] for user in range(1, N_USERS))], np.int32))
    writer.json(FEATURES_FILE, FEATURES)
