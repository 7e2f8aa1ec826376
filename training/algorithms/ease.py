"""EASE: the item-item weights that rebuild the interactions best, in closed form."""

import copy
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from training.algorithms.base import Forgetful
from training.algorithms.cholesky import invert
from training.algorithms.item_weights import write_sparse
from training.interactions import Interactions
from training.memory import refuse_over
from warmstart.artifact_writer import ArtifactWriter
from warmstart.errors import DataError

if TYPE_CHECKING:
    import optuna

BLOCK = 2**24  # numbers that are worked on at once: 64 MB
SAMPLE = 2**22  # weights that the least one to keep is found from


@dataclass
class EASE(Forgetful):
    """Embarrassingly shallow autoencoders (Steck, WWW 2019).

    B = I - P diag(1 / diag(P)) with P the inverse of X^T X + lambda I, by a Cholesky factorisation in place.

    On average `keep` weights an item are exported: the largest of |B_ij| times the root of i's summed squares, for that
    is how far a weight moves the scores of all users together.
    """

    scorer: ClassVar[str] = "item_item"
    personal: ClassVar[bool] = True
    regularization: float = 250.0
    keep: int = 400  # weights an item, on average; all of them where that is half of the items or more
    binary: bool = True  # every interaction counts as 1
    weights_: NDArray[np.float32] = field(init=False, repr=False)  # (n_items, n_items) from source to target
    spread_: NDArray[np.float32] = field(init=False, repr=False)  # (n_items,) root of the summed squares of each source

    def fit(self, interactions: Interactions, rng: np.random.Generator) -> Self:  # noqa: ARG002 nothing is random here
        """Solve.

        Raises:
            DataError: memory is short, or the regularization is too small for float32.
        """
        n_items = interactions.n_items
        kept = min(self.keep, n_items // 2)  # eight bytes each, held as blocks and as one
        refuse_over((4 * n_items + 16 * kept) * n_items, f"ease with {n_items:,} items")
        gram = _gram(self.matrix(interactions, binary=self.binary))
        diagonal = np.diagonal(gram).copy()
        np.fill_diagonal(gram, diagonal + self.regularization)
        self.weights_, self.spread_ = _weights(gram), np.sqrt(diagonal)
        return self

    def kept(self) -> int:
        """Return the weights an item that are exported."""
        return self.keep

    def most(self) -> int:
        """Return from where on all weights are exported: sparse, each takes up to twice the bytes."""
        return -(-len(self.weights_) // 2)

    def keeping(self, count: int) -> "EASE":
        """Return the same with another number of weights."""
        other = copy.copy(self)
        other.keep = count
        return other

    def export(self, writer: ArtifactWriter) -> None:
        """Add the strongest weights, or all as `weights` (n_items, n_items) where half of them or more are kept."""
        if self.keep >= self.most():
            writer.array("weights", self.weights_)
        else:
            write_sparse(writer, self._strongest())

    @staticmethod
    def space(trial: "optuna.Trial") -> dict[str, Any]:
        """Return settings to try."""
        return {
            "regularization": trial.suggest_float("regularization", 5, 5000, log=True),
            "binary": trial.suggest_categorical("binary", [True, False]),
        }

    def _strongest(self) -> sparse.csr_matrix:
        n_items = len(self.weights_)
        step = math.ceil(n_items / math.isqrt(SAMPLE))
        importance = np.abs(self.weights_[::step, ::step]) * self.spread_[::step, None]
        least = np.quantile(importance, 1 - self.keep / n_items)
        blocks = []
        for rows in _blocks(n_items):
            block, spread = self.weights_[rows], self.spread_[rows, None]
            blocks.append(sparse.csr_matrix(np.where(np.abs(block) * spread > least, block, 0)))
        return sparse.vstack(blocks, format="csr")


def _gram(matrix: sparse.csr_matrix) -> NDArray[np.float32]:
    """Return X^T X: (n_items, n_items)."""
    n_items = matrix.shape[1]
    columns = matrix.T.tocsr()
    gram = np.empty((n_items, n_items), np.float32)
    for rows in _blocks(n_items):
        gram[rows] = (columns[rows] @ matrix).toarray()
    return gram


def _weights(gram: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return I - P diag(1 / diag(P)) for P the inverse of a matrix, which is overwritten."""
    invert(gram)
    with np.errstate(divide="ignore"):
        scale = -1 / np.diagonal(gram)
    if not np.isfinite(scale).all():
        raise DataError("the regularization, or what the interactions weigh, is too large for float32")
    gram *= scale  # each column by its own
    np.fill_diagonal(gram, 0)
    return gram


def _blocks(n_items: int) -> list[slice]:
    """Return blocks of rows that together are all."""
    size = max(1, BLOCK // n_items)
    return [slice(start, min(start + size, n_items)) for start in range(0, n_items, size)]
