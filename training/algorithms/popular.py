"""Popularity by distinct users."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from training.algorithms.orders import Orders
from training.interactions import Interactions
from warmstart.artifact_writer import ArtifactWriter

if TYPE_CHECKING:
    import optuna


@dataclass
class Popular:
    """Orders items by how many users had them, for everybody and per segment of the users."""

    scorer: ClassVar[str] = "lists"
    personal: ClassVar[bool] = False
    orders_: Orders = field(init=False, repr=False)

    def fit(self, interactions: Interactions, rng: np.random.Generator) -> Self:  # noqa: ARG002 nothing is random here
        """Count; every pair counts once, however often it occurred."""
        ones = np.ones(len(interactions.items), np.float32)
        self.orders_ = Orders.by_weight(interactions, ones)
        return self

    def export(self, writer: ArtifactWriter) -> None:
        """Add nothing: the order of an artifact's fallback is this model."""

    @staticmethod
    def space(trial: "optuna.Trial") -> dict[str, Any]:  # noqa: ARG004 nothing to try
        """Return no settings: there are none."""
        return {}
