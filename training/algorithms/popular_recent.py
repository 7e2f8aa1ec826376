"""Popularity of the last days."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from training.algorithms.orders import Orders
from training.interactions import Interactions
from warmstart.artifact_writer import ArtifactWriter
from warmstart.errors import DataError
from warmstart.trend import decayed

if TYPE_CHECKING:
    import optuna


@dataclass
class PopularRecent:
    """Orders items by the users who had them in a window of days, where an older event counts less."""

    scorer: ClassVar[str] = "lists"
    personal: ClassVar[bool] = False
    days: float = 7.0  # of the window, before the last event
    half_life: float = 3.0  # days in which an event loses half of its weight
    orders_: Orders = field(init=False, repr=False)

    def fit(self, interactions: Interactions, rng: np.random.Generator) -> Self:  # noqa: ARG002 nothing is random here
        """Count; items without an event in the window follow in the order of all-time popularity.

        Raises:
            DataError: the table has no timestamps.
        """
        if interactions.ages is None:
            raise DataError("popular_recent needs timestamps, and the interactions have none")
        weights = decayed(interactions.ages, half_life=self.half_life, days=self.days)
        self.orders_ = Orders.by_weight(interactions, weights)
        return self

    def export(self, writer: ArtifactWriter) -> None:
        """Add nothing: the order of an artifact's fallback is this model."""

    @staticmethod
    def space(trial: "optuna.Trial") -> dict[str, Any]:
        """Return a window and a half-life to try."""
        return {
            "days": trial.suggest_float("days", 1, 60, log=True),
            "half_life": trial.suggest_float("half_life", 0.5, 30, log=True),
        }
