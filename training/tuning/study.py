"""The study in a journal: what it is for, what was tried, what is tried next."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution, distribution_to_json
from optuna.trial import FrozenTrial, TrialState

from training.algorithms.base import settings_of
from training.algorithms.build import build
from training.data.tables import Tables
from training.recipe import ModelSection, Recipe
from training.tuning.journal import Journal
from training.tuning.space import point_of
from warmstart.errors import SettingsError

OWN = "own"  # attribute of the trial of the recipe's own settings
FAILED = "failed"  # attribute of a trial that ended in an error: why
_PURPOSE = "purpose"


@dataclass(frozen=True)
class Task:
    """What is tuned, on what, for what."""

    recipe: Recipe
    model: ModelSection
    tables: Tables
    metric: str
    folds: int
    space: Mapping[str, BaseDistribution]

    @property
    def settings(self) -> dict[str, Any]:
        """Return the recipe's own settings, defaults included."""
        return settings_of(build(self.model.algorithm, self.model.params, where=f"{self.recipe.path}"))

    @property
    def purpose(self) -> dict[str, str]:
        """Return what makes results comparable, by what it is called in messages."""
        recipe = self.recipe
        return {
            "data": self.tables.sha256,
            "[data]": repr(replace(recipe.data, path=Path())),  # the same files may have moved
            "[fold]": repr(recipe.fold),
            "seed or fallback": repr((recipe.seed, recipe.fallback)),
            "settings of the model": repr((self.model.algorithm, self.settings)),
            "space": json.dumps({name: distribution_to_json(d) for name, d in self.space.items()}),
            "--metric": self.metric,
            "--folds": str(self.folds),
        }


class Study:
    """The trials of one task. Several processes may work on them at a time."""

    def __init__(self, task: Task, journal: Journal) -> None:
        """Open the study or make it.

        Raises:
            SettingsError: the journal holds one for something else.
        """
        self._task = task
        self._journal = journal
        with journal.turn():
            self.optuna = optuna.create_study(
                study_name=task.model.name,
                storage=journal.storage,
                direction="maximize",
                load_if_exists=True,
                pruner=optuna.pruners.MedianPruner(n_startup_trials=5),
            )
            self._check_purpose()

    def ask(self, trials: int) -> optuna.Trial | None:
        """Return what to try next, the recipe's own settings first; None once enough trials were begun.

        A trial that was cut off with its process does not count: it is told failed, and another takes its place.
        """
        with self._journal.turn():
            self._bury()
            self._enqueue_own()
            if self.begun() >= trials:
                return None
            self.optuna.sampler = optuna.samplers.TPESampler(seed=self._seed(len(self.all())))
            trial = self.optuna.ask()
            self._journal.begin(trial.number)
            return trial

    def tell(self, trial: optuna.Trial, value: float | None, state: TrialState) -> None:
        """Write down how a trial ended."""
        self.optuna.tell(trial, value, state)
        self._journal.end(trial.number)

    def all(self) -> list[FrozenTrial]:
        """Return every trial that the journal knows."""
        return self.optuna.get_trials(deepcopy=False)

    def begun(self) -> int:
        """Count the trials that count: not those that were cut off."""
        return sum(_ended(trial) not in ("killed", "waiting") for trial in self.all())

    def finished(self) -> list[FrozenTrial]:
        """Return the trials that were measured on all folds."""
        return self.optuna.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))

    def counts(self) -> dict[str, int]:
        """Count trials by how they ended."""
        ended = Counter(_ended(trial) for trial in self.all())
        return {name: ended[name] for name in ("finished", "pruned", "failed", "killed", "running")}

    def _bury(self) -> None:
        """Tell the trials failed whose process is no more."""
        for trial in self.all():
            if trial.state == TrialState.RUNNING and not self._journal.runs(trial.number):
                self.optuna.tell(trial.number, state=TrialState.FAIL)

    def _enqueue_own(self) -> None:
        tried = any(OWN in trial.user_attrs and _ended(trial) != "killed" for trial in self.all())
        point = point_of(self._task.settings, self._task.space)
        if point is not None and not tried:
            self.optuna.enqueue_trial(point, user_attrs={OWN: True})

    def _seed(self, trial: int) -> int:
        """Return a seed that a resumed study does not draw twice."""
        return int(np.random.SeedSequence([self._task.recipe.seed, trial]).generate_state(1)[0])

    def _check_purpose(self) -> None:
        made_for = self.optuna.user_attrs.get(_PURPOSE)
        if made_for is None and not self.all():
            self.optuna.set_user_attr(_PURPOSE, self._task.purpose)
            return
        purpose = self._task.purpose
        other = [name for name in purpose if (made_for or {}).get(name) != purpose[name]]
        if other:
            raise SettingsError(
                f"{self._journal.path} holds a tuning of {self._task.model.name} with other {', '.join(other)}: "
                "say another --journal, or delete it"
            )


def _ended(trial: FrozenTrial) -> str:
    match trial.state:
        case TrialState.COMPLETE:
            return "finished"
        case TrialState.PRUNED:
            return "pruned"
        case TrialState.FAIL:
            return "failed" if FAILED in trial.user_attrs else "killed"
        case TrialState.RUNNING:
            return "running"
        case _:
            return "waiting"
