"""An ONNX file is looked at before anything opens it, and only what is known to be served is opened."""

import resource
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from warmstart.errors import Incompatible
from warmstart.onnx_bytes import MOST_FIELDS, described
from warmstart.onnx_graph import MOST_BYTES, End, OnnxGraph

OPERATORS = {"": {"MatMul", "Tanh", "Constant", "Identity"}, "ai.onnx.ml": {"Scaler"}}
NODES = (helper.make_node("MatMul", ["x", "w"], ["product"]), helper.make_node("Tanh", ["product"], ["y"]))
OPSETS = {"": 17}
MATRIX = np.arange(6, dtype=np.float32).reshape(3, 2) / 10


def made(*nodes: NodeProto, opsets: Mapping[str, int] = OPSETS, sizes: Any = ("n", 3)) -> ModelProto:
    """Return a small model: tanh(x w), with other nodes beside."""
    graph = helper.make_graph(
        [*NODES, *nodes],
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, sizes)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [sizes[0], 2])],
        [numpy_helper.from_array(MATRIX, "w")],
    )
    imports = [helper.make_opsetid(domain, version) for domain, version in opsets.items()]
    return helper.make_model(graph, opset_imports=imports, ir_version=8, producer_name="test")


def load(folder: Path, model: ModelProto | bytes, **kept: Any) -> OnnxGraph:
    """Write a file and open it."""
    path = folder / "small.onnx"
    path.write_bytes(model if isinstance(model, bytes) else model.SerializeToString())
    return OnnxGraph.load(path, OPERATORS, **kept)


def refused(folder: Path, model: ModelProto | bytes, match: str, **kept: Any) -> None:
    """Expect a file to be refused under its name."""
    with pytest.raises(Incompatible, match=rf"small\.onnx.*{match}"):
        load(folder, model, **kept)


def test_a_graph_runs(tmp_path: Path) -> None:
    """It says what it takes and gives, and gives it."""
    graph = load(tmp_path, made())
    assert (graph.input, graph.output) == (End("x", (None, 3)), End("y", (None, 2)))
    graph.expect(End("x", (None, 3)), End("y", (None, 2)))
    values = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    np.testing.assert_allclose(graph.run(values), np.tanh(values @ MATRIX), rtol=1e-5)


def test_a_row_is_the_same_among_any_others(tmp_path: Path) -> None:
    """To the last bit, each time."""
    graph, values = load(tmp_path, made(sizes=(1, 3))), np.random.default_rng(0).normal(size=(9, 1, 3))
    first = [graph.run(value.astype(np.float32)) for value in values]
    assert all(np.array_equal(graph.run(value.astype(np.float32)), y) for value, y in zip(values, first, strict=True))


@pytest.mark.parametrize(
    ("taken", "given"),
    [
        (End("z", (None, 3)), End("y", (None, 2))),
        (End("x", (None, 4)), End("y", (None, 2))),
        (End("x", (1, 3)), End("y", (None, 2))),
        (End("x", (None, 3, 1)), End("y", (None, 2))),
        (End("x", (None, 3)), End("y", (None, 3))),
        (End("x", (None, 3)), End("scores", (None, 2))),
    ],
)
def test_other_ends_are_incompatible(tmp_path: Path, taken: End, given: End) -> None:
    """By name, rank and size; None is a size that is not fixed."""
    with pytest.raises(Incompatible, match=r"small\.onnx takes x \(None, 3\) and gives y"):
        load(tmp_path, made()).expect(taken, given)


def test_more_ends_or_other_types_are_incompatible(tmp_path: Path) -> None:
    """One input and one output, float32."""
    two = made()
    two.graph.output.append(helper.make_tensor_value_info("product", TensorProto.FLOAT, ["n", 2]))
    refused(tmp_path, two, "one input and one output")
    doubles = made()
    for end in (*doubles.graph.input, *doubles.graph.output):
        end.type.tensor_type.elem_type = TensorProto.DOUBLE
    doubles.graph.initializer[0].CopyFrom(numpy_helper.from_array(MATRIX.astype(np.float64), "w"))
    refused(tmp_path, doubles, "float32")


@pytest.mark.parametrize(
    "opsets",
    [
        {"": 12},
        {"": 22},
        {"": 2**40},
        {"ai.onnx": 12},
        {},
        {"ai.onnx.ml": 3},
        {"": 17, "ai.onnx.ml": 99},
        {"": 17, "com.microsoft": 1},
        {"": 17, "my.own": 1},
    ],
    ids=str,
)
def test_another_opset_is_incompatible(tmp_path: Path, opsets: dict[str, int]) -> None:
    """Too old, too new, missing, or of a domain that the caller does not allow."""
    refused(tmp_path, made(opsets=opsets), "opset")


@pytest.mark.parametrize("opsets", [{"": 13}, {"": 21}, {"ai.onnx": 17}, {"": 17, "ai.onnx.ml": 3}], ids=str)
def test_opsets_in_between_are_served(tmp_path: Path, opsets: dict[str, int]) -> None:
    """The default domain bears two names."""
    assert load(tmp_path, made(opsets=opsets)).input.name == "x"


@pytest.mark.parametrize(
    "node",
    [
        helper.make_node("Neg", ["x"], ["other"]),
        helper.make_node("Scan", ["x"], ["other"]),
        helper.make_node("Tanh", ["x"], ["other"], domain="com.microsoft"),
        helper.make_node("Tanh", ["x"], ["other"], domain="ai.onnx.ml"),
        helper.make_node("Mine", ["x"], ["other"], domain="my.own"),
    ],
    ids=lambda node: f"{node.domain}.{node.op_type}",
)
def test_another_operator_is_incompatible(tmp_path: Path, node: NodeProto) -> None:
    """Whether its result is used or not, and whatever domain a known name stands in."""
    refused(tmp_path, made(node), "not served")


def test_more_nodes_than_are_allowed_are_incompatible(tmp_path: Path) -> None:
    """Where the caller says how many there are."""
    assert load(tmp_path, made(), most=2).input.name == "x"
    refused(tmp_path, made(), "more than 1 node", most=1)


@pytest.mark.parametrize("operator", ["If", "Loop", "Tanh"])
def test_a_graph_within_the_graph_is_incompatible(tmp_path: Path, operator: str) -> None:
    """In an operator that takes one, and in one that does not."""
    refused(tmp_path, made(helper.make_node(operator, ["x"], ["o"], body=made().graph)), "a graph within")
    refused(tmp_path, made(helper.make_node(operator, ["x"], ["o"], bodies=[made().graph])), "a graph within")


def test_functions_and_training_are_incompatible(tmp_path: Path) -> None:
    """What a model may hold beside its graph could run too."""
    own = helper.make_function("my.own", "Tanh", ["a"], ["b"], [helper.make_node("Neg", ["a"], ["b"])], [])
    model = made()
    model.functions.append(own)
    refused(tmp_path, model, "field 25")
    model = made()
    model.training_info.add()
    refused(tmp_path, model, "field 20")


@pytest.mark.parametrize("place", ["initializer", "constant"])
def test_a_file_that_names_another_is_incompatible(tmp_path: Path, place: str) -> None:
    """Whatever lies there."""
    tensor = TensorProto(name="other", data_type=TensorProto.FLOAT, dims=[3], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="other")
    model = made() if place == "initializer" else made(helper.make_node("Constant", [], ["other"], value=tensor))
    if place == "initializer":
        model.graph.initializer.append(tensor)
    refused(tmp_path, model, "other files")


def test_a_file_that_is_too_large_is_never_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its size alone refuses it."""
    with (tmp_path / "small.onnx").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    monkeypatch.setattr(Path, "open", None)
    with pytest.raises(Incompatible, match="64 MiB"):
        OnnxGraph.load(tmp_path / "small.onnx", OPERATORS)


def test_a_file_that_is_missing_is_incompatible(tmp_path: Path) -> None:
    """And so is a folder in its place."""
    with pytest.raises(Incompatible, match="FileNotFoundError"):
        OnnxGraph.load(tmp_path / "small.onnx", OPERATORS)
    with pytest.raises(Incompatible, match="IsADirectoryError"):
        OnnxGraph.load(tmp_path, OPERATORS)


def test_a_cut_file_is_incompatible(tmp_path: Path, capfd: Any) -> None:
    """Wherever it ends; onnxruntime logs nothing."""
    whole = made().SerializeToString()
    for length in range(len(whole)):
        refused(tmp_path, whole[:length], "")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("seed", range(5))
def test_a_changed_byte_opens_or_is_incompatible(tmp_path: Path, seed: int) -> None:
    """Nothing else is ever raised."""
    rng, whole = np.random.default_rng(seed), made().SerializeToString()
    for _ in range(60):
        changed = bytearray(whole)
        changed[rng.integers(len(whole))] = rng.integers(256)
        try:
            load(tmp_path, bytes(changed))
        except Incompatible:
            continue


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00" * 1000,
        b"\xff" * 1000,
        b"not ONNX at all",
        b"\x3a\xff\xff\xff\xff\x0f",  # a graph of 4 GiB
        b"\x3a" + b"\xff" * 9 + b"\x01",  # of 2**64 bytes
        b"\x38\x07",  # a number for a graph
        b"\x3b\x3c",  # a group
        b"\xba\x80\x80\x80\x80\x01\x00",  # field 7 above 32 bits, which protobuf would cut to field 7
        b"\x02\x00",  # field 0
    ],
)
def test_what_is_no_message_is_incompatible(tmp_path: Path, data: bytes) -> None:
    """Of any bytes, and of any size that they claim to have."""
    refused(tmp_path, data, "")


def test_two_graphs_are_looked_at_as_one(tmp_path: Path) -> None:
    """Protobuf joins a message that stands twice, so a second part hides nothing."""
    extra = helper.make_graph([helper.make_node("Neg", ["x"], ["other"])], "", [], [])
    second = ModelProto(graph=extra).SerializeToString()
    assert [node.op_type for node in onnx.load_from_string(made().SerializeToString() + second).graph.node][-1] == "Neg"
    refused(tmp_path, made().SerializeToString() + second, "not served")


def test_what_stands_twice_is_what_stands_last() -> None:
    """As protobuf reads an operator's name, and a domain's."""
    node = NodeProto(op_type="Tanh").SerializeToString() + NodeProto(op_type="Neg", domain="a").SerializeToString()
    graph = b"\x0a" + bytes([len(node)]) + node
    assert described(b"\x3a" + bytes([len(graph)]) + graph).operators == [("a", "Neg")]


def test_more_fields_than_are_looked_at_are_too_many() -> None:
    """A file of nothing but small fields takes no longer than so many."""
    assert described(b"\x08\x08" * MOST_FIELDS).operators == []
    with pytest.raises(ValueError, match="fields"):
        described(b"\x08\x08" * (MOST_FIELDS + 1))


def claims_a_tensor() -> ModelProto:
    """Return a model whose weights claim 4 TiB and hold nothing."""
    model = made()
    model.graph.initializer[0].CopyFrom(TensorProto(name="w", data_type=1, dims=[2**20, 2**20]))
    return model


def claims_a_constant() -> ModelProto:
    """Return the same of a node."""
    tensor = TensorProto(data_type=TensorProto.FLOAT, dims=[2**20, 2**20], raw_data=b"1234")
    model = made()
    del model.graph.initializer[0]
    model.graph.node.insert(0, helper.make_node("Constant", [], ["w"], value=tensor))
    return model


@pytest.mark.parametrize("model", [claims_a_tensor, claims_a_constant])
def test_a_size_that_is_only_claimed_takes_no_memory(tmp_path: Path, model: Callable[[], ModelProto]) -> None:
    """It is refused, and the process is no larger."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused(tmp_path, model(), "cannot be opened")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB
