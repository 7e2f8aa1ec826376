"""What cross-validation found: one table, and beneath it every user's value.

`Evaluation.to_json()` (numbers are floats or null; `metric@k` stands for each asked metric at each asked k):

    {
      "schema": 1,
      "recipe": "movielens-100k", "seed": 32,
      "dataset": {"name": ..., "sha256": ..., "set_aside"?: 2, "left_out"?: {"until": 9}},   rows not looked at, if any
      "plan": {"kind": "time" | "last", "folds": 3, "days": 7 | null, "last": null | 1,
               "excluded": ["cold_users", "cold_items", "seen"], "leaks_time": false},
      "ks": [1, 5, 10],
      "metrics": {"ndcg": {"group": "ranking" | "classification" | "beyond", "better": "higher" | null, "says": ...}},
      "absent": {"diversity": "the items table has no genres", "popular_recent": ...},     why something is not there
      "failed": {"ease": "ease with 90,000 items needs ..."},                              models, and why not measured
      "decides": "ndcg@10" | null,                                                         what marks go by
      "folds": [{"number": 1, "start": "2026-01-01" | null, "end": "2026-01-08" | null,    UTC days, end not included
                 "learn_rows": ..., "learn_users": ..., "items": ...,                      learnt from; items: catalogue
                 "test_rows": ..., "users": {"all": ..., "hot": ..., "warm": ..., "cold": ...}, "leaks_time": false}],
      "models": [{                                                    baselines first, then in the order asked
         "name": "als", "algorithm": "als", "params": {...}, "role": "baseline" | "candidate",
         "metrics": {"metric@k": {"mean": ..., "spread": ..., "low": ..., "high": ..., "folds": [...]}},
         "segments": {"hot" | "warm" | "cold" | "history 1-5" | ...: {"users": ..., "metrics": {"metric@k": ...}}},
         "against": {"popular": {"metric@k": {"difference": ..., "low": ..., "high": ..., "p": ..., "users": ...}}},
         "marks": ["< popular", "~ popular_recent"],                  < worse, ~ cannot be told apart, by `decides`
         "fit_seconds": {"mean": ..., "folds": [...]},
         "megabytes": ...,                                             of the files that would be served
         "answers_per_second": ..., "personal_share": ..., "ordered": true}]
    }

`mean` is over folds of the means over users, `spread` the standard deviation of the folds' means (null for one fold),
`low` and `high` a 95 % bootstrap interval over users (null for `coverage` and `concentration`, which no single user
has). `against` is the paired test: difference = model - baseline. Segments without users are not there.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from warmstart.scorer import Rows

Values = NDArray[np.float64]
SCHEMA = 1


@dataclass(frozen=True)
class Estimate:
    """One metric of one model over all folds."""

    mean: float | None
    spread: float | None
    low: float | None
    high: float | None
    folds: tuple[float | None, ...]


@dataclass(frozen=True)
class Paired:
    """One metric of two models on the same users: model - other."""

    difference: float | None
    low: float | None
    high: float | None
    p: float | None  # two-sided, of a sign-flip test over users
    users: int

    @property
    def verdict(self) -> str:
        """Return better, worse, or same where the difference cannot be told from chance."""
        if self.p is None or self.difference is None or self.p >= SIGNIFICANT:
            return "same"
        return "better" if self.difference > 0 else "worse"

    def __str__(self) -> str:
        if self.difference is None:
            return "no users"
        return f"{self.difference:+.4f}, {self.low:+.4f} to {self.high:+.4f}, p = {self.p:.2g}"


SIGNIFICANT = 0.05
SAYS = {"better": "better than", "worse": "worse than", "same": "not to be told from"}  # a verdict, before the other


def columns_of(gain: Paired | None, name: str) -> dict[str, float | None]:
    """Return a test as columns of a table, the difference under a name; empty ones where there was none."""
    values = (None,) * 4 if gain is None else (gain.difference, gain.low, gain.high, gain.p)
    return dict(zip((name, "low", "high", "p"), values, strict=True))


@dataclass(frozen=True)
class Segment:
    """Means over the users of one kind; a user of several folds counts in each."""

    users: int
    metrics: Mapping[str, float | None]


@dataclass(frozen=True)
class Seconds:
    """Seconds of a model's fits."""

    mean: float
    folds: tuple[float, ...]


@dataclass(frozen=True)
class FoldInfo:
    """What one fold holds."""

    number: int
    start: str | None
    end: str | None
    learn_rows: int
    learn_users: int
    items: int
    test_rows: int
    users: Mapping[str, int]
    leaks_time: bool


@dataclass(frozen=True, eq=False)
class FoldScores:
    """One model's answers on one fold, measured for each user."""

    fold: int  # place among the folds
    users: Rows  # (u,) rows of Events.user_ids, ascending
    items: Rows  # (u, k) rows of Events.item_ids, best first, -1 where an answer is shorter
    values: Mapping[str, Values]  # metric@k -> (u,), nan where there is nothing to say of a user
    whole: Mapping[str, float]  # metrics of all answers together: coverage@k, concentration@k
    fit_seconds: float
    megabytes: float  # of the draft's files
    answer_seconds: float
    personal_share: float  # of the answers that are not all fallback
    ordered: bool  # whether the scores fall in each answer that was looked at

    def means(self) -> dict[str, float]:
        """Return each metric's mean over those users of whom there is something to say; nan where there is none."""
        found = {name: float(np.nanmean(v)) if not np.isnan(v).all() else np.nan for name, v in self.values.items()}
        return {**found, **self.whole}


@dataclass(frozen=True)
class ModelResult:
    """One row of the table."""

    name: str
    algorithm: str
    params: Mapping[str, Any]
    role: str
    metrics: Mapping[str, Estimate]
    segments: Mapping[str, Segment]
    against: Mapping[str, Mapping[str, Paired]]
    marks: tuple[str, ...]
    fit_seconds: Seconds
    megabytes: float
    answers_per_second: float
    personal_share: float
    ordered: bool


@dataclass(frozen=True)
class Evaluation:
    """The table, and the values that it is made of."""

    recipe: str
    dataset: Mapping[str, Any]
    seed: int
    plan: Mapping[str, Any]
    ks: tuple[int, ...]
    metrics: Mapping[str, Mapping[str, str | None]]
    absent: Mapping[str, str]
    failed: Mapping[str, str]
    decides: str | None
    folds: tuple[FoldInfo, ...]
    models: tuple[ModelResult, ...]
    scores: Mapping[str, tuple[FoldScores, ...]] = field(repr=False, compare=False)  # model -> one per fold

    def __getitem__(self, name: str) -> ModelResult:
        """Return a model's row."""
        return next(model for model in self.models if model.name == name)

    def to_json(self) -> dict[str, Any]:
        """Return the table as plain values, without those of single users."""
        fields = {name: getattr(self, name) for name, what in self.__dataclass_fields__.items() if what.compare}
        table = {**fields, "folds": [asdict(f) for f in self.folds], "models": [asdict(m) for m in self.models]}
        return {"schema": SCHEMA, **plain(table)}


def plain(value: Any) -> Any:
    """Return a value whose sequences are lists, as JSON has it."""
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value
