"""Bayesian personalized ranking, through implicit."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from implicit.bpr import BayesianPersonalizedRanking
from implicit.recommender_base import ModelFitError
from numpy.typing import NDArray

from training.algorithms.base import Timed
from training.algorithms.vectors import Search, encoder, keeping, kept, write_items
from training.interactions import Interactions
from warmstart.ann import Ann
from warmstart.artifact_writer import ArtifactWriter
from warmstart.errors import DataError

if TYPE_CHECKING:
    import optuna


@dataclass
class BPR(Timed):
    """Bayesian personalized ranking from implicit feedback (Rendle et al., UAI 2009).

    An item's bias is one more number of its vector, as implicit has it. Users are served by an encoder of their
    history.
    """

    scorer: ClassVar[str] = "factorization"
    personal: ClassVar[bool] = True
    factors: int = 64
    learning_rate: float = 0.05
    regularization: float = 0.03
    iterations: int = 150
    search: Search = "exact"
    ef: int = 100  # of hnsw: nodes that are kept in a search
    index_: Ann | None = field(default=None, init=False, repr=False)  # of the items, once it was needed
    item_vectors_: NDArray[np.float32] = field(init=False, repr=False)  # (n_items, factors + 1)
    encoder_: NDArray[np.float32] = field(init=False, repr=False)  # (factors + 2, factors + 1)

    def fit(self, interactions: Interactions, rng: np.random.Generator) -> Self:
        """Learn from pairs of an item that a user had and one that they had not; one thread, for the same result.

        Raises:
            DataError: the factors are no numbers.
        """
        model = BayesianPersonalizedRanking(
            factors=self.factors,
            learning_rate=self.learning_rate,
            regularization=self.regularization,
            iterations=self.iterations,
            random_state=int(rng.integers(2**31)),
            num_threads=1,
            use_gpu=False,
        )
        try:
            model.fit(interactions.matrix(binary=True), show_progress=False)
        except ModelFitError as error:
            raise DataError(f"bpr came to no numbers ({error}); take a smaller learning_rate") from None
        self.index_ = None
        self.item_vectors_ = model.item_factors
        self.encoder_ = encoder(interactions, model.user_factors, model.item_factors)
        return self

    def export(self, writer: ArtifactWriter) -> None:
        """Add the items' vectors and the encoder."""
        self.index_ = write_items(writer, self.item_vectors_, self.search, self.ef, self.index_)
        writer.array("encoder", self.encoder_)

    def kept(self) -> int:
        """Return how many nodes a search keeps; of an exact one, all."""
        return kept(self)

    def most(self) -> int:
        """Return the number of items."""
        return len(self.item_vectors_)

    def keeping(self, count: int) -> "BPR":
        """Return the same with another search: exact where it would keep all items."""
        return keeping(self, count)

    @staticmethod
    def space(trial: "optuna.Trial") -> dict[str, Any]:
        """Return settings to try."""
        return {
            "factors": trial.suggest_categorical("factors", [32, 64, 128]),
            "learning_rate": trial.suggest_float("learning_rate", 0.005, 0.2, log=True),
            "regularization": trial.suggest_float("regularization", 1e-3, 0.3, log=True),
            "iterations": trial.suggest_int("iterations", 50, 400, log=True),
        }
