"""A network that makes a vector of a history, as an algorithm: how long it learns, and what of it is served."""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

import numpy as np

from functions.neural.encoder import FILE
from training.algorithms.base import Between, Share, Timed, settings_of
from training.algorithms.vectors import Search, write_items
from training.interactions import Interactions
from training.neural.watch import Epoch, Watch
from warmstart.ann import Ann
from warmstart.artifact_writer import ArtifactWriter
from warmstart.errors import DataError
from warmstart.inner_product import Vectors

if TYPE_CHECKING:
    from training.neural.learning import Learner

Dropout = Annotated[float, Between(0, 0.95)]
Rate = Annotated[float, Between(1e-6, 1)]  # a step of Adam's moves every weight by about so much
INT8, WHOLE = 1, 2  # how much of the weights is kept
COMPARED = 64  # users whose scores must be the same from PyTorch and from ONNX


@dataclass(kw_only=True)
class Encoded(Timed):
    """What all networks have in common; PyTorch is imported once one is fitted."""

    scorer: ClassVar[str] = "neural"
    personal: ClassVar[bool] = True
    epochs: int = 200  # at most; where nothing is held back to tell, exactly
    patience: int = 10  # epochs without a better one after which no more are tried
    validation: Share = 0.2  # of the users, of whom something is held back to tell; 0: nobody
    batch: int = 256  # users
    learning_rate: Rate = 0.001
    search: Search = "exact"
    ef: int = 100  # of hnsw: nodes that are kept in a search
    weights: Literal["float32", "int8"] = "float32"  # of the network; int8 only where that loses little
    watch: Watch = field(init=False, default_factory=Watch, repr=False, compare=False)
    curve_: list[Epoch] = field(init=False, repr=False)  # of the search for the number of epochs, if any
    encoder_: bytes = field(init=False, repr=False)  # the ONNX file
    inputs_: Vectors = field(init=False, repr=False)  # (n_items, d_in) what an item puts into it
    item_vectors_: Vectors = field(init=False, repr=False)  # (n_items, d)
    index_: Ann | None = field(default=None, init=False, repr=False)  # of the items, once it was needed

    def check_installed(self) -> None:
        """Raise DataError where PyTorch, without which nothing is fitted, is not installed."""
        with torch_for(type(self).__name__.lower()):
            import torch  # noqa: F401, PLC0415 it takes seconds

    def learn(
        self, make: "Callable[[Interactions], Learner]", interactions: Interactions, rng: np.random.Generator
    ) -> "Learner":
        """Train, and keep what is served; as many epochs as were found are then this one's setting.

        Raises:
            DataError: the numbers are none, or ONNX computes others.
        """
        from training.neural.learning import Schedule, learn  # noqa: PLC0415 torch takes seconds
        from training.neural.onnx_file import check_parity, written  # noqa: PLC0415

        schedule = Schedule(self.epochs, self.patience, self.validation, int(rng.integers(2**31)))
        name = f"{type(self).__name__} {settings_of(self)}"
        learner, self.epochs, self.curve_ = learn(make, interactions, schedule, name, self.watch)
        self.validation = 0.0
        served = learner.served()
        self.encoder_, self.inputs_, self.item_vectors_ = written(served), served.inputs, learner.item_vectors()
        self.index_ = None
        some = np.flatnonzero(np.diff(interactions.indptr))
        some = some[:: max(1, len(some) // COMPARED)].astype(np.int32)
        expected = learner.vectors(some)
        if not all(np.isfinite(values).all() for values in (self.inputs_, self.item_vectors_, expected)):
            raise DataError("it came to no numbers; take a smaller learning_rate")
        check_parity(self.encoder_, map(learner.given, some.tolist()), expected, self.item_vectors_)
        return learner

    def export(self, writer: ArtifactWriter) -> None:
        """Add the network, what items put into it, and the items' vectors."""
        writer.array("input_vectors", self.inputs_)
        self.index_ = write_items(writer, self.item_vectors_, self.search, self.ef, self.index_)
        encoder = self.encoder_
        if self.weights == "int8":
            from training.neural.onnx_file import quantized  # noqa: PLC0415

            encoder = quantized(encoder)
        (writer.folder / FILE).write_bytes(encoder)

    def kept(self) -> int:
        """Return how much is kept: 1 where weights have 8 bits, else how many nodes a search keeps."""
        if self.weights == "int8":
            return INT8
        return self.most() if self.search == "exact" else max(WHOLE, self.ef)

    def most(self) -> int:
        """Return the number of items, which an exact search with whole weights keeps."""
        return max(WHOLE, len(self.item_vectors_))

    def keeping(self, count: int) -> Self:
        """Return the same that keeps more: whole weights, then more nodes of a search, all items at last."""
        other = copy.copy(self)
        if count > INT8:
            other.weights = "float32"
        if count >= self.most():
            other.search = "exact"
        elif count > INT8:
            other.ef = max(count, self.ef)
        return other


@contextmanager
def torch_for(algorithm: str) -> Iterator[None]:
    """Import what needs PyTorch in a `with` of this; where that is not installed, a DataError says what to install."""
    try:
        yield
    except ImportError as error:
        raise DataError(f"{algorithm} needs PyTorch: pip install 'warmstart[neural]' ({error})") from None
