"""What every algorithm can do: learn and export. Ranking is the scorer's part."""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, NamedTuple, Protocol, Self, runtime_checkable

import numpy as np
from scipy import sparse

from training.interactions import Interactions
from warmstart.artifact_writer import ArtifactWriter

if TYPE_CHECKING:
    import optuna


class Between(NamedTuple):
    """Bounds of a setting, as its annotation names them; a number without any must be above 0."""

    low: float
    high: float


Share = Annotated[float, Between(0, 1)]
Power = Annotated[float, Between(0, 10)]
Days = Annotated[float, Between(0, 36_500)]
Floor = Annotated[float, Between(0, 1_000)]
HALF_LIVES = (0.0, 3.0, 7.0, 14.0, 30.0, 60.0, 120.0, 365.0)  # days to try; 0: age does not count
LEARNING_HALF_LIVES = (0.0, 30.0, 60.0, 120.0, 365.0)
FLOORS = (0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)  # to try: scores are of other sizes from model to model


@dataclass(kw_only=True)
class Timed:
    """How much age counts, of every algorithm that knows users; where times are not known, it does not."""

    history_half_life: Days = 0.0  # in which an event of a user's past loses half of its say; 0: none does
    trend_half_life: float = 7.0  # days in which an event of anybody's loses half of its part in an item's trend
    trend_power: Power = 0.0  # to which an item's trend is raised before its score is multiplied by it
    trend_floor: Floor = 0.0  # added to every score before that, so that a trend alone is worth something

    @property
    def exact_ages(self) -> bool:
        """Tell whether the ages of stored histories must be exact."""
        return self.history_half_life > 0

    @staticmethod
    def space_of_time(trial: "optuna.Trial") -> dict[str, Any]:
        """Return ages and trends to try, where times are known."""
        return {
            "history_half_life": trial.suggest_categorical("history_half_life", HALF_LIVES),
            "trend_half_life": trial.suggest_float("trend_half_life", 1, 60, log=True),
            "trend_power": trial.suggest_float("trend_power", 0, 1.5),
            "trend_floor": trial.suggest_categorical("trend_floor", FLOORS),
        }


@dataclass(kw_only=True)
class Forgetful(Timed):
    """An algorithm that can also learn less from what is older."""

    learning_half_life: Days = (
        0.0  # in which an event of anybody's loses half of its part in what is learnt; 0: none does
    )

    def matrix(self, interactions: Interactions, *, binary: bool = False) -> sparse.csr_matrix:
        """Return what is learnt from: (n_users, n_items)."""
        return interactions.matrix(binary=binary, half_life=self.learning_half_life)

    @staticmethod
    def space_of_time(trial: "optuna.Trial") -> dict[str, Any]:
        """Return ages and trends to try, where times are known."""
        own = trial.suggest_categorical("learning_half_life", LEARNING_HALF_LIVES)
        return {**Timed.space_of_time(trial), "learning_half_life": own}


def settings_of(algorithm: Any) -> dict[str, Any]:
    """Return the settings of an algorithm, without what it learnt."""
    return {field.name: getattr(algorithm, field.name) for field in fields(algorithm) if field.init}


class Algorithm(Protocol):
    """A dataclass of settings; learned names end in _."""

    scorer: ClassVar[str]  # the name of the scorer that reads what `export` writes
    personal: ClassVar[bool]  # whether it claims to know a user, and so must beat popularity to be promoted

    def fit(self, interactions: Interactions, rng: np.random.Generator) -> Self:
        """Learn from interactions; the same generator state gives the same result on one machine."""
        ...

    def export(self, writer: ArtifactWriter) -> None:
        """Add the arrays that the scorer reads."""
        ...

    @staticmethod
    def space(trial: "optuna.Trial") -> dict[str, Any]:
        """Return settings to try."""
        ...


@runtime_checkable
class ServesCold(Algorithm, Protocol):
    """An algorithm that can answer people without a history by their features.

    Whether it does is decided when it is trained, on whole users held back.
    """

    cold: str  # "features", or "popular" where the fallback is better
    features: bool  # whether it knows any


@runtime_checkable
class Abridged(Protocol):
    """An algorithm whose artifact may leave out some of what was learnt, to be smaller or faster.

    What that loses is measured when it is trained; where it is more than a little, more is kept.
    """

    def kept(self) -> int:
        """Return how much is kept: of what, is the algorithm's own."""
        ...

    def most(self) -> int:
        """Return how much there is to keep; what keeps no less leaves nothing out."""
        ...

    def keeping(self, count: int) -> Self:
        """Return the same, fitted, that keeps so much."""
        ...
