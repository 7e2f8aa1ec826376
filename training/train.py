"""The main job: fit on a part, measure with the serving scorer, refit on everything, seal."""

import tempfile
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from training.algorithms.base import Algorithm
from training.algorithms.build import build
from training.algorithms.orders import Orders
from training.algorithms.popular import Popular
from training.algorithms.popular_recent import PopularRecent
from training.data.tables import Tables
from training.evaluation.measure import Measured, Truth, measure, truth_of
from training.evaluation.splits import split
from training.export import export
from training.interactions import Events, Interactions
from training.recipe import ModelSection, Recipe
from training.scorers import open_recommender
from warmstart.artifact_writer import draft_hash
from warmstart.errors import DataError
from warmstart.manifest import Manifest

BASELINES = ("popular", "popular_recent")  # what no personal model may be worse than
Popularity = Popular | PopularRecent


class Training:
    """One recipe over its tables. The fold and the baselines are made once, for all models."""

    def __init__(self, recipe: Recipe, tables: Tables, say: Callable[[str], None] = lambda _: None) -> None:
        self._recipe = recipe
        self._say = say
        self._dataset = {"name": recipe.name, "sha256": tables.sha256}
        self._events = Events.of(tables)
        learn, self._test = split(self._events, recipe.fold)
        self._part = self._events.interactions(learn, recipe.data.segments)
        self._measured: dict[str, tuple[Measured, str]] = {}  # by algorithm and settings
        self._popularity: dict[tuple[str, bool], Popularity] = {}  # by the same, and whether on all rows
        self.fit_seconds: dict[str, float] = {}  # model -> of all its fits

    @cached_property
    def _truth(self) -> Truth:
        return truth_of(self._events, self._test)

    @cached_property
    def _whole(self) -> Interactions:
        return self._events.interactions(segments=self._recipe.data.segments)

    def measure(self, model: ModelSection) -> tuple[Measured, str]:
        """Fit on the fold's earlier part and measure the draft; return that and the draft's hash."""
        key = repr(self._built(model))
        if key not in self._measured:
            with tempfile.TemporaryDirectory(prefix="warmstart-draft-") as folder:
                draft = self.draft(model, Path(folder))
                self._say(f"{model.name}: measuring on {self._recipe.fold.kind}")
                measured = measure(open_recommender(Path(folder), draft), self._truth)
                self._measured[key] = measured, draft_hash(draft.files)
        return self._measured[key]

    def draft(self, model: ModelSection, folder: Path) -> Manifest:
        """Fit a model on the fold's earlier part and seal it, to be measured and thrown away."""
        return self._export(model, self._fit(model, self._part), self._part, folder, {})

    def train(self, model: ModelSection, folder: Path) -> Manifest:
        """Measure a model, refit it with the same settings on all rows, and seal that with the measured metrics."""
        measured, digest = self.measure(model)
        return self.fit_whole(model, folder, self._described(measured, digest))

    def fit_whole(self, model: ModelSection, folder: Path, measured: Mapping[str, Any] = {}) -> Manifest:
        """Fit a model on all rows and seal it, with what was measured if anything was."""
        return self._export(model, self._fit(model, self._whole), self._whole, folder, measured)

    def baselines(self) -> dict[str, dict[str, float]]:
        """Return the metrics of popular and, where there are timestamps, of popular_recent, on the same fold.

        They have their default settings, whatever the recipe calls by these names.
        """
        names = BASELINES if self._events.timestamps is not None else BASELINES[:1]
        return {name: self.measure(ModelSection(name, name, {}))[0].metrics for name in names}

    def _described(self, measured: Measured, digest: str) -> dict[str, Any]:
        fold = self._recipe.fold
        return {
            "metrics": measured.metrics,
            "measured_on": {
                "fold": {"kind": fold.kind, **({"days": fold.days} if fold.kind == "time" else {})},
                "rows": int(self._test.sum()),
                "users": measured.users,
                "draft_sha256": digest,
                "baselines": self.baselines(),
                "personal_share": measured.personal_share,
                "ordered": measured.ordered,
            },
        }

    def _fit(self, model: ModelSection, interactions: Interactions) -> Algorithm:
        algorithm = self._built(model)
        key = (repr(algorithm), interactions is not self._part)
        if key in self._popularity:
            return self._popularity[key]
        self._say(f"{model.name}: fitting on {len(interactions.items):,} interactions")
        started = time.perf_counter()
        fitted = algorithm.fit(interactions, np.random.default_rng(self._recipe.seed))
        self.fit_seconds[model.name] = self.fit_seconds.get(model.name, 0.0) + time.perf_counter() - started
        if isinstance(fitted, Popularity):
            self._popularity[key] = fitted
        return fitted

    def _built(self, model: ModelSection) -> Algorithm:
        return build(model.algorithm, model.params, where=f"{self._recipe.path}: models.{model.name}")

    def _export(
        self,
        model: ModelSection,
        fitted: Algorithm,
        interactions: Interactions,
        folder: Path,
        measured: Mapping[str, Any],
    ) -> Manifest:
        own = (model.name, fitted.orders_) if isinstance(fitted, Popularity) else None
        fallback = own or self._fallback(interactions)
        return export(
            fitted,
            interactions,
            fallback,
            folder,
            model=model,
            recipe=self._recipe,
            dataset=self._dataset,
            measured=measured,
        )

    def _fallback(self, interactions: Interactions) -> tuple[str, Orders]:
        """Return the recipe's fallback, fitted on the same interactions."""
        fitted = self._fit(self._section(self._recipe.fallback), interactions)
        if not isinstance(fitted, Popularity):
            raise DataError(f"{self._recipe.path}: fallback {self._recipe.fallback} is no popularity model")
        return self._recipe.fallback, fitted.orders_

    def _section(self, name: str) -> ModelSection:
        """Return the recipe's section for a model, or one with the defaults."""
        return next((m for m in self._recipe.models if m.name == name), ModelSection(name, name, {}))
