"""What a tuning found, and what it is worth on the fold that it never saw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optuna.importance import FanovaImportanceEvaluator, get_param_importances

from training.recipe import ModelSection
from training.tuning.bench import Bench
from training.tuning.search import SCORES, SETTINGS, Search
from training.tuning.study import OWN, Study, Task

ENOUGH = 10  # finished trials, before anything is said of what matters


@dataclass(frozen=True)
class Found:
    """Settings, and how good they are."""

    model: ModelSection
    trial: int | None  # None for the recipe's own, where they lie outside of the space
    validation: float  # the metric's mean over the validation folds: settings were chosen by it
    folds: Sequence[float]
    reported: Mapping[str, float]  # all metrics on the recipe's fold: no setting was chosen by them


@dataclass(frozen=True)
class Outcome:
    """The recipe's own settings beside the best ones."""

    own: Found
    best: Found
    importance: Mapping[str, float]  # of each setting for the metric, 1 in all; empty where it cannot be told
    why_no_importance: str
    counts: Mapping[str, int]  # of trials


def outcome(task: Task, study: Study, search: Search, reported: Bench) -> Outcome:
    """Choose the best settings, and measure them and the recipe's own once on the reported fold."""
    own = _own(task, study, search)
    candidates = [own, *(_found(task, trial) for trial in study.finished() if OWN not in trial.user_attrs)]
    best = max(candidates, key=lambda found: found.validation)  # of equals the recipe's own, then the earliest
    importance, why = _importance(task, study)
    own_reported = reported.measure(own.model)
    best_reported = own_reported if best is own else reported.measure(best.model)
    return Outcome(_with(own, own_reported), _with(best, best_reported), importance, why, study.counts())


def _own(task: Task, study: Study, search: Search) -> Found:
    for trial in study.finished():
        if OWN in trial.user_attrs:
            return _found(task, trial)
    scores = search.measure(task.model)
    return Found(task.model, None, sum(scores) / len(scores), scores, {})


def _found(task: Task, trial: Any) -> Found:
    model = task.model.with_settings(trial.user_attrs[SETTINGS])
    return Found(model, trial.number + 1, trial.value, trial.user_attrs[SCORES], {})


def _with(found: Found, reported: Mapping[str, float]) -> Found:
    return Found(found.model, found.trial, found.validation, found.folds, reported)


def _importance(task: Task, study: Study) -> tuple[Mapping[str, float], str]:
    finished = study.finished()
    if len(finished) < ENOUGH:
        return {}, f"only {len(finished)} trials finished, {ENOUGH} are needed"
    if len({trial.value for trial in finished}) == 1:
        return {}, "all settings measure the same"
    evaluator = FanovaImportanceEvaluator(seed=task.recipe.seed % 2**32)
    found = get_param_importances(study.optuna, evaluator=evaluator, params=[*task.space])
    return {name: round(float(share), 4) for name, share in found.items()}, ""
