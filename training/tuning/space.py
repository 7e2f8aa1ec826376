"""What an algorithm lets be tried, and where the recipe's own settings stand in it."""

from collections.abc import Mapping
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.trial import TrialState, create_trial

from training.algorithms import ALGORITHMS
from training.algorithms.base import Timed
from training.recipe import ModelSection

DIGITS = 4  # of a tried number: what is written into the recipe is what was measured


def distributions_of(model: ModelSection, *, timed: bool = False) -> dict[str, BaseDistribution]:
    """Return what is drawn from, by name, with ages and trends where times are known; empty where there is nothing."""
    trial = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0)).ask()
    _suggested(model, trial, timed=timed)
    return trial.distributions


def drawn(model: ModelSection, trial: optuna.Trial, space: Mapping[str, BaseDistribution]) -> ModelSection:
    """Return the model with settings drawn for a trial, out of a space, in place of the recipe's."""
    found = _suggested(model, trial, timed="trend_power" in space)
    return model.with_settings({name: _rounded(value) for name, value in found.items()})


def _suggested(model: ModelSection, trial: optuna.Trial, *, timed: bool) -> dict[str, Any]:
    kind = ALGORITHMS[model.algorithm]
    return {**kind.space(trial), **(kind.space_of_time(trial) if timed and issubclass(kind, Timed) else {})}


def point_of(settings: Mapping[str, Any], space: Mapping[str, BaseDistribution]) -> dict[str, Any] | None:
    """Return where settings stand in the space; None where one of them lies outside."""
    if not set(space) <= set(settings):
        return None
    point = {name: settings[name] for name in space}
    try:
        create_trial(state=TrialState.RUNNING, params=point, distributions=dict(space))
    except ValueError:
        return None
    return point


def _rounded(value: Any) -> Any:
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value
