"""What the neural family refuses to open: encoders and settings that do not fit."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import helper

from functions.neural.encoder import BAG, MOST_LENGTH, OUTPUT
from tests.functions.encoders import (
    D_IN,
    INPUTS,
    MATRIX,
    D,
    bag_model,
    model_of,
    opened,
    sequence_model,
    some,
)
from warmstart.errors import Incompatible


def wrong(name: str, shape: list[Any], output: str = OUTPUT, width: int = D) -> Any:
    """Return an encoder of other names or sizes."""
    nodes = [helper.make_node("MatMul", [name, "W"], [output])]
    return model_of(nodes, (name, shape), (output, [shape[0], width]), W=some(shape[1], width))


@pytest.mark.parametrize(
    "model",
    [
        wrong("x", [1, D_IN]),
        wrong(BAG, [1, D_IN + 1]),
        wrong(BAG, ["n", D_IN]),
        wrong(BAG, [2, D_IN]),
        wrong(BAG, [1, D_IN], width=D + 1),
        wrong(BAG, [1, D_IN], output="y"),
        wrong("sequence", [5, D_IN]),
    ],
    ids=["name", "width", "dynamic", "two", "dimension", "output", "fixed sequence"],
)
def test_an_encoder_that_does_not_fit_is_incompatible(tmp_path: Path, model: Any) -> None:
    """What it takes and gives is said by the artifact's vectors."""
    with pytest.raises(Incompatible, match=r"encoder\.onnx takes"):
        opened(tmp_path, model)


def test_an_encoder_that_gives_other_than_it_says_is_incompatible(tmp_path: Path) -> None:
    """It is tried when it is opened: what one event breaks, and what is no finite vector."""
    fixed = sequence_model()
    del fixed.graph.node[:2]
    fixed.graph.node.insert(0, helper.make_node("Gather", ["sequence", "end"], ["last"], axis=0))
    fixed.graph.node.insert(1, helper.make_node("Gather", ["sequence", "second"], ["mean"], axis=0))
    fixed.graph.initializer.append(helper.make_tensor("second", 7, [1], [1]))
    with pytest.raises(Incompatible, match="does not run over"):
        opened(tmp_path / "breaks", fixed)
    nodes = [helper.make_node("MatMul", [BAG, "W"], ["x"]), helper.make_node("Div", ["x", "zero"], [OUTPUT])]
    with pytest.raises(Incompatible, match="not finite"):
        opened(tmp_path / "not finite", model_of(nodes, W=MATRIX, zero=np.float32([0])))
    nodes = [helper.make_node("MatMul", ["sequence", "W"], [OUTPUT])]
    with pytest.raises(Incompatible, match="no vector of 5 events"):
        opened(tmp_path / "many", model_of(nodes, ("sequence", ["h", D_IN]), (OUTPUT, ["n", D]), W=MATRIX))


@pytest.mark.parametrize("length", [0, -1, 2.5, MOST_LENGTH + 1, True, None, "5"])
def test_a_length_that_is_none_is_incompatible(tmp_path: Path, length: Any) -> None:
    """A whole number of at least 1, and no more than a network can hold."""
    with pytest.raises(Incompatible, match="length"):
        opened(tmp_path, sequence_model(), params={"length": length})


def test_what_an_encoder_needs_beside_it_is_checked(tmp_path: Path) -> None:
    """Its input vectors and its switch are there, and no features where there is no place for them."""
    with pytest.raises(Incompatible, match="input_vectors"):
        opened(tmp_path / "none", arrays={"input_vectors": None})
    with pytest.raises(Incompatible, match="input_vectors"):
        opened(tmp_path / "few", arrays={"input_vectors": INPUTS[1:]})
    with pytest.raises(Incompatible, match="binary"):
        opened(tmp_path / "binary", params={"binary": 1})
    with pytest.raises(Incompatible, match="features"):
        opened(tmp_path / "features", sequence_model(), features=True)


def test_an_operator_with_a_graph_of_its_own_is_incompatible(tmp_path: Path) -> None:
    """No loop and no branch is served."""
    body = bag_model().graph
    nodes = [
        helper.make_node("If", ["yes"], ["x"], then_branch=body, else_branch=body),
        helper.make_node("Tanh", ["x"], [OUTPUT]),
    ]
    with pytest.raises(Incompatible, match=r"encoder\.onnx"):
        opened(tmp_path, model_of(nodes, yes=np.array(True)))
