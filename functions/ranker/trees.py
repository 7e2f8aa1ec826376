"""The trees, served by onnxruntime."""

from typing import Self

import numpy as np
from numpy.typing import NDArray

from warmstart.artifact import Artifact
from warmstart.onnx_graph import End, OnnxGraph

FILE = "ranker.onnx"
INPUT, OUTPUT = "features", "scores"
OPERATORS = {"ai.onnx.ml": ("TreeEnsembleRegressor",)}


class OnnxTrees:
    """A score for each row of features; one thread, so that a row scores the same among any others."""

    def __init__(self, graph: OnnxGraph) -> None:
        self._graph = graph

    @classmethod
    def load(cls, artifact: Artifact, n_features: int) -> Self:
        """Open the trees over that many features; raise Incompatible where there are none, or anything else."""
        graph = OnnxGraph.load(artifact.folder / FILE, OPERATORS, most=1)
        graph.expect(End(INPUT, (None, n_features)), End(OUTPUT, (None, 1)))
        graph.try_on(np.zeros((1, n_features), np.float32))  # a feature that is not there is found by a run alone
        return cls(graph)

    def scores(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the scores (n,) of n rows (n, f)."""
        return self._graph.run(features)[:, 0]
