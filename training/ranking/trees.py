"""A forest in flat arrays, whichever library grew it: a row goes left where x <= threshold, in float32."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from warmstart.errors import DataError

LEAF = -1
INFINITE = 1e300  # what LightGBM writes for an infinite threshold, which parts NaN from all else
NOTHING = np.float32(1e-35)  # what is no larger is 0 to LightGBM


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """All nodes (m,) of all trees, each tree's together, its root first."""

    tree: NDArray[np.int32]  # (m,) whose node it is, from 0
    feature: NDArray[np.int32]  # (m,) what is compared, LEAF in a leaf
    threshold: NDArray[np.float32]  # (m,)
    left: NDArray[np.int32]  # (m,) the node where x <= threshold, LEAF in a leaf
    right: NDArray[np.int32]  # (m,)
    missing_left: NDArray[np.bool_]  # (m,) NaN goes left
    value: NDArray[np.float32]  # (m,) what a leaf adds to the score, 0 elsewhere
    cover: NDArray[np.float64]  # (m,) what reached the node in training: the weight of its side in an expectation
    base: float  # what every score begins with

    @property
    def roots(self) -> NDArray[np.intp]:
        """Return each tree's first node."""
        return np.flatnonzero(np.diff(self.tree, prepend=-1))


class Node(NamedTuple):
    """One node, with its children as its library holds them."""

    value: float
    cover: float
    feature: int = LEAF
    threshold: np.float32 = np.float32(0)
    missing_left: bool = False
    children: tuple[Any, ...] = ()


def of_lightgbm(booster: Any) -> Trees:
    """Read a LightGBM booster; covers are numbers of rows, as its own contributions count.

    Raises:
        DataError: it has categorical splits, zeros that are missing, linear leaves or averages.
    """
    model = booster.dump_model()
    if model["average_output"] or model["num_tree_per_iteration"] != 1:
        raise DataError("trees of LightGBM must be summed into one score")
    return _flat([(tree["tree_structure"], _of_lightgbm) for tree in model["tree_info"]], base=0.0)


def of_xgboost(booster: Any) -> Trees:
    """Read an XGBoost booster; covers are sums of hessians, as its own contributions count.

    Raises:
        DataError: it has categorical splits, more than one output, or is no plain sum of trees.
    """
    learner = json.loads(bytes(booster.save_raw("json")))["learner"]
    base = np.ravel(json.loads(learner["learner_model_param"]["base_score"]))
    if learner["gradient_booster"]["name"] != "gbtree" or len(base) != 1:
        raise DataError("trees of XGBoost must be summed into one score")
    trees = learner["gradient_booster"]["model"]["trees"]
    return _flat([(0, _of_xgboost(tree)) for tree in trees], base=float(base[0]))


def _of_lightgbm(node: dict[str, Any]) -> Node:
    if "leaf_const" in node:
        raise DataError("linear leaves are not served")
    if "leaf_value" in node:
        return Node(node["leaf_value"], node.get("leaf_count", 0))
    if node["decision_type"] != "<=" or node["missing_type"] == "Zero":
        raise DataError(f"a split {node['decision_type']} with missing {node['missing_type']} is not served")
    threshold = node["threshold"]
    missing_left = node["default_left"] if node["missing_type"] == "NaN" else threshold >= 0  # else NaN counts as 0
    children = node["left_child"], node["right_child"]
    return Node(0, node["internal_count"], node["split_feature"], _at_most(threshold), missing_left, children)


def _of_xgboost(tree: dict[str, Any]) -> Callable[[int], Node]:
    if int(tree["tree_param"]["size_leaf_vector"]) > 1:
        raise DataError("leaves of XGBoost must be one number")

    def read(at: int) -> Node:
        left, right, cover = tree["left_children"][at], tree["right_children"][at], tree["sum_hessian"][at]
        condition = np.float32(tree["split_conditions"][at])
        if left < 0:
            return Node(float(condition), cover)
        if tree["split_type"][at]:
            raise DataError("a categorical split is not served")
        below = np.nextafter(condition, np.float32(-np.inf))
        return Node(0, cover, tree["split_indices"][at], below, bool(tree["default_left"][at]), (left, right))

    return read


def _at_most(threshold: float) -> np.float32:
    """Return the largest float32 that is no greater, so that every float32 falls on the same side."""
    if abs(threshold) >= INFINITE:
        return np.float32(np.copysign(np.inf, threshold))
    if abs(threshold) <= NOTHING:
        return NOTHING if threshold >= 0 else np.nextafter(-NOTHING, np.float32(-np.inf))
    with np.errstate(over="ignore"):
        near = np.float32(threshold)
    return near if near <= threshold else np.nextafter(near, np.float32(-np.inf))


def _flat(trees: list[tuple[Any, Callable[[Any], Node]]], base: float) -> Trees:
    nodes: list[Node] = []
    owners: list[int] = []
    sides: list[list[int]] = []
    for number, (root, read) in enumerate(trees):
        waiting: list[tuple[Any, int, int]] = [(root, -1, 0)]  # what to read, its parent, its side
        while waiting:
            raw, parent, side = waiting.pop()
            node = read(raw)
            if parent >= 0:
                sides[parent][side] = len(nodes)
            waiting += [(child, len(nodes), side) for side, child in enumerate(node.children)][::-1]
            nodes.append(node)
            owners.append(number)
            sides.append([LEAF, LEAF])
    children = np.array(sides, np.int32).reshape(-1, 2)
    return Trees(
        tree=np.array(owners, np.int32),
        feature=np.array([node.feature for node in nodes], np.int32),
        threshold=np.array([node.threshold for node in nodes], np.float32),
        left=children[:, 0],
        right=children[:, 1],
        missing_left=np.array([node.missing_left for node in nodes], np.bool_),
        value=np.array([node.value for node in nodes], np.float32),
        cover=np.array([node.cover for node in nodes], np.float64),
        base=base,
    )
