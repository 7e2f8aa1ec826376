"""Graphs and indexes that were made to harm whoever opens them: networks, trees, links."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from onnx import ModelProto, helper
from onnx.external_data_helper import set_external_data

from functions.neural.encoder import BAG, FILE, OUTPUT
from functions.ranker.trees import FILE as TREES
from tests.faults.case import Case, Seen
from tests.faults.kinds import NETWORK, RANKER, Kind
from tests.faults.standing import broken, refused, standing
from tests.faults.world import World
from tests.functions.encoders import MATRIX, D, bag_model, model_of
from tests.layers.breakages import holding
from warmstart.ann import FILE as INDEX
from warmstart.ann import HEADER
from warmstart.registry import version_prefix

MOST_BYTES = 2**24
GIGABYTES = 2**32  # of float32, by one node
Trees = Callable[[Any], None]  # changes the attributes of the one node


def _outside() -> ModelProto:
    """Let the weights lie in a file of the machine that serves."""
    model = bag_model()
    (weights,) = model.graph.initializer
    set_external_data(weights, "/etc/passwd")
    weights.ClearField("raw_data")
    weights.data_location = weights.EXTERNAL
    return model


def _claiming() -> ModelProto:
    """Let the weights claim 2^40 floats, and hold none."""
    model = bag_model()
    (weights,) = model.graph.initializer
    weights.ClearField("raw_data")
    weights.dims[0] = 2**40
    return model


def _made(*steps: tuple[str, Sequence[str], str], **constants: Any) -> ModelProto:
    """Chain nodes after the bag's product."""
    nodes = [helper.make_node("MatMul", [BAG, "W"], ["x"])]
    nodes += [helper.make_node(operator, taken, [given]) for operator, taken, given in steps]
    return model_of(nodes, W=MATRIX, **constants)


def _growing(size: int) -> ModelProto:
    """Let a small file make a large tensor as it runs."""
    steps = (("ConstantOfShape", ["size"], "large"), ("ReduceMax", ["large"], "y"), ("Add", ["x", "y"], OUTPUT))
    return _made(*steps, size=np.array([size], np.int64))


NETWORKS: dict[str, Callable[[], ModelProto]] = {
    "an ONNX file whose weights lie outside it": _outside,
    "a tensor that claims 2^40 floats": _claiming,
    "a node that makes 16 GB": partial(_growing, GIGABYTES),
    "a node that makes 4 TB": partial(_growing, 2**40),
    "an operator that is not served": lambda: _made(("RandomNormalLike", ["x"], OUTPUT)),
    "a graph that answers NaN": lambda: _made(("Div", ["x", "zero"], OUTPUT), zero=np.zeros(1, np.float32)),
    "an input of another width": lambda: bag_model(np.ones((9, D), np.float32)),
    "an input of another name": lambda: model_of(
        [helper.make_node("MatMul", ["b", "W"], [OUTPUT])], ("b", [1, 6]), W=MATRIX
    ),
}


def _trees(world: World, change: Trees) -> Seen:
    """Change the trees of the new version."""
    stage = standing(world, RANKER)
    key = f"{version_prefix(RANKER.model, stage.new.version)}/{TREES}"
    model = ModelProto.FromString(stage.store.get(key, limit=MOST_BYTES).data)
    change({attribute.name: attribute for attribute in model.graph.node[0].attribute})
    return broken(world, RANKER, holding(TREES, model.SerializeToString()))


def _ints(name: str, place: int | None, value: int) -> Trees:
    """Put a number into one place of an attribute, or into all that are branches."""

    def change(attributes: Any) -> None:
        branches = [n for n, mode in enumerate(attributes["nodes_modes"].strings) if mode != b"LEAF"]
        for node in branches if place is None else [place]:
            attributes[name].ints[node] = value

    return change


def _floats(name: str, value: float) -> Trees:
    def change(attributes: Any) -> None:
        attributes[name].floats[:] = [value] * len(attributes[name].floats)

    return change


TREE_FAULTS: dict[str, Trees] = {
    "a tree that leads back to its root": _ints("nodes_truenodeids", 0, 0),
    "a tree that leads nowhere": _ints("nodes_truenodeids", 0, 10_000),
    "trees over a feature that does not exist": _ints("nodes_featureids", None, 1000),
    "trees over a feature below all": _ints("nodes_featureids", 0, -5),
    "leaves that are NaN": _floats("target_weights", float("nan")),
    "scores for a target that does not exist": _ints("target_ids", 0, 70_000),
}


def _index(world: World, change: Callable[[bytearray], bytearray]) -> Seen:
    """Change the index of the new version."""
    stage = standing(world, NETWORK)
    key = f"{version_prefix(NETWORK.model, stage.new.version)}/{INDEX}"
    data = change(bytearray(stage.store.get(key, limit=MOST_BYTES).data))
    return broken(world, NETWORK, holding(INDEX, bytes(data)))


def _at(place: int, number: int) -> Callable[[bytearray], bytearray]:
    """Put a number of four bytes somewhere after the header."""

    def change(data: bytearray) -> bytearray:
        start = HEADER.size + place
        return data[:start] + number.to_bytes(4, "little") + data[start + 4 :]

    return change


LINE = 4 + 4 * 32 + 4 * (D + 1) + 8  # bytes of an item: its links, its vector with one more number, its label
INDEX_FAULTS: dict[str, Callable[[bytearray], bytearray]] = {
    "a link out of the index": _at(4, 2**31),
    "more links than there is room for": _at(LINE, 60_000),
    "a label that is no item": _at(LINE - 8, 5_000),
    "an index that is cut": lambda data: data[: len(data) // 2],
    "an index that claims 2^40 items": lambda data: data[:8] + (2**40).to_bytes(8, "little") * 2 + data[24:],
}


def _hostile(name: str, kind: Kind, run: Callable[[World], Seen]) -> Case:
    return Case("hostile files", f"{name}, {kind.model}", refused("Incompatible"), run)


def _network(world: World, make: Callable[[], ModelProto]) -> Seen:
    return broken(world, NETWORK, holding(FILE, make().SerializeToString()))


CASES = [
    *(_hostile(name, NETWORK, partial(_network, make=make)) for name, make in NETWORKS.items()),
    *(_hostile(name, RANKER, partial(_trees, change=change)) for name, change in TREE_FAULTS.items()),
    *(_hostile(name, NETWORK, partial(_index, change=change)) for name, change in INDEX_FAULTS.items()),
]
