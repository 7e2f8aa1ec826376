"""Chance, to compare with."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from training.interactions import Interactions
from warmstart.artifact_writer import ArtifactWriter

if TYPE_CHECKING:
    import optuna


@dataclass
class Random:
    """Gives every user an order of its own, the same one each time."""

    scorer: ClassVar[str] = "random"
    personal: ClassVar[bool] = False
    key_: int = field(init=False, repr=False)

    def fit(self, interactions: Interactions, rng: np.random.Generator) -> Self:  # noqa: ARG002 learns nothing
        """Draw the key that the users' orders come from."""
        self.key_ = int(rng.integers(2**31))
        return self

    def export(self, writer: ArtifactWriter) -> None:
        """Add `random_key` (1,) int64."""
        writer.array("random_key", np.array([self.key_], np.int64))

    @staticmethod
    def space(trial: "optuna.Trial") -> dict[str, Any]:  # noqa: ARG004 nothing to try
        """Return no settings: there are none."""
        return {}
