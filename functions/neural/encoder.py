"""A history becomes a vector, by the artifact's network: of a bag of items, or of the sequence of the newest."""

from dataclasses import replace
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from warmstart.artifact import Artifact
from warmstart.errors import Incompatible
from warmstart.feature_vectors import FEATURES_FILE
from warmstart.inner_product import Vectors
from warmstart.onnx_graph import End, OnnxGraph
from warmstart.scorer import Query, Rows

FILE = "encoder.onnx"
BAG, SEQUENCE, OUTPUT = "bag", "sequence", "vector"
MOST_LENGTH = 2_048  # of a sequence: what a network holds of one grows with the square of it
MOST_ITEMS = 50  # that are left out of a bag, one by one
NEWEST = 10  # events of a sequence of which the same is done
LAYERS = """
    Abs Add And Cast Clip Concat Constant ConstantOfShape Div Elu Equal Erf Exp Expand Flatten Gather GatherElements
    GatherND Gemm Greater GreaterOrEqual HardSigmoid HardSwish Identity IsNaN LayerNormalization LeakyRelu Less
    LessOrEqual Log LogSoftmax LpNormalization MatMul Max Min Mul Neg Not Or PRelu Pow Range Reciprocal ReduceL2
    ReduceMax ReduceMean ReduceSum Relu Reshape Selu Shape Sigmoid Sign Slice Softmax Softplus Split Sqrt Squeeze Sub
    Sum Tanh Tile Transpose Trilu Unsqueeze Where
"""  # what torch.onnx.export makes of layers, gates and attention
INTEGERS = "DequantizeLinear DynamicQuantizeLinear MatMulInteger QuantizeLinear"  # of onnxruntime's quantization
OPERATORS = {"": frozenset(f"{LAYERS} {INTEGERS}".split())}
Shares = NDArray[np.float32]


class Encoder(Protocol):
    """A network and what items put into it. One query at a time, so that a batch's vectors are those of one."""

    @property
    def width(self) -> int:
        """Return how many numbers of an item go into the network: d_in."""
        ...

    def vector(self, query: Query, known: Vectors | None) -> Vectors | None:
        """Return the vector (d,) of a history that is not empty, or None.

        Args:
            query: whose history it is.
            known: (d_in,) what is known of the user; None where nothing is.

        Returns:
            None where nothing counts, or where the network finds no finite vector.
        """
        ...

    def of_features(self, known: Vectors) -> Vectors | None:
        """Return the vector (d,) of somebody without a history, of whom this is known: (d_in,)."""
        ...

    def without_each(self, query: Query, known: Vectors | None) -> dict[int, Vectors | None]:
        """Return the vector (d,) without an item of the history, for each row of those that may tell most."""
        ...


def load_encoder(artifact: Artifact, n_items: int, dimension: int) -> Encoder:
    """Open `encoder.onnx` and `input_vectors`, and try them; raise Incompatible where they do not fit.

    Args:
        artifact: what holds them.
        n_items: lines of `input_vectors`.
        dimension: of the items' vectors.
    """
    graph = OnnxGraph.load(artifact.folder / FILE, OPERATORS)
    inputs = artifact.array("input_vectors", np.float32, n_items, None)
    network = Network(graph, inputs)
    sequence = graph.input.name == SEQUENCE
    name, lines = (SEQUENCE, None) if sequence else (BAG, 1)
    given = (End(OUTPUT, (ones, dimension)) for ones in (1, None))  # an exporter need not know that it is 1
    graph.expect(End(name, (lines, network.width)), *given)
    if sequence:
        return SequenceEncoder.load(artifact, network)
    network.check(1)
    return BagEncoder(network, binary=artifact.switch("binary"))


def shares(counts: NDArray[np.float64]) -> Shares:
    """Return what items of a bag count, over the length of all as a vector; 0 where that is 0 or no number."""
    norm = np.linalg.norm(counts)
    if not 0 < norm < np.inf:
        return np.zeros(len(counts), np.float32)
    found: Shares = (counts / norm).astype(np.float32)
    return found


class Network(NamedTuple):
    """A graph and what it takes of items."""

    graph: OnnxGraph
    inputs: Vectors  # (n_items, d_in)

    @property
    def width(self) -> int:
        """Return d_in."""
        return int(self.inputs.shape[1])

    def run(self, values: Vectors) -> Vectors | None:
        """Return the vector (d,) of (h, d_in); None where it is not finite."""
        vector: Vectors = self.graph.run(values)[0]
        return vector if np.isfinite(vector).all() else None

    def check(self, lines: int) -> None:
        """Raise Incompatible where the graph does not run over so many lines, or makes no finite vector of ones."""
        found = self.graph.try_on(np.ones((lines, self.width), np.float32))
        if found.shape != (1, self.graph.output.shape[1]):
            raise Incompatible(f"{FILE} makes no vector of {lines} events")


class BagEncoder:
    """The distinct items of a history, in no order: their weighed sum goes into the network."""

    def __init__(self, network: Network, *, binary: bool) -> None:
        self._network = network
        self._binary = binary  # every item counts 1, else the sum of its weights

    @property
    def width(self) -> int:
        """Return d_in."""
        return self._network.width

    def vector(self, query: Query, known: Vectors | None) -> Vectors | None:
        """Encode all items."""
        items, counts = query.distinct(binary=self._binary)
        parts = shares(counts)
        if known is None and not parts.any():
            return None
        return self._run(parts @ self._network.inputs[items], known)

    def of_features(self, known: Vectors) -> Vectors | None:
        """Encode a bag without items."""
        return self._run(known, None)

    def without_each(self, query: Query, known: Vectors | None) -> dict[int, Vectors | None]:
        """Leave out the items that count most, one by one."""
        items, counts = query.distinct(binary=self._binary)
        most = np.argsort(-counts, kind="stable")[:MOST_ITEMS]
        left = np.tile(counts, (len(most), 1))
        left[np.arange(len(most)), most] = 0
        bags = np.stack([shares(line) for line in left]) @ self._network.inputs[items]
        return {int(items[place]): self._run(bag, known) for place, bag in zip(most, bags, strict=True)}

    def _run(self, bag: Vectors, known: Vectors | None) -> Vectors | None:
        return self._network.run((bag if known is None else bag + known)[None])


class SequenceEncoder:
    """The newest events of a history, oldest first, each weighed by its age alone."""

    def __init__(self, network: Network, length: int) -> None:
        self._network = network
        self._length = length  # events that are read

    @classmethod
    def load(cls, artifact: Artifact, network: Network) -> "SequenceEncoder":
        """Read how many events count; raise Incompatible where the network does not run over as many, or over one."""
        if FEATURES_FILE in artifact.manifest.files:
            raise Incompatible(f"{FEATURES_FILE} stands beside an encoder of sequences, which has no place for it")
        length = artifact.setting("length")
        if not (1 <= length <= MOST_LENGTH and length.is_integer()):
            raise Incompatible(f"a length of {length:g}")
        for lines in sorted({1, int(length)}):
            network.check(lines)
        return cls(network, int(length))

    @property
    def width(self) -> int:
        """Return d_in."""
        return self._network.width

    def vector(self, query: Query, known: Vectors | None) -> Vectors | None:  # noqa: ARG002 an encoder of a bag adds it
        """Encode the newest events."""
        values = self._network.inputs[query.history[-self._length :]]
        if query.recency is not None:
            values = values * query.recency[-self._length :, None]
        return self._network.run(values)

    def of_features(self, known: Vectors) -> Vectors | None:  # noqa: ARG002
        """Know nobody without a history."""
        return None

    def without_each(self, query: Query, known: Vectors | None) -> dict[int, Vectors | None]:
        """Leave out the items of the newest events, one by one, with all their events; older events move up."""
        newest: Rows = query.history[-min(NEWEST, self._length) :]
        kept = {item: query.history != item for item in dict.fromkeys(newest[::-1].tolist())}
        return {item: self.vector(_only(query, events), known) for item, events in kept.items() if events.any()}


def _only(query: Query, events: NDArray[np.bool_]) -> Query:
    recency = None if query.recency is None else query.recency[events]
    return replace(query, history=query.history[events], weights=query.weights[events], recency=recency)
