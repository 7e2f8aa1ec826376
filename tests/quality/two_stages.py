"""Two stages against the best single model of the same recipe, and, for who has no history, against the fallback.

Each data set is measured on its last three weeks, week by week; people without a history are asked for too, and are
counted apart. `p` is of the paired test against the row that is to beat.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from tests.quality import movietweetings, online_retail
from tests.quality.figures import Figure
from training.algorithms import ALGORITHMS
from training.evaluation.cross_validation import CrossValidator
from training.evaluation.folds import FoldPlan
from training.evaluation.result import FoldScores
from training.evaluation.summary import compare
from training.recipe import ModelSection

NAME = "two-stages"
METRIC = "ndcg@10"
ABOVE = 1.08  # of the best single model: the goal
COLD_INCLUDED = FoldPlan(excluded=("cold_items", "seen"))
Scores = tuple[FoldScores, ...]


def figures() -> Iterator[Figure]:
    """Measure on Online Retail and on MovieTweetings."""
    for data in (online_retail, movietweetings):
        recipe, tables, *_ = data.searchable()
        job = CrossValidator(recipe, tables, COLD_INCLUDED, ks=(10,), metrics=("ndcg",))
        yield from _against_the_best(data.NAME, job)


def _against_the_best(name: str, job: CrossValidator) -> Iterator[Figure]:
    singles = [model for model in job.recipe.models if ALGORITHMS[model.algorithm].personal and not model.stages]
    scored = {model.name: job.score(model) for model in (*job.baselines, *singles)}
    best = max(scored, key=lambda model: _mean(_of(job, scored[model], "hot")))
    bar = _of(job, scored[best], "hot")
    yield _figure(f"{name}, {best}", bar)
    for rival in dict.fromkeys(("popular_recent", *scored)):
        if rival != best:
            yield _figure(f"{name}, {rival}", _of(job, scored[rival], "hot"))
    fallback = job.score(next(m for m in (*job.recipe.models, *job.baselines) if m.name == job.recipe.fallback))
    for model in _of_two_stages(job.recipe.models):
        scores = job.score(model)
        yield _figure(f"{name}, {model.name}", _of(job, scores, "hot"), bar, _mean(bar) * ABOVE)
        cold, theirs = (_of(job, found, "cold") for found in (scores, fallback))
        yield _figure(f"{name}, {model.name}, cold users", cold, theirs, _mean(theirs))


def _of_two_stages(models: tuple[ModelSection, ...]) -> Iterator[ModelSection]:
    """Yield the recipe's, and of a ranker by LightGBM the same by XGBoost."""
    for model in models:
        if model.stages:
            yield model
            if model.params.get("ranker", "lightgbm") == "lightgbm":
                yield replace(model, name=f"{model.name}, xgboost", params={**model.params, "ranker": "xgboost"})


def _of(job: CrossValidator, scores: Scores, kind: str) -> Scores:
    """Return the part of some scores that is of one kind of users."""
    return tuple(_part(found, fold.kinds[kind]) for found, fold in zip(scores, job.folds, strict=True))


def _part(scores: FoldScores, chosen: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> FoldScores:
    values = {name: of_users[chosen] for name, of_users in scores.values.items()}
    return replace(scores, users=scores.users[chosen], items=scores.items[chosen], values=values)


def _figure(name: str, scores: Scores, bar: Scores | None = None, goal: float | None = None) -> Figure:
    p = None if bar is None else compare([scores], [bar], seed=32)[0][METRIC].p
    beside = {"to beat": None if bar is None else _mean(bar), "p": p}
    seconds = sum(fold.fit_seconds + fold.answer_seconds for fold in scores)
    return Figure(name, {METRIC: _mean(scores)}, seconds, goal, beside=beside)


def _mean(scores: Scores) -> float:
    return float(np.mean([fold.means()[METRIC] for fold in scores]))
