"""A network as an ONNX file that any length of history fits, held to be the same as in PyTorch."""

import copy
import logging
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from functions.neural.encoder import BAG, FILE, OPERATORS, OUTPUT, SEQUENCE
from training.neural.attention import open_attention
from warmstart.errors import DataError, Incompatible
from warmstart.inner_product import Vectors
from warmstart.onnx_graph import OnnxGraph

OPSET = 17
TOLERANCE = 1e-4  # of a score's size, or of 1 where that is more
EXAMPLE = 3  # events of the history that is traced, or fewer where fewer are read


class Served(NamedTuple):
    """The part of a network that serves."""

    module: nn.Module  # (1, d_in), or (h, d_in) where it reads sequences, to (1, d)
    inputs: Vectors  # (n_items, d_in) what an item puts into it
    reads_sequences: bool
    length: int = 1  # events that are read at most


def written(served: Served) -> bytes:
    """Return the part that serves as an ONNX file."""
    module = copy.deepcopy(served.module).cpu().eval()
    open_attention(module)
    name = SEQUENCE if served.reads_sequences else BAG
    example = torch.ones((min(EXAMPLE, served.length), served.inputs.shape[1]))
    with tempfile.TemporaryDirectory(prefix="warmstart-onnx-") as folder, warnings.catch_warnings(), torch.no_grad():
        path = Path(folder) / FILE
        warnings.simplefilter("ignore")  # of the exporter: that it is the older one, and what it traces as constant
        torch.onnx.export(
            module,
            (example,),
            path,
            input_names=[name],
            output_names=[OUTPUT],
            dynamic_axes={name: {0: "events"}} if served.reads_sequences else None,
            opset_version=OPSET,
            dynamo=False,
        )
        return path.read_bytes()


def check_parity(model: bytes, given: Iterator[Vectors], expected: Vectors, items: Vectors) -> None:
    """Hold what the file makes of some histories to what the network made of them.

    Args:
        model: of the file.
        given: what goes in for each history.
        expected: (n, d) what the network made of each.
        items: (n_items, d), for it is scores that must be the same.

    Raises:
        DataError: a score differs by more than 1e-4, and by more than that of its size, or the file does not run.
    """
    try:
        graph = opened(model)
        vectors = np.concatenate([graph.run(values) for values in given])
    except Incompatible as error:
        raise DataError(f"ONNX does not serve it: {error}") from None
    with np.errstate(over="ignore", invalid="ignore"):
        right: NDArray[np.float32] = expected @ items.T
        apart = np.abs(vectors @ items.T - right) / np.maximum(1, np.abs(right))
    if not apart.max(initial=0) <= TOLERANCE:
        raise DataError(f"ONNX scores differ from PyTorch's by {apart.max():.2g}, more than {TOLERANCE:g}")


def opened(model: bytes) -> OnnxGraph:
    """Open a file's bytes as a function opens it."""
    with tempfile.TemporaryDirectory(prefix="warmstart-onnx-") as folder:
        path = Path(folder) / FILE
        path.write_bytes(model)
        return OnnxGraph.load(path, OPERATORS)


def quantized(model: bytes) -> bytes:
    """Return the same with weights of 8 bits: dynamic quantization, as onnxruntime has it."""
    from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: PLC0415 it brings the onnx package

    before = logging.root.manager.disable
    with tempfile.TemporaryDirectory(prefix="warmstart-int8-") as folder:
        whole, small = Path(folder) / "whole.onnx", Path(folder) / "small.onnx"
        whole.write_bytes(model)
        logging.disable(logging.WARNING)  # each time it asks for a preparation that this graph does not need
        try:
            quantize_dynamic(whole, small, weight_type=QuantType.QInt8)
        finally:
            logging.disable(before)
        return small.read_bytes()
