"""LightFM: factorization whose vectors are sums over features."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from training.algorithms.base import Timed
from training.algorithms.vectors import Search, encoder, keeping, kept, write_features, write_items
from training.features import FeatureTable, none_of, of_items, of_users
from training.interactions import Interactions
from warmstart.ann import Ann
from warmstart.artifact_writer import ArtifactWriter
from warmstart.errors import DataError

if TYPE_CHECKING:
    import optuna

Vectors = NDArray[np.float32]


@dataclass
class LightFM(Timed):
    """LightFM with the WARP loss (Kula, CBRecSys 2015; Weston, Bengio & Usunier, IJCAI 2011).

    A user's and an item's vector are the sums of their own and of those of their features; an item's bias is one more
    number of its vector. A user's own part is served by an encoder of the history, so that people whom training did not
    see have one; what is known of them adds the vectors of those values.
    """

    scorer: ClassVar[str] = "factorization"
    personal: ClassVar[bool] = True
    factors: int = 64
    learning_rate: float = 0.05
    regularization: float = 1e-6
    epochs: int = 20
    features: bool = True  # of users and items, where the tables have any
    cold: Literal["features", "popular"] = "features"  # what answers people without a history; decided by `train`
    search: Search = "exact"
    ef: int = 100  # of hnsw: nodes that are kept in a search
    index_: Ann | None = field(default=None, init=False, repr=False)  # of the items, once it was needed
    item_vectors_: Vectors = field(init=False, repr=False)  # (n_items, factors + 1)
    encoder_: Vectors = field(init=False, repr=False)  # (factors + 2, factors + 1)
    users_: FeatureTable = field(init=False, repr=False)  # (n_users, f) what is known of them
    feature_vectors_: Vectors = field(init=False, repr=False)  # (f, factors + 1)

    def fit(self, interactions: Interactions, rng: np.random.Generator) -> Self:
        """Learn; one thread, for the same result.

        Raises:
            DataError: LightFM is not installed, or its numbers are none.
        """
        users = of_users(interactions) if self.features else none_of(interactions.n_users)
        items = of_items(interactions) if self.features else none_of(interactions.n_items)
        model = self._model(int(rng.integers(2**31)))
        try:
            model.fit(
                interactions.matrix(binary=True).tocoo(),
                user_features=_with_own(users),
                item_features=_with_own(items),
                epochs=self.epochs,
                num_threads=1,
            )
        except ValueError as error:
            raise DataError(f"lightfm came to no numbers ({error}); take a smaller learning_rate") from None
        n_users, no_bias = interactions.n_users, np.zeros((len(users), 1))
        biases, vectors = model.get_item_representations(_with_own(items))
        self.index_ = None
        self.item_vectors_ = np.hstack([vectors, biases[:, None]]).astype(np.float32)
        own = np.hstack([model.user_embeddings[:n_users], np.ones((n_users, 1))])
        self.encoder_ = encoder(interactions, own, self.item_vectors_)
        self.users_ = users
        self.feature_vectors_ = np.hstack([model.user_embeddings[n_users:], no_bias]).astype(np.float32)
        return self

    def export(self, writer: ArtifactWriter) -> None:
        """Add the items' vectors, the encoder, and the vectors of what is known of users."""
        self.index_ = write_items(writer, self.item_vectors_, self.search, self.ef, self.index_)
        writer.array("encoder", self.encoder_)
        bias = np.eye(self.factors + 1, dtype=np.float32)[-1]  # of an item, which counts once
        write_features(writer, self.users_, self.feature_vectors_, bias)

    def kept(self) -> int:
        """Return how many nodes a search keeps; of an exact one, all."""
        return kept(self)

    def most(self) -> int:
        """Return the number of items."""
        return len(self.item_vectors_)

    def keeping(self, count: int) -> "LightFM":
        """Return the same with another search: exact where it would keep all items."""
        return keeping(self, count)

    @staticmethod
    def space(trial: "optuna.Trial") -> dict[str, Any]:
        """Return settings to try."""
        return {
            "factors": trial.suggest_categorical("factors", [32, 64, 128]),
            "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.2, log=True),
            "regularization": trial.suggest_float("regularization", 1e-7, 1e-4, log=True),
            "epochs": trial.suggest_int("epochs", 5, 60, log=True),
            "features": trial.suggest_categorical("features", [True, False]),
        }

    def _model(self, seed: int) -> Any:
        try:
            import lightfm  # noqa: PLC0415 a library of its own, which not everybody has
        except (ImportError, OSError) as error:  # OSError: a library of the system that it needs
            raise DataError(f"lightfm needs pip install 'rectools[lightfm]' ({error})") from None
        return lightfm.LightFM(
            no_components=self.factors,
            loss="warp",
            learning_rate=self.learning_rate,
            user_alpha=self.regularization,
            item_alpha=self.regularization,
            random_state=seed,
        )


def _with_own(features: FeatureTable) -> sparse.csr_matrix:
    """Return the features with one more for each row, its own."""
    return sparse.hstack([sparse.identity(features.matrix.shape[0], np.float32), features.matrix], format="csr")
