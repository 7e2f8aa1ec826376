"""From every user's values to the table: means, intervals, segments, and marks against the baselines."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from training.evaluation.comparison import Interval, Sample, interval, number, paired
from training.evaluation.metrics import METRICS
from training.evaluation.result import Estimate, Evaluation, FoldScores, ModelResult, Paired, Seconds, Values
from training.evaluation.segments import by_segment
from training.recipe import ModelSection

if TYPE_CHECKING:
    from training.evaluation.cross_validation import CrossValidator

DECIDING = ("ndcg", "map", "recall", "mrr", "hit_rate", "precision")  # the first that is asked for gives the marks
Scores = tuple[FoldScores, ...]
Results = Mapping[str, Paired]


class Row(NamedTuple):
    """A model with its scores on all folds."""

    model: ModelSection
    role: str  # "baseline" or "candidate"
    params: Mapping[str, object]  # settings of its algorithm
    scores: Scores

    @property
    def fit_seconds(self) -> Seconds:
        """Return the seconds of each fold's fit."""
        fits = tuple(fold.fit_seconds for fold in self.scores)
        return Seconds(float(np.mean(fits)), fits)

    @property
    def megabytes(self) -> float:
        """Return the size of what would be served, mean over folds."""
        return float(np.mean([fold.megabytes for fold in self.scores]))

    @property
    def answers_per_second(self) -> float:
        """Return the speed over all folds."""
        return sum(len(fold.users) for fold in self.scores) / sum(fold.answer_seconds for fold in self.scores)

    @property
    def personal_share(self) -> float:
        """Return the share over all folds."""
        asked = [len(fold.users) for fold in self.scores]
        return float(np.average([fold.personal_share for fold in self.scores], weights=asked))


def summary(job: "CrossValidator", rows: Sequence[Row]) -> Evaluation:
    """Make the table."""
    seed = job.recipe.seed
    decides = next((f"{name}@{job.ks[-1]}" for name in DECIDING if name in job.metrics), None)
    intervals = interval(_side_by_side([row.scores for row in rows]), seed)
    bases = {row.model.name: row.scores for row in rows if row.role == "baseline"}
    pairs = [(row.model.name, base) for row in rows if row.role == "candidate" for base in bases]
    by_name = {row.model.name: row.scores for row in rows}
    found = compare([by_name[name] for name, _ in pairs], [bases[base] for _, base in pairs], seed)
    against = dict(zip(pairs, found, strict=True))
    return Evaluation(
        recipe=job.recipe.name,
        dataset=job.dataset,
        seed=seed,
        plan=job.plan.to_json(),
        ks=job.ks,
        metrics={name: asdict(METRICS[name]) for name in job.metrics},
        absent=job.absent,
        failed=job.failed,
        decides=decides,
        folds=tuple(fold.info() for fold in job.folds),
        models=tuple(
            _result(job, row, _part(intervals, place, len(rows)), _of(row, against), decides)
            for place, row in enumerate(rows)
        ),
        scores=by_name,
    )


def _result(
    job: "CrossValidator", row: Row, own: Interval, against: Mapping[str, Results], decides: str | None
) -> ModelResult:
    return ModelResult(
        name=row.model.name,
        algorithm=row.model.algorithm,
        params=row.params,
        role=row.role,
        metrics=_estimates(job.metrics, job.ks, row.scores, own),
        segments=by_segment(job.folds, row.scores),
        against=against,
        marks=_marks(against, decides),
        fit_seconds=row.fit_seconds,
        megabytes=row.megabytes,
        answers_per_second=row.answers_per_second,
        personal_share=row.personal_share,
        ordered=all(fold.ordered for fold in row.scores),
    )


def _of(row: Row, against: Mapping[tuple[str, str], Results]) -> dict[str, Results]:
    return {base: found for (name, base), found in against.items() if name == row.model.name}


def compare(ours: Sequence[Scores], theirs: Sequence[Scores], seed: int) -> list[Results]:
    """Test pairs of models, place by place, on the metrics that single users have; all pairs share their draws."""
    if not ours:
        return []
    found = paired(_side_by_side(ours), _side_by_side(theirs), seed)
    names = [*ours[0][0].values]
    return [dict(zip(names, found[place * len(names) :], strict=False)) for place in range(len(ours))]


def _side_by_side(models: Sequence[Scores]) -> list[Sample]:
    """Return, per fold, the users and all models' metrics beside each other: (u, models * metrics)."""
    folds = zip(*models, strict=True)
    return [
        (fold[0].users, _columns([v for own in fold for v in own.values.values()], len(fold[0].users)))
        for fold in folds
    ]


def _columns(values: Sequence[Values], users: int) -> Values:
    return np.stack(values, axis=1) if values else np.empty((users, 0))


def _part(whole: Interval, place: int, parts: int) -> Interval:
    """Return one model's columns."""
    return Interval(*(np.array_split(values, parts)[place] for values in (whole.mean, whole.low, whole.high)))


def _estimates(metrics: Sequence[str], ks: Sequence[int], scores: Scores, own: Interval) -> dict[str, Estimate]:
    bounds = dict(zip(scores[0].values, zip(own.low, own.high, strict=True), strict=True))
    means = [fold.means() for fold in scores]
    names = [f"{metric}@{k}" for metric in metrics for k in ks]
    return {name: _estimate([fold[name] for fold in means], bounds.get(name, (np.nan, np.nan))) for name in names}


def _estimate(folds: Sequence[float], bounds: tuple[float, float]) -> Estimate:
    there = [value for value in folds if not np.isnan(value)]
    return Estimate(
        mean=float(np.mean(there)) if there else None,
        spread=float(np.std(there, ddof=1)) if len(there) > 1 else None,
        low=number(bounds[0]),
        high=number(bounds[1]),
        folds=tuple(map(number, folds)),
    )


def _marks(against: Mapping[str, Results], decides: str | None) -> tuple[str, ...]:
    """Return what the model cannot beat: `< name` where it is worse, `~ name` where they cannot be told apart."""
    verdicts = {base: found[decides].verdict for base, found in against.items() if decides is not None}
    signs = {"worse": "<", "same": "~"}
    return tuple(f"{signs[verdict]} {base}" for base, verdict in verdicts.items() if verdict in signs)
