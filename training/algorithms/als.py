"""Alternating least squares, through implicit."""

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from implicit.als import AlternatingLeastSquares
from implicit.recommender_base import ModelFitError
from numpy.typing import NDArray
from scipy import sparse
from threadpoolctl import threadpool_limits

from training.algorithms.base import Forgetful
from training.algorithms.vectors import Search, keeping, kept, write_features, write_items
from training.features import FeatureTable, none_of, of_items, of_users
from training.interactions import Interactions
from warmstart.ann import Ann
from warmstart.artifact_writer import ArtifactWriter
from warmstart.errors import DataError

if TYPE_CHECKING:
    import optuna


@dataclass
class ALS(Forgetful):
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
        """Factorise the matrix of weights, and end with users' vectors that are exact for the items'.

        Training itself solves by a few conjugate gradients, so that a user who brings the same history would have
        another vector.

        Raises:
            DataError: nothing is known of users or items, or the factors are no numbers.
        """
        self.users_, self.index_ = of_users(interactions) if self.features else none_of(interactions.n_users), None
        matrix = self.matrix(interactions)
        with threadpool_limits(1, "blas"):  # implicit has its own threads; two sets of them fight
            model = self._model(int(rng.integers(2**31)))
            try:
                self._factorise(model, matrix, interactions)
            except ModelFitError as error:
                raise DataError(f"als came to no numbers ({error}); take a smaller alpha or regularization") from None
            del matrix  # for the next one is as large
            model.factors = model.item_factors.shape[1]
            return self._with_users(model, interactions)

    def with_items(self, vectors: NDArray[np.float32], interactions: Interactions) -> Self:
        """Take item vectors (n_items, factors) that were learnt elsewhere, and solve for the users'."""
        self.users_, self.index_ = none_of(interactions.n_users), None
        with threadpool_limits(1, "blas"):
            model = self._model(0)
            model.item_factors = vectors
            return self._with_users(model, interactions)

    def _model(self, seed: int) -> AlternatingLeastSquares:
        return AlternatingLeastSquares(
            factors=self.factors,
            regularization=self.regularization,
            alpha=self.alpha,
            iterations=self.iterations,
            random_state=seed,
            use_gpu=False,
        )

    def _with_users(self, model: AlternatingLeastSquares, interactions: Interactions) -> Self:
        self.user_vectors_ = model.recalculate_user(np.arange(interactions.n_users), interactions.matrix())
        self.user_vectors_[:, : len(self.users_)] = self.users_.matrix.toarray()
        self.item_vectors_ = model.item_factors
        return self

    def _factorise(self, model: AlternatingLeastSquares, matrix: sparse.csr_matrix, interactions: Interactions) -> None:
        if not self.features:
            model.fit(matrix, show_progress=False)
            return
        tables = [table if len(table) else None for table in (self.users_, of_items(interactions))]
        if tables == [None, None]:
            raise DataError("als with features needs a users or an items table, and there is none that says anything")
        try:
            from rectools.dataset import SparseFeatures  # noqa: PLC0415 half a second that few need
            from rectools.models.implicit_als import fit_als_with_features_together_inplace  # noqa: PLC0415
        except ImportError as error:
            raise DataError(f"als with features needs pip install rectools ({error})") from None
        known = [table and SparseFeatures(table.matrix, table.values) for table in tables]
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Converting sparse features", UserWarning)
            fit_als_with_features_together_inplace(model, matrix, *known, self.iterations)

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
