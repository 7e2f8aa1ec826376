"""The trees, served by onnxruntime: this family's one library."""

from pathlib import Path
from typing import Self

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from warmstart.artifact import Artifact
from warmstart.errors import Incompatible

FILE = "ranker.onnx"
INPUT, OUTPUT = "features", "scores"
MOST_BYTES = 64 * 2**20
EXTERNAL = b"location"  # the key that names the file of a tensor that lies in another one
NODES = [("ai.onnx.ml", "TreeEnsembleRegressor")]
FATAL = 4  # of onnxruntime's log severities


class OnnxTrees:
    """A score for each row of features; one thread, so that a row scores the same among any others."""

    def __init__(self, model: bytes) -> None:
        self._session = onnxruntime.InferenceSession(model, _options(), providers=["CPUExecutionProvider"])

    @classmethod
    def load(cls, artifact: Artifact, n_features: int) -> Self:
        """Open the trees over that many features; raise Incompatible where there are none, or anything else."""
        try:
            trees = cls(_read(artifact.folder / FILE))
        except Incompatible:
            raise
        except Exception as error:  # onnxruntime's errors have no base of their own
            raise Incompatible(f"{FILE} cannot be opened: {type(error).__name__}") from None
        graphs = trees._session.get_provider_graph_assignment_info()
        nodes = [(node.domain, node.op_type) for graph in graphs for node in graph.get_nodes()]
        if nodes != NODES:
            raise Incompatible(f"{FILE} is more than one {NODES[0][1]}")
        ends = [*trees._session.get_inputs(), *trees._session.get_outputs()]
        found = [(end.name, end.type, end.shape[1:]) for end in ends]
        if found != [(INPUT, "tensor(float)", [n_features]), (OUTPUT, "tensor(float)", [1])]:
            raise Incompatible(f"{FILE} is {found}, expected {n_features} features")
        return trees

    def scores(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the scores (n,) of n rows (n, f)."""
        scores: NDArray[np.float32] = self._session.run([OUTPUT], {INPUT: features})[0]
        return scores[:, 0]


def _read(path: Path) -> bytes:
    if path.stat().st_size > MOST_BYTES:
        raise Incompatible(f"{FILE} is larger than {MOST_BYTES >> 20} MiB")
    model = path.read_bytes()
    if EXTERNAL in model:  # onnxruntime reads other files, from the working directory, even for a model out of memory
        raise Incompatible(f"{FILE} names other files")
    return model


def _options() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL  # hides no node
    options.log_severity_level = FATAL
    options.add_session_config_entry("session.load_model_format", "ONNX")
    options.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
    for threads in ("intra_op", "inter_op"):
        options.add_session_config_entry(f"session.{threads}.allow_spinning", "0")
    return options
