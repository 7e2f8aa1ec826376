"""Trees as an ONNX file: one TreeEnsembleRegressor, which onnxruntime has no need to convert."""

from pathlib import Path
from typing import Any

import numpy as np

from functions.ranker.trees import INPUT, OUTPUT
from training.ranking.trees import LEAF, Trees

OPSET, ML_OPSET, IR = 17, 3, 8


def write_onnx(path: Path, trees: Trees, n_features: int) -> None:
    """Write trees over `features` (n, n_features), float32; `scores` are (n, 1). The same trees are the same bytes."""
    from onnx import TensorProto, helper  # noqa: PLC0415 a third of a second that only a ranker needs

    node = helper.make_node(
        "TreeEnsembleRegressor", [INPUT], [OUTPUT], domain="ai.onnx.ml", **_nodes(trees), **_targets(trees)
    )
    graph = helper.make_graph(
        [node],
        "ranker",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["n", n_features])],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["n", 1])],
    )
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", ML_OPSET)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=IR, producer_name="warmstart")
    path.write_bytes(model.SerializeToString(deterministic=True))


def _nodes(trees: Trees) -> dict[str, Any]:
    leaf = trees.feature == LEAF
    first = trees.roots[trees.tree]
    return {
        "nodes_treeids": trees.tree.tolist(),
        "nodes_nodeids": (np.arange(len(leaf)) - first).tolist(),
        "nodes_featureids": np.where(leaf, 0, trees.feature).tolist(),
        "nodes_modes": np.where(leaf, "LEAF", "BRANCH_LEQ").tolist(),
        "nodes_values": trees.threshold.tolist(),
        "nodes_truenodeids": np.where(leaf, 0, trees.left - first).tolist(),
        "nodes_falsenodeids": np.where(leaf, 0, trees.right - first).tolist(),
        "nodes_missing_value_tracks_true": trees.missing_left.astype(np.int64).tolist(),
    }


def _targets(trees: Trees) -> dict[str, Any]:
    leaves = np.flatnonzero(trees.feature == LEAF)
    owners = trees.tree[leaves]
    return {
        "target_treeids": owners.tolist(),
        "target_nodeids": (leaves - trees.roots[owners]).tolist(),
        "target_ids": [0] * len(leaves),
        "target_weights": trees.value[leaves].tolist(),
        "base_values": [float(trees.base)],
        "n_targets": 1,
    }
