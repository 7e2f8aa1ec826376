"""Alternating least squares, through implicit."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from implicit.als import AlternatingLeastSquares
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from training.algorithms.vectors import Search, keeping, kept, write_features, write_items
from training.features import FeatureTable, none_of, of_items, of_users
from training.interactions import Interactions
from warmstart.ann import Ann
from warmstart.artifact_writer import ArtifactWriter
from warmstart.errors import DataError

if TYPE_CHECKING:
    import optuna


@dataclass
class ALS:
    """Alternating least squares for implicit feedback (Hu, Koren & Volinsky, ICDM 2008).

    Large dimensions want strong regularization (Rendle, Krichene, Zhang & Koren, RecSys 2022). Their regularization by
    frequency is not here: on MovieLens 1M it was no better than a constant of its own, and a history in a request would
    have to be regularized by its length.
    """

    scorer: ClassVar[str] = "factorization"
    personal: ClassVar[bool] = True
    factors: int = 64
    regularization: float = 0.01
    alpha: float = 40.0  # confidence of an interaction of weight 1
    iterations: int = 15
    features: bool = False  # of users and items beside the learnt factors, fitted together as RecTools does
    search: Search = "exact"
    ef: int = 100  # of hnsw: nodes that are kept in a search
    users_: FeatureTable = field(init=False, repr=False)  # (n_users, f) what is known of them, where that counts
    user_vectors_: NDArray[np.float32] = field(init=False, repr=False)  # (n_users, factors)
    index_: Ann | None = field(default=None, init=False, repr=False)  # of the items, once it was needed
    item_vectors_: NDArray[np.float32] = field(init=False, repr=False)  # (n_items, factors)

    def fit(self, interactions: Interactions, rng: np.random.Generator) -> Self:
        """Factorise the matrix of weights."""
        with threadpool_limits(1, "blas"):  # implicit has its own threads; two sets of them fight
            model = AlternatingLeastSquares(
                factors=self.factors,
                regularization=self.regularization,
                alpha=self.alpha,
                iterations=self.iterations,
                random_state=int(rng.integers(2**31)),
                use_gpu=False,
            )
            self.users_ = none_of(interactions.n_users)
            if self.features:
                self._fit_with_features(model, interactions)
            else:
                model.fit(interactions.matrix(), show_progress=False)
        self.index_ = None
        self.user_vectors_, self.item_vectors_ = model.user_factors, model.item_factors
        return self

    def _fit_with_features(self, model: AlternatingLeastSquares, interactions: Interactions) -> None:
        from rectools.dataset import SparseFeatures  # noqa: PLC0415 half a second that few need
        from rectools.models.implicit_als import fit_als_with_features_together_inplace  # noqa: PLC0415

        self.users_ = of_users(interactions)
        tables = [
            SparseFeatures(table.matrix, table.values) if len(table) else None
            for table in (self.users_, of_items(interactions))
        ]
        if tables == [None, None]:
            raise DataError("als with features needs a users or an items table, and there is none that says anything")
        fit_als_with_features_together_inplace(model, interactions.matrix(), *tables, self.iterations)

    def export(self, writer: ArtifactWriter) -> None:
        """Add the vectors and `gram` = items^T items + lambda I for folding histories in.

        What is known of users are the first numbers of their vectors, 1 or 0, so each value's own vector is 1 there.
        They lie beside the users' vectors, for a request may know better.
        """
        items, users = self.item_vectors_, self.user_vectors_.copy()
        users[:, : len(self.users_)] = 0
        writer.array("user_vectors", users)
        known = np.eye(len(self.users_), items.shape[1], dtype=np.float32)
        write_features(writer, self.users_, known, np.zeros_like(items[0]))
        self.index_ = write_items(writer, items, self.search, self.ef, self.index_)
        writer.array("gram", items.T @ items + self.regularization * np.eye(items.shape[1], dtype=np.float32))

    def kept(self) -> int:
        """Return how many nodes a search keeps; of an exact one, all."""
        return kept(self)

    def most(self) -> int:
        """Return the number of items."""
        return len(self.item_vectors_)

    def keeping(self, count: int) -> "ALS":
        """Return the same with another search: exact where it would keep all items."""
        return keeping(self, count)

    @staticmethod
    def space(trial: "optuna.Trial") -> dict[str, Any]:
        """Return settings to try."""
        return {
            "factors": trial.suggest_categorical("factors", [32, 64, 128, 256]),
            "regularization": trial.suggest_float("regularization", 1e-3, 300, log=True),
            "alpha": trial.suggest_float("alpha", 0.5, 80, log=True),
            "iterations": trial.suggest_int("iterations", 5, 30),
        }
