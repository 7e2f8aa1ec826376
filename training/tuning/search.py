"""The search: one trial after the other, each measured fold by fold."""

import math
import time
from collections.abc import Callable, Sequence

import optuna
from optuna.trial import TrialState

from training.recipe import ModelSection
from training.tuning.bench import Bench
from training.tuning.space import drawn
from training.tuning.study import FAILED, OWN, Study, Task
from warmstart.errors import DataError

SETTINGS, SCORES = "settings", "scores"  # attributes of a trial: what was tried, the metric on each fold


class Search:
    """Tries settings on the validation folds until there are enough trials or the time is up."""

    def __init__(
        self, task: Task, study: Study, benches: Sequence[Bench], say: Callable[[str], None] = lambda _: None
    ) -> None:
        """Try nothing yet.

        Args:
            task: what is tuned.
            study: where trials are kept.
            benches: the validation folds, the most telling first.
            say: is told what goes on.
        """
        self._task = task
        self._study = study
        self._benches = benches
        self._say = say

    def run(self, trials: int, seconds: float = math.inf) -> None:
        """Work until the study has its trials, those of other processes included, or for so long."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            trial = self._study.ask(trials)
            if trial is None:
                return
            self._try(trial, f"trial {trial.number + 1} ({self._study.begun()} of {trials})")

    def measure(self, model: ModelSection) -> list[float]:
        """Return the metric of a model on each validation fold."""
        return [self._score(bench, model) for bench in self._benches]

    def _try(self, trial: optuna.Trial, name: str) -> None:
        own = OWN in trial.user_attrs
        try:
            model = drawn(self._task.model, trial, self._task.space)
            model = self._task.model if own else model
            scores = self._scores(trial, model, name, prune=not own)
        except Exception as error:
            if own:  # what the recipe asks for cannot be done at all
                raise
            trial.set_user_attr(FAILED, f"{type(error).__name__}: {error}")
            self._study.tell(trial, None, TrialState.FAIL)
            self._say(f"{name} failed: {error}")
            return
        state = TrialState.COMPLETE if len(scores) == len(self._benches) else TrialState.PRUNED
        self._study.tell(trial, _mean(scores) if state == TrialState.COMPLETE else None, state)
        self._say(f"{name}: {self._task.metric} {_mean(scores):.4f}{self._standing(state)}")

    def _scores(self, trial: optuna.Trial, model: ModelSection, name: str, *, prune: bool) -> list[float]:
        """Measure fold by fold; stop early where the mean so far is among the worse half."""
        trial.set_user_attr(SETTINGS, dict(model.params))
        scores = list[float]()
        for number, bench in enumerate(self._benches, 1):
            self._say(f"{name}: fold {number} of {len(self._benches)}")
            scores.append(self._score(bench, model))
            trial.report(_mean(scores), number)
            if prune and number < len(self._benches) and trial.should_prune():
                return scores
        trial.set_user_attr(SCORES, scores)
        return scores

    def _score(self, bench: Bench, model: ModelSection) -> float:
        score = bench.measure(model)[self._task.metric]
        if not math.isfinite(score):
            raise DataError(f"{bench.name}: {self._task.metric} is no number")
        return score

    def _standing(self, state: TrialState) -> str:
        pruned = ", pruned" if state == TrialState.PRUNED else ""
        finished = self._study.finished()
        if not finished:
            return pruned
        best = max(finished, key=lambda trial: trial.value or 0.0)
        return f"{pruned} (best {best.value:.4f}, trial {best.number + 1})"


def _mean(scores: Sequence[float]) -> float:
    return sum(scores) / len(scores)
