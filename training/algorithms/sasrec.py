"""SASRec: the next item, told from the order of those before."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from functions.neural.encoder import MOST_LENGTH
from training.algorithms.encoded import Dropout, Encoded, torch_for
from training.interactions import Interactions
from warmstart.errors import DataError

if TYPE_CHECKING:
    import optuna

Layers = Literal["ligr", "sasrec"]


@dataclass
class SASRec(Encoded):
    """Self-attention over a history (Kang & McAuley, ICDM 2018), by RecTools' layers and a softmax over items.

    `layers` "ligr" are those of eSASRec (arXiv 2508.06450), "sasrec" the authors'. The softmax is over all items, or
    over the right one and `negatives` others where there are more.
    """

    layers: Layers = "sasrec"
    factors: int = 64
    blocks: int = 2
    heads: int = 2
    length: int = 200  # events that are read, the newest
    dropout: Dropout = 0.2
    negatives: int = 512  # drawn anew for each batch
    batch: int = 32  # users

    def fit(self, interactions: Interactions, rng: np.random.Generator) -> Self:
        """Learn.

        Raises:
            DataError: PyTorch or RecTools is not installed, a setting does not fit, or the numbers are none.
        """
        if self.factors % self.heads:
            raise DataError(f"sasrec: factors {self.factors} are no multiple of {self.heads} heads")
        if self.length > MOST_LENGTH:
            raise DataError(f"sasrec: a length of {self.length} is more than {MOST_LENGTH}")
        if interactions.timestamps is None:
            self.watch.say("the interactions have no times: their order in the table stands for it")
        with torch_for("sasrec"):
            from training.neural.sasrec import SequenceLearner  # noqa: PLC0415
        self.learn(lambda part: SequenceLearner(part, self), interactions, rng)
        return self

    @staticmethod
    def space(trial: "optuna.Trial") -> dict[str, Any]:
        """Return settings to try."""
        return {
            "layers": trial.suggest_categorical("layers", ["ligr", "sasrec"]),
            "factors": trial.suggest_categorical("factors", [32, 64, 128]),
            "blocks": trial.suggest_int("blocks", 1, 3),
            "dropout": trial.suggest_float("dropout", 0.1, 0.5),
            "learning_rate": trial.suggest_float("learning_rate", 3e-4, 3e-3, log=True),
        }
