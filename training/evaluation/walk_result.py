"""What a walk forward found: how good drafts are as they grow old, and what a fresh trend is worth.

`Walk.to_json()` (numbers are floats or null; `metric@k` stands for each asked metric):

    {
      "schema": 1,
      "recipe": "online-retail", "seed": 32,
      "dataset": {"name": ..., "sha256": ..., "set_aside"?: 2, "left_out"?: {"until": 9}},   rows not looked at, if any
      "plan": {"start": "2010-11-12", "end": "2010-12-10", "days": 28.0, "step_days": 1.0, "retrain": false},
      "k": 10, "decides": "ndcg@10",
      "learnt": {"rows": ..., "users": ..., "items": ...},             before the walk
      "failed": {"ease": "ease with 90,000 items needs ..."},          models, and why not measured
      "empty": ["2010-11-13"],                                         starts of steps that have nobody to measure on
      "steps": [{"start": "2010-11-12", "end": "2010-11-13",           UTC, a time of day where no day begins there
                 "age": 0.0,                                           days from the walk's start
                 "rows": ..., "measured": ...,                         events in it, and what is left to measure on
                 "users": ...}],
      "models": [{                                                     baselines first, then in the order asked
         "name": "als", "algorithm": "als", "role": "baseline" | "candidate", "params": {...}, "trend": true,
         "arms": [{                                                    stale, fresh and, where asked, retrained
            "name": "stale",
            "metrics": {"metric@k": {"mean": ..., "low": ..., "high": ...}},
            "steps": [{"model_age": 0.0, "trend_age": 0.0,             days, at the start of the step of the same place
                       "metrics": {"metric@k": ...}}],
            "against": {                                               each arm before it: this arm - that one
               "stale": {"metric@k": {"difference": ..., "low": ..., "high": ..., "p": ..., "users": ...}}},
            "same": false}]}]                                          whether its answers are those of the arm before
    }

`mean` is over steps of the means over users, so that a quiet day weighs as much as a busy one; `low` and `high` are a
95 % bootstrap interval over users, and `against` is the paired test.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.evaluation.result import Paired, plain
from warmstart.scorer import Rows

SCHEMA = 1
STALE, FRESH, RETRAINED = "stale", "fresh", "retrained"


@dataclass(frozen=True, eq=False)
class Asked:
    """One arm's answers in one step, measured for each user."""

    users: Rows  # (u,) rows of Events.user_ids, ascending
    items: Rows  # (u, k) rows of Events.item_ids, best first, -1 where an answer is shorter
    values: NDArray[np.float64]  # (u, m), a column for each metric


@dataclass(frozen=True)
class StepInfo:
    """What one step holds."""

    start: str
    end: str
    age: float
    rows: int
    measured: int
    users: int


@dataclass(frozen=True)
class AtAge:
    """One arm in one step; ages in days."""

    model_age: float
    trend_age: float
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class Mean:
    """A metric over all steps, with its interval."""

    mean: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Arm:
    """One way to keep a model, or to let it be."""

    name: str
    metrics: Mapping[str, Mean]
    steps: tuple[AtAge, ...]
    against: Mapping[str, Mapping[str, Paired]]
    same: bool


@dataclass(frozen=True)
class Aged:
    """One model in all arms."""

    name: str
    algorithm: str
    role: str
    params: Mapping[str, Any]
    trend: bool
    arms: tuple[Arm, ...]


@dataclass(frozen=True)
class Walk:
    """The table, and the values that it is made of."""

    recipe: str
    dataset: Mapping[str, Any]
    seed: int
    plan: Mapping[str, Any]
    k: int
    decides: str
    learnt: Mapping[str, int]
    failed: Mapping[str, str]
    empty: tuple[str, ...]
    steps: tuple[StepInfo, ...]
    models: tuple[Aged, ...]
    asked: Mapping[str, Mapping[str, tuple[Asked, ...]]] = field(repr=False, compare=False)  # model -> arm -> per step

    def __getitem__(self, name: str) -> Aged:
        """Return a model's row."""
        return next(model for model in self.models if model.name == name)

    def to_json(self) -> dict[str, Any]:
        """Return the table as plain values, without those of single users."""
        fields = {name: getattr(self, name) for name, what in self.__dataclass_fields__.items() if what.compare}
        parts = {"steps": [asdict(step) for step in self.steps], "models": [asdict(model) for model in self.models]}
        return {"schema": SCHEMA, **plain({**fields, **parts})}
