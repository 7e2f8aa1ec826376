"""Fits models on one set of interactions and seals them: a fold's earlier part, or all there is."""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from training.algorithms import ALGORITHMS
from training.algorithms.base import Algorithm
from training.algorithms.build import build
from training.algorithms.encoded import Encoded
from training.algorithms.orders import Orders
from training.algorithms.popular import Popular
from training.algorithms.popular_recent import PopularRecent
from training.algorithms.two_stage import TwoStage
from training.export import export
from training.interactions import Interactions
from training.neural.watch import Watch
from training.ranking.first_stage import Prepared
from training.ranking.sources import Source, Sources
from training.recipe import ModelSection, Recipe
from warmstart.artifact import Artifact
from warmstart.errors import DataError
from warmstart.manifest import Manifest

Popularity = Popular | PopularRecent
Learn = Callable[[Algorithm, Interactions, np.random.Generator], Algorithm]


def here(algorithm: Algorithm, interactions: Interactions, rng: np.random.Generator) -> Algorithm:
    """Fit an algorithm in this process."""
    return algorithm.fit(interactions, rng)


def built(recipe: Recipe, model: ModelSection, published: Mapping[str, Artifact] = {}) -> Algorithm:
    """Return a model's algorithm with the recipe's settings; a wrong one is a DataError that names it.

    Args:
        recipe: where it stands, and its first stages, if it has any.
        model: its section.
        published: versions that take the place of its first stages.
    """
    where = f"{recipe.path}: models.{model.name}"
    algorithm = build(model.algorithm, model.params, where=where)
    if isinstance(algorithm, TwoStage):
        fallback = built(recipe, fallback_section(recipe))
        assert isinstance(fallback, Popularity)  # noqa: S101 its section says so
        sources = {stage.name: _source(recipe, stage, published.get(stage.name)) for stage in model.stages}
        algorithm.sources = Sources(sources, fallback)
        try:
            algorithm.sources.check()
        except DataError as error:
            raise DataError(f"{where}.first_stages: {error}") from None
    elif model.stages:
        raise DataError(f"{where}.first_stages: {model.algorithm} ranks no other models")
    return algorithm


def _source(recipe: Recipe, model: ModelSection, published: Artifact | None) -> Source:
    """Return a first stage; it scores every item, so no index is asked."""
    algorithm = built(recipe, model)
    if hasattr(algorithm, "search"):
        algorithm.search = "exact"
    return Source(model.algorithm, algorithm, published, None if published is None else published.manifest.version)


def fallback_section(recipe: Recipe) -> ModelSection:
    """Return the model that the unknown get; raise DataError where it is no popularity."""
    name = recipe.fallback
    section = next((m for m in recipe.models if m.name == name), ModelSection(name, name, {}))
    if not issubclass(ALGORITHMS[section.algorithm], Popularity):
        raise DataError(f"{recipe.path}: fallback {name} is no popularity model")
    return section


class Fitting:
    """A recipe's models on the same interactions; popularity, which is also everyone's fallback, is fitted once."""

    def __init__(
        self,
        recipe: Recipe,
        interactions: Interactions,
        dataset: Mapping[str, Any],
        say: Callable[[str], None] = lambda _: None,
        fit_seconds: defaultdict[str, float] | None = None,
        checkpoints: Path | None = None,
        learn: Learn = here,
    ) -> None:
        """Fit nothing yet.

        Args:
            recipe: its seed and its fallback count, and the path that errors name.
            interactions: what is learnt from.
            dataset: name and hash, for the manifest.
            say: is told what is being fitted.
            fit_seconds: model -> seconds, to which the time of each fit is added.
            checkpoints: where networks keep what they have learnt so far, to go on after they were killed.
            learn: fits an algorithm that ranks no others.
        """
        self._recipe = recipe
        self.interactions = interactions
        self._dataset = dataset
        self._say = say
        self._checkpoints = checkpoints
        self._learn = learn
        self._popularity: dict[str, Popularity] = {}  # by algorithm and settings
        self._prepared: dict[str, Prepared] = {}  # what rankers of the same first stages share
        self.fit_seconds = defaultdict[str, float](float) if fit_seconds is None else fit_seconds

    def seal(
        self,
        model: ModelSection,
        folder: Path,
        measured: Mapping[str, Any] = {},
        published: Mapping[str, Artifact] = {},
    ) -> Manifest:
        """Fit a model and write its draft into a folder, with what was measured if anything was."""
        return self.write(self.fit(model, published), model, folder, measured)

    def write(self, fitted: Algorithm, model: ModelSection, folder: Path, measured: Mapping[str, Any] = {}) -> Manifest:
        """Write the draft of a model that is fitted on the same interactions."""
        return export(
            fitted,
            self.interactions,
            self.fallback_of(model),
            folder,
            model=model,
            recipe=self._recipe,
            dataset=self._dataset,
            measured=measured,
        )

    def fit(self, model: ModelSection, published: Mapping[str, Artifact] = {}) -> Algorithm:
        """Fit a model; popularity is fitted once, and what is published already takes a first stage's place."""
        algorithm = built(self._recipe, model, published)
        key = repr(algorithm)
        if key in self._popularity:
            return self._popularity[key]
        self._say(f"{model.name}: fitting on {len(self.interactions.items):,} interactions")
        started = time.perf_counter()
        rng = np.random.default_rng(self._recipe.seed)
        if isinstance(algorithm, Encoded):
            algorithm.watch = Watch(lambda told: self._say(f"{model.name}: {told}"), self._checkpoints)
        if isinstance(algorithm, TwoStage):
            fitted: Algorithm = algorithm.learn(self._preparation(algorithm, model.name), rng)
        else:
            fitted = self._learn(algorithm, self.interactions, rng)
        self.fit_seconds[model.name] += time.perf_counter() - started
        if isinstance(fitted, Popularity):
            self._popularity[key] = fitted
        return fitted

    def _preparation(self, algorithm: TwoStage, name: str) -> Prepared:
        """Prepare what rankers are shown, once for all with the same first stages."""
        key = repr(algorithm.first_stage)
        if key in self._prepared:
            self.fit_seconds[name] += self._prepared[key].seconds  # alone, it would have taken that time too
        else:
            rng = np.random.default_rng(self._recipe.seed)
            self._prepared[key] = algorithm.first_stage.prepare(self.interactions, rng)
        return self._prepared[key]

    def fallback_of(self, model: ModelSection) -> tuple[str, Orders]:
        """Return the name and the order of what the unknown get of a model: itself, where it is popularity."""
        if not issubclass(ALGORITHMS[model.algorithm], Popularity):
            return self.fallback()
        fitted = self.fit(model)
        assert isinstance(fitted, Popularity)  # noqa: S101 its class says so
        return model.name, fitted.orders_

    def fallback(self) -> tuple[str, Orders]:
        """Return the recipe's fallback, fitted on the same interactions."""
        section = fallback_section(self._recipe)
        fitted = self.fit(section)
        assert isinstance(fitted, Popularity)  # noqa: S101 its section says so
        return section.name, fitted.orders_
