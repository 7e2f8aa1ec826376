"""A random walk of three steps, popular items held back."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from training.algorithms.base import Forgetful, Power
from training.algorithms.item_weights import write_sparse
from training.interactions import Interactions
from warmstart.artifact_writer import ArtifactWriter
from warmstart.scorer import Rows

if TYPE_CHECKING:
    import optuna

BLOCK = 2**24  # weights that are worked on at once, at most


@dataclass
class RP3beta(Forgetful):
    """RP3beta (Paudel, Christoffel, Newell & Bernstein, ACM TiiS 7(1), 2017).

    The weight from item i to item j is the probability of a walk i -> user -> j, each step raised to `alpha`, over j's
    popularity to the power `beta`. Of each target the k strongest are kept, then what leaves a source is scaled to 1.
    """

    scorer: ClassVar[str] = "item_item"
    personal: ClassVar[bool] = True
    k: int = 200
    alpha: Power = 0.7
    beta: Power = 0.4
    binary: bool = True  # every interaction counts as 1
    weights_: sparse.csr_matrix = field(init=False, repr=False)  # (n_items, n_items) from source to target

    def fit(self, interactions: Interactions, rng: np.random.Generator) -> Self:  # noqa: ARG002 nothing is random here
        """Walk from every item at once, a block of targets at a time."""
        matrix = self.matrix(interactions, binary=self.binary)
        to_item = _steps(matrix, self.alpha)  # (n_users, n_items) from a user
        to_user = _steps(matrix.T.tocsr(), self.alpha).tocsc()  # (n_items, n_users) from an item
        held_back = np.maximum(interactions.popularity, 1).astype(np.float32) ** -self.beta
        columns = to_item.tocsc()
        size = max(1, BLOCK // interactions.n_items)
        blocks = []
        for start in range(0, interactions.n_items, size):
            walked = (to_user @ columns[:, start : start + size]).tocoo()
            away = walked.row != walked.col + start  # not back to itself
            sources, targets = walked.row[away], walked.col[away]
            values = walked.data[away] * held_back[start + targets]
            blocks.append(_strongest(sources, targets, values, self.k, (interactions.n_items, walked.shape[1])))
        weights = sparse.hstack(blocks, format="csr")
        totals = weights.sum(axis=1).A1
        self.weights_ = sparse.diags(1 / np.where(totals > 0, totals, 1)) @ weights
        return self

    def export(self, writer: ArtifactWriter) -> None:
        """Add the weights."""
        write_sparse(writer, self.weights_)

    @staticmethod
    def space(trial: "optuna.Trial") -> dict[str, Any]:
        """Return settings to try."""
        return {
            "k": trial.suggest_int("k", 20, 1000, log=True),
            "alpha": trial.suggest_float("alpha", 0.3, 1.5),
            "beta": trial.suggest_float("beta", 0.05, 1.0),
        }


def _steps(matrix: sparse.csr_matrix, alpha: float) -> sparse.csr_matrix:
    """Return the probability of a step from each row to each column, to the power alpha."""
    totals = matrix.sum(axis=1).A1
    steps = (sparse.diags(1 / np.where(totals > 0, totals, 1)) @ matrix).tocsr().astype(np.float32)
    steps.data **= alpha
    return steps


def _strongest(
    sources: Rows, targets: Rows, values: NDArray[np.float32], k: int, shape: tuple[int, int]
) -> sparse.csc_matrix:
    """Return each target's k largest weights as (sources, targets); of a tie the lower source."""
    order = np.lexsort((sources, -values, targets))
    counts = np.bincount(targets, minlength=shape[1])
    places = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)  # within each target
    kept = order[places < k]
    return sparse.csc_matrix((values[kept], (sources[kept], targets[kept])), shape)
