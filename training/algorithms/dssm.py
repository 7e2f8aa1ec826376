"""DSSM: a tower for users and one for items."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import numpy as np

from training.algorithms.base import Between
from training.algorithms.encoded import Dropout, Encoded, Rate, torch_for
from training.algorithms.vectors import write_features
from training.features import FeatureTable, none_of, of_items, of_users
from training.interactions import Interactions
from warmstart.artifact_writer import ArtifactWriter
from warmstart.inner_product import Vectors

if TYPE_CHECKING:
    import optuna

Sampling = Literal["quality", "uniform"]


@dataclass
class DSSM(Encoded):
    """Two towers (Huang et al., CIKM 2013): a user's history and features, an item's id and genres.

    A step draws `positives` items of each user, by the weight of their interactions where `sampling` is "quality", and
    tells them from the rest of the history. What others of the batch had is wrong for a user, corrected by how often it
    is drawn (logQ: Yi et al., RecSys 2019).
    """

    learning_rate: Rate = 0.002
    sampling: Sampling = "quality"
    positives: int = 4  # items of a user that are told in a step, at most half of them
    hidden: int = 128
    factors: int = 64
    dropout: Dropout = 0.3  # of the items of a history, while it learns
    temperature: Annotated[float, Between(0.01, 1)] = 0.1  # of the softmax: scores are at most one over it, and a bias
    binary: bool = True  # every item of a history counts as 1
    features: bool = True  # of users and items, where the tables have any
    cold: Literal["features", "popular"] = "features"  # what answers people without a history; decided by `train`
    users_: FeatureTable = field(init=False, repr=False)  # (n_users, f) what is known of them
    user_values_: Vectors = field(init=False, repr=False)  # (f, hidden) what that puts into the network

    def fit(self, interactions: Interactions, rng: np.random.Generator) -> Self:
        """Learn.

        Raises:
            DataError: PyTorch is not installed, or the numbers are none.
        """
        with torch_for("dssm"):
            from training.neural.towers import TowersLearner  # noqa: PLC0415
        users = of_users(interactions) if self.features else none_of(interactions.n_users)

        def learner(part: Interactions) -> TowersLearner:
            items = of_items(part) if self.features else none_of(part.n_items)
            return TowersLearner(part, users, items, self)

        learnt = self.learn(learner, interactions, rng)
        assert isinstance(learnt, TowersLearner)  # noqa: S101 it was made above
        self.users_, self.user_values_ = users, learnt.user_values()
        return self

    def export(self, writer: ArtifactWriter) -> None:
        """Add the user's tower, the items' vectors, and what is known of users."""
        super().export(writer)
        write_features(writer, self.users_, self.user_values_, np.zeros(self.hidden, np.float32))

    @staticmethod
    def space(trial: "optuna.Trial") -> dict[str, Any]:
        """Return settings to try."""
        return {
            "sampling": trial.suggest_categorical("sampling", ["quality", "uniform"]),
            "hidden": trial.suggest_categorical("hidden", [128, 256, 512]),
            "factors": trial.suggest_categorical("factors", [64, 128, 256]),
            "temperature": trial.suggest_float("temperature", 0.03, 0.3, log=True),
            "learning_rate": trial.suggest_float("learning_rate", 3e-4, 5e-3, log=True),
        }
