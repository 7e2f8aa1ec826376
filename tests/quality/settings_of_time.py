"""Settings of time, searched without fitting again: `python -m tests.quality.settings_of_time NAME [MODEL...]`.

It prints what each model of a data set's recipe is given: the best by ndcg@10 on folds before those that are reported.
"""

import argparse
import copy
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np

from training.algorithms import ALGORITHMS
from training.algorithms.base import FLOORS, Algorithm, Timed
from training.data.tables import Tables
from training.evaluation.cross_validation import CrossValidator
from training.evaluation.folds import Fold, FoldPlan, folds_of
from training.evaluation.measure import measure
from training.fitting import Fitting
from training.interactions import Events
from training.recipe import ModelSection, Recipe
from training.scorers import open_recommender

METRIC = "ndcg@10"
GRID: Mapping[str, Sequence[float]] = {
    "history_half_life": (0.0, 3.0, 14.0, 30.0, 60.0),
    "trend_half_life": (1.0, 3.0, 5.0, 7.0, 365.0),
    "trend_power": (0.0, 0.5, 0.75, 1.0, 1.5),
    "trend_floor": FLOORS,
}
STEPS = (("trend_half_life", "trend_power"), ("trend_floor",), ("trend_power",), ("history_half_life",))
ASKED = 1_000  # users of a fold, at most, that a search asks for
OFF: Mapping[str, float] = {"history_half_life": 0.0, "trend_power": 0.0, "trend_floor": 0.0}
Settings = Mapping[str, float]


class Choice(NamedTuple):
    """The best settings found, and how good they are."""

    settings: Settings
    score: float


class Searchable(NamedTuple):
    """A data set whose settings of time are searched."""

    recipe: Recipe
    tables: Tables
    plan: FoldPlan  # the earlier folds, and after them those that are reported
    places: Sequence[int]  # of the earlier ones in it

    @property
    def earlier(self) -> list[Fold]:
        """Return the folds to choose on."""
        folds = folds_of(Events.of(self.tables), self.plan)
        return [folds[place] for place in self.places]


class Fitted:
    """A model that is fitted once on each of some folds, and exported with any settings of time."""

    def __init__(self, recipe: Recipe, folds: Sequence[Fold], model: ModelSection) -> None:
        """Fit."""
        self._model = model
        dataset = {"name": recipe.name, "sha256": "0" * 64}  # of drafts that are thrown away
        fittings = [Fitting(recipe, fold.events.interactions(fold.learn), dataset) for fold in folds]
        self._folds: list[tuple[Fold, Fitting, Algorithm]] = [
            (fold, fitting, fitting.fit(model)) for fold, fitting in zip(folds, fittings, strict=True)
        ]

    def score(self, settings: Settings) -> float:
        """Return the mean over the folds, through the exported drafts and their scorer."""
        return float(np.mean([self._on(*own, settings) for own in self._folds]))

    def best(self, start: Settings = OFF) -> Choice:
        """Search the grid, on a part of the users where they are many; the score is that of all."""
        asked = copy.copy(self)
        asked._folds = [(_part(fold), fitting, fitted) for fold, fitting, fitted in self._folds]
        settings = search(asked.score, start).settings
        return Choice(settings, self.score(settings))

    def _on(self, fold: Fold, fitting: Fitting, fitted: Algorithm, settings: Settings) -> float:
        other = copy.copy(fitted)
        for name, value in settings.items():
            setattr(other, name, value)
        with tempfile.TemporaryDirectory(prefix="warmstart-quality-") as folder:
            manifest = fitting.write(other, self._model, Path(folder))
            return measure(open_recommender(Path(folder), manifest), fold.truth).metrics[METRIC]


def search(score: Callable[[Settings], float], start: Settings = OFF) -> Choice:
    """Find good settings of the grid, step by step, from all off unless said; of equals the first, so no idle ones."""
    best = Choice(start, score(start))
    for step in STEPS:
        tried = [{**best.settings, **own} for own in _all_of(step)]
        found = (Choice(settings, score(settings)) for settings in tried if _tells(settings, best.settings))
        best = max([best, *found], key=lambda choice: choice.score)
    return best


def on_reported(job: CrossValidator, model: ModelSection) -> float | None:
    """Return how good a choice on the reported folds would be, from the recipe's on; None of a model without any."""
    if not is_timed(model):
        return None
    own = {name: float(value) for name, value in model.params.items() if name in GRID and not isinstance(value, str)}
    return Fitted(job.recipe, job.folds, model).best({**OFF, **own}).score


def is_timed(model: ModelSection) -> bool:
    """Tell whether a model has settings of time."""
    return issubclass(ALGORITHMS[model.algorithm], Timed)


def _part(fold: Fold) -> Fold:
    """Return a fold that measures on no more users than a search asks for, evenly spaced."""
    users = fold.truth.users
    chosen = users[np.linspace(0, len(users) - 1, min(len(users), ASKED)).astype(np.intp)]
    return replace(fold, counted=fold.counted & np.isin(fold.events.users, chosen))


def _all_of(step: Sequence[str]) -> Iterator[Settings]:
    for values in product(*(GRID[name] for name in step)):
        yield dict(zip(step, values, strict=True))


def _tells(settings: Settings, best: Settings) -> bool:
    """Tell whether settings are worth a try: a trend that is off has neither half-life nor floor."""
    same = all(settings.get(name) == best.get(name) for name in ("trend_half_life", "trend_floor"))
    return settings != best and (settings["trend_power"] > 0 or same)


def main() -> None:
    """Search for the models of a recipe, those that know users unless some are named."""
    from tests.quality import movielens_1m_last, movietweetings, online_retail

    sets = {data.__name__.rpartition(".")[2]: data for data in (movielens_1m_last, movietweetings, online_retail)}
    parser = argparse.ArgumentParser(prog="python -m tests.quality.settings_of_time", description=__doc__)
    parser.add_argument("name", choices=sets)
    parser.add_argument("models", nargs="*", metavar="MODEL")
    asked = parser.parse_args()
    data = sets[asked.name].searchable()
    earlier = data.earlier
    for model in data.recipe.models:
        if is_timed(model) and model.name in (asked.models or [model.name]):
            fitted = Fitted(data.recipe, earlier, model)
            settings, score = fitted.best()
            said = ", ".join(f"{name} = {value:g}" for name, value in settings.items())
            print(f"{model.name}: {score:.4f}, off {fitted.score(OFF):.4f}: {said}", flush=True)


if __name__ == "__main__":
    main()
