"""An ONNX file of an artifact, run by onnxruntime: one input, one output, one thread. The only importer of it."""

import mmap
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from warmstart.errors import Incompatible
from warmstart.onnx_bytes import Name, described

MOST_BYTES = 64 * 2**20
MOST_MEMORY = 512 * 2**20  # bytes of all graphs of a process, their runs included; a node may ask for any number
EXTERNAL = b"location"  # the key that names the file of a tensor that lies in another one
OPSETS: Mapping[str, range] = {"": range(13, 22), "ai.onnx.ml": range(1, 5)}  # that are supported, by domain
FLOATS = "tensor(float)"
FATAL = 4  # of onnxruntime's log severities
Operators = Mapping[str, Collection[str]]  # domain -> what a graph may be made of
Singles = NDArray[np.float32]


class End(NamedTuple):
    """An input or an output, of float32."""

    name: str
    shape: tuple[int | None, ...]  # None where any size will do

    def __str__(self) -> str:
        return f"{self.name} {self.shape}"


class OnnxGraph:
    """A graph as it stands in its file, to the last bit the same each time.

    Nothing is optimized: that would make runs a little faster, and opening slower.
    """

    def __init__(self, path: Path) -> None:
        """Open a file without a look at it; onnxruntime's errors have no base of their own."""
        self._name = path.name
        _bound_memory()
        self._session = onnxruntime.InferenceSession(path, _options(), providers=["CPUExecutionProvider"])

    @classmethod
    def load(cls, path: Path, operators: Operators, most: int | None = None) -> Self:
        """Open a file; it is looked at before onnxruntime sees it.

        Args:
            path: of the file.
            operators: what it may be made of; opsets of other domains are refused.
            most: nodes it may have; None for any number.

        Raises:
            Incompatible: it is missing, larger than `MOST_BYTES`, no ONNX file, of another opset, of other operators or
                more of them, names other files, or has not one input and one output of float32.
        """
        _check(path.name, _mapped(path), operators, most)
        try:
            graph = cls(path)
        except Exception as error:
            raise Incompatible(f"{path.name} cannot be opened: {type(error).__name__}") from None
        ends = [*graph._session.get_inputs(), *graph._session.get_outputs()]
        if (len(graph._session.get_inputs()), len(ends)) != (1, 2) or {end.type for end in ends} != {FLOATS}:
            raise Incompatible(f"{path.name} has not one input and one output of float32")
        return graph

    @property
    def input(self) -> End:
        """Return what it takes."""
        return _end(self._session.get_inputs()[0])

    @property
    def output(self) -> End:
        """Return what it gives."""
        return _end(self._session.get_outputs()[0])

    def expect(self, taken: End, *given: End) -> None:
        """Raise Incompatible where it takes anything else, or gives none of some."""
        if self.input != taken or self.output not in given:
            raise Incompatible(
                f"{self._name} takes {self.input} and gives {self.output}, expected {taken} and {given[0]}"
            )

    def try_on(self, values: Singles) -> Singles:
        """Return what it gives for an input; raise Incompatible where it does not run over it, or not all is finite."""
        try:
            found = self.run(values)
        except Exception as error:  # onnxruntime's errors have no base of their own
            raise Incompatible(f"{self._name} does not run over {values.shape}: {type(error).__name__}") from None
        if not np.isfinite(found).all():
            raise Incompatible(f"{self._name} gives what is not finite for {values.shape}")
        return found

    def run(self, values: Singles) -> Singles:
        """Return what it gives for its input."""
        found: Singles = self._session.run(None, {self._session.get_inputs()[0].name: values})[0]
        return found


def _mapped(path: Path) -> mmap.mmap:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Incompatible(f"{path.name} is larger than {MOST_BYTES >> 20} MiB")
        with path.open("rb") as file:
            model = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:  # there is no map of nothing
        raise Incompatible(f"{path.name} cannot be opened: {type(error).__name__}") from None
    if model.find(EXTERNAL) >= 0:  # onnxruntime reads what other files a model names
        raise Incompatible(f"{path.name} names other files")
    return model


def _check(name: str, model: mmap.mmap, operators: Operators, most: int | None) -> None:
    try:
        found = described(model)
    except ValueError as error:
        raise Incompatible(f"{name} cannot be opened: {error}") from None
    for domain, version in found.opsets:
        if (domain and domain not in operators) or version not in OPSETS.get(domain, ()):
            raise Incompatible(f"{name} is of opset {version} of {domain or 'ai.onnx'}")
    if "" not in dict(found.opsets):
        raise Incompatible(f"{name} is of no opset")
    _check_operators(name, found.operators, operators, most)


def _check_operators(name: str, found: Collection[Name], operators: Operators, most: int | None) -> None:
    for domain, operator in found:
        if operator not in operators.get(domain, ()):
            raise Incompatible(f"{name} has an operator {operator[:40]!r} that is not served")
    if most is not None and len(found) > most:
        raise Incompatible(f"{name} has more than {most} nodes")


def _end(end: Any) -> End:
    return End(end.name, tuple(size if isinstance(size, int) else None for size in end.shape))


@cache
def _bound_memory() -> None:
    """Let all sessions share an arena that ends: what needs more fails, where it would have ended the process."""
    kind = onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR
    memory = onnxruntime.OrtMemoryInfo("Cpu", kind, 0, onnxruntime.OrtMemType.DEFAULT)
    onnxruntime.create_and_register_allocator(memory, onnxruntime.OrtArenaCfg({"max_mem": MOST_MEMORY}))


def _options() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = FATAL
    options.add_session_config_entry("session.load_model_format", "ONNX")
    options.add_session_config_entry("session.use_env_allocators", "1")
    for threads in ("intra_op", "inter_op"):
        options.add_session_config_entry(f"session.{threads}.allow_spinning", "0")
    return options
