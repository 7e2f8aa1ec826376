"""Measures models on folds that others have cut, through the exported draft and the scorer that serves it."""

import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from tests.quality.figures import Entrant, Figure
from training.columns import ITEM_ID, USER_ID, WEIGHT
from training.data.tables import Tables
from training.evaluation.answers import ask
from training.evaluation.comparison import Sample
from training.evaluation.folds import Fold
from training.evaluation.metrics import per_user
from training.evaluation.splits import Mask
from training.fitting import Fitting
from training.interactions import Events
from training.recipe import DataSection, ModelSection, Recipe
from training.recipe import Fold as RecipeFold
from training.scorers import open_recommender

SEED = 32


class Protocol:
    """The folds of one published protocol, each with its fitting."""

    def __init__(self, name: str, folds: Iterable[Fold], metric: str, k: int) -> None:
        """Fit nothing yet.

        Args:
            name: of the data set.
            folds: what is learnt from and what is right.
            metric: a name of `training.evaluation.metrics.METRICS`.
            k: the length of the lists.
        """
        self._recipe = recipe_of(name)
        self._dataset = {"name": name, "sha256": "0" * 64}  # of drafts that are thrown away
        self._folds = [
            (fold, Fitting(self._recipe, fold.events.interactions(fold.learn), self._dataset)) for fold in folds
        ]
        self._metric, self._k = metric, k

    def figures(self, entrants: Sequence[Entrant]) -> Iterator[Figure]:
        """Measure each model on all folds."""
        for entrant in entrants:
            started = time.perf_counter()
            yield self.figure(entrant, self.samples(entrant), started)

    def figure(
        self, entrant: Entrant, samples: Sequence[Sample], started: float, beside: Mapping[str, float | None] = {}
    ) -> Figure:
        """Return the mean over folds of a model's samples, begun at a reading of `time.perf_counter`."""
        mean = float(np.mean([values.mean() for _, values in samples]))
        figure = Figure.of(entrant, {f"{self._metric}@{self._k}": mean}, time.perf_counter() - started)
        return replace(figure, beside=beside)

    def samples(self, entrant: Entrant) -> list[Sample]:
        """Return the users of each fold and their values: (u,) and (u, 1)."""
        return [self._sample(fold, fitting, entrant.section) for fold, fitting in self._folds]

    def _sample(self, fold: Fold, fitting: Fitting, model: ModelSection) -> Sample:
        with tempfile.TemporaryDirectory(prefix="warmstart-quality-") as folder:
            manifest = fitting.seal(model, Path(folder))
            answers = ask(open_recommender(Path(folder), manifest), fold.truth, self._k)
        (values,) = per_user([self._metric], [self._k], answers.items, fold.truth).values()
        return fold.truth.users, values[:, None]


def recipe_of(name: str) -> Recipe:
    """Return a recipe for tables that are at hand: only its seed and its fallback play a part."""
    data = DataSection(Path(name), None, None, None, None, {}, None, ())
    return Recipe(name, data, RecipeFold("leave_last_out"), models=(), path=Path(name), seed=SEED)


def events_of(pairs: pl.DataFrame) -> Events:
    """Return pairs of user and item as events of weight 1 without timestamps."""
    columns = [pl.col(USER_ID).cast(pl.Int64), pl.col(ITEM_ID).cast(pl.Int64), pl.lit(1, pl.Float32).alias(WEIGHT)]
    return Events.of(Tables(pairs.select(columns), None, None, sha256="0" * 64, set_aside=0))


def held_back(number: int, events: Events, test: Mask) -> Fold:
    """Return the fold that measures on some events and learns from all others."""
    return Fold(number, events, ~test, test, period=None, leaks_time=True)
