"""A variational autoencoder: all of a user's items, told from a part of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import numpy as np

from training.algorithms.base import Between
from training.algorithms.encoded import Dropout, Encoded, torch_for
from training.interactions import Interactions

if TYPE_CHECKING:
    import optuna

Architecture = Literal["composite", "plain"]


@dataclass
class Autoencoder(Encoded):
    """MultVAE (Liang et al., WWW 2018) with the encoder and the composite prior of RecVAE (Shenbin et al., WSDM 2020).

    The items of a history go in as a sparse sum, the mean of the posterior comes out, and the linear decoder's lines
    are the items' vectors. `architecture` "plain" is MultVAE itself, whose `divergence` is best near 0.2.
    """

    architecture: Architecture = "composite"
    hidden: int = 600
    factors: int = 200
    dropout: Dropout = 0.5  # of the items of a history, while it learns
    divergence: Annotated[float, Between(0, 10)] = 0.02  # weight of the prior, an item; if "plain", in all
    binary: bool = True  # every interaction counts as 1

    def fit(self, interactions: Interactions, rng: np.random.Generator) -> Self:
        """Learn.

        Raises:
            DataError: PyTorch is not installed, or the numbers are none.
        """
        with torch_for("autoencoder"):
            from training.neural.autoencoder import AutoencoderLearner  # noqa: PLC0415
        self.learn(lambda part: AutoencoderLearner(part, self), interactions, rng)
        return self

    @staticmethod
    def space(trial: "optuna.Trial") -> dict[str, Any]:
        """Return settings to try."""
        return {
            "hidden": trial.suggest_categorical("hidden", [200, 400, 600]),
            "factors": trial.suggest_categorical("factors", [64, 128, 200]),
            "dropout": trial.suggest_float("dropout", 0.2, 0.8),
            "divergence": trial.suggest_float("divergence", 0.003, 0.3, log=True),
            "learning_rate": trial.suggest_float("learning_rate", 2e-4, 5e-3, log=True),
        }
