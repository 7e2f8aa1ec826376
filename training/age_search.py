"""How much age counts, where a recipe leaves it open: a few values are tried on a fold before all that are reported.

Each setting is tried beside the best of the others, in one pass over half-lives of the history, one over the trend's
and one more over those of the history. What is found counts only where the paired test, over people whom it was not
found with, tells that it is better than no age at all.
"""

import copy
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from training.algorithms.base import Timed
from training.carry_over import carried_over
from training.evaluation.measure import K, Measured, measure
from training.evaluation.splits import Mask, split
from training.evaluation.truth import Truth, truth_of
from training.fitting import Fitting, built
from training.interactions import Events
from training.recipe import Fold, ModelSection, Recipe
from training.scorers import open_recommender
from training.tuning.windows import without
from warmstart.artifact import Artifact
from warmstart.errors import DataError

Settings = Mapping[str, float]
OFF: Settings = {"history_half_life": 0.0, "trend_half_life": 7.0, "trend_power": 0.0}
HISTORIES: Sequence[Settings] = [{"history_half_life": days} for days in (0.0, 7.0, 14.0, 30.0, 60.0)]
TRENDS: Sequence[Settings] = [
    {"trend_half_life": days, "trend_power": power}
    for days, power in ((7.0, 0.0), (5.0, 0.25), (3.0, 0.5), (7.0, 0.5), (5.0, 0.75), (3.0, 1.0), (7.0, 1.0))
]
DECIDING = f"ndcg@{K}"
FEWEST = 50  # users of the fold: with fewer chance decides
KEPT = 10_000_000  # events up to which that fold is kept for the next model; of more, it is large and quick to cut anew
TRIED, TESTED = 400, 1_600  # users with whom settings are tried, and others with whom the best are tested


class Chosen(NamedTuple):
    """A model's section with its settings of time, and what the manifest says of how they came about."""

    model: ModelSection
    described: Mapping[str, Any]


class AgeSearch:
    """The fold before the reported ones. A model is fitted there once, and asked with several settings."""

    def __init__(
        self,
        recipe: Recipe,
        events: Events,
        learn: Mask,
        fold: Fold,
        say: Callable[[str], None] = lambda _: None,
        fit_seconds: defaultdict[str, float] | None = None,
        checkpoints: Path | None = None,
    ) -> None:
        """Fit nothing yet.

        Args:
            recipe: its seed, its segments and its fallback.
            events: all events.
            learn: (n,) which of them the earliest reported fold learns from; no other is looked at.
            fold: how the reported folds are cut; so is this one.
            say: is told what is found.
            fit_seconds: model -> seconds, to which the time of its fit is added.
            checkpoints: where networks keep what they have learnt so far.
        """
        self._recipe = recipe
        self._events = events
        self._learn = learn
        self._fold = fold
        self._say = say
        self._fit_seconds = fit_seconds
        self._checkpoints = checkpoints
        self._settled: dict[str, Chosen] = {}  # by algorithm and what the recipe says of it

    def settle(self, model: ModelSection) -> Chosen:
        """Choose the settings of time that a recipe leaves open, of a model or of those that it ranks again.

        Where times tell nothing, age does not count.
        """
        if model.stages:
            return Chosen(replace(model, stages=tuple(self.settle(stage).model for stage in model.stages)), {})
        key = repr((model.algorithm, sorted(model.params.items())))
        if key not in self._settled:
            self._settled[key] = self._chosen(model)
        chosen = self._settled[key]
        return chosen._replace(model=replace(model, params=chosen.model.params))

    def _chosen(self, model: ModelSection) -> Chosen:
        algorithm = built(self._recipe, model)
        if not isinstance(algorithm, Timed):
            return Chosen(model, {})
        if self._events.timeless is not None:
            return self._off(model, self._events.timeless)
        if not OFF.keys().isdisjoint(model.params):
            return Chosen(model, {})
        ready = self._ready if len(self._events.users) <= KEPT else self._cut()
        if isinstance(ready, str):
            return self._off(model, ready)
        return self._searched(model, *ready)

    @cached_property
    def _ready(self) -> tuple[Fitting, Truth] | str:
        """Return the same as `_cut` for every model."""
        return self._cut()

    def _cut(self) -> tuple[Fitting, Truth] | str:
        """Return what is fitted and whom to ask on the fold before, or why there is no such fold."""
        try:
            before = without(self._events, ~self._learn)
            learn, test = split(before, self._fold)
            truth = truth_of(before, test)
        except DataError as error:
            return f"there is no earlier fold to choose it on: {error}"
        if len(truth.users) < FEWEST:
            return f"{len(truth.users)} users of an earlier fold are too few to choose it on"
        interactions = before.interactions(learn, self._recipe.data.segments)
        dataset = {"name": self._recipe.name, "sha256": "0" * 64}  # of drafts that are thrown away
        seconds, checkpoints = self._fit_seconds, self._checkpoints
        return Fitting(self._recipe, interactions, dataset, fit_seconds=seconds, checkpoints=checkpoints), truth

    def _off(self, model: ModelSection, why: str) -> Chosen:
        self._say(f"{model.name}: age does not count: {why}")
        return Chosen(model.with_settings(OFF), {"time": {"off": why}})

    def _searched(self, model: ModelSection, fitting: Fitting, truth: Truth) -> Chosen:
        self._say(f"{model.name}: trying how much age counts")
        with TemporaryDirectory(prefix="warmstart-ages-") as folder:
            tries = _Tries(model, fitting, Path(folder))
            with_, others = truth.parts(TRIED, TESTED, np.random.default_rng(self._recipe.seed))
            best = tries.best(with_)
            found, off = tries.measured(best, others), tries.measured(OFF, others)
        pair = found.against(off, self._recipe.seed)[DECIDING]
        chosen = best if pair.verdict == "better" else OFF
        score, score_off = found.metrics[DECIDING], off.metrics[DECIDING]
        self._say(f"{model.name}: {_words(chosen)} ({DECIDING} {score:.4f} at best, {score_off:.4f} without)")
        described = {"best": {**best}, "score": score, "score_off": score_off, "p": pair.p, "users": off.users}
        return Chosen(model.with_settings(chosen), {"time": {**described, "metric": DECIDING, "chosen": chosen != OFF}})


class _Tries:
    """One model, fitted once, with any settings of time; each try copies its artifact."""

    def __init__(self, model: ModelSection, fitting: Fitting, folder: Path) -> None:
        fitted: Any = copy.copy(fitting.fit(model))
        fitted.history_half_life = 1.0  # so that ages are written exactly
        manifest = fitting.write(fitted, model, folder / "fitted")
        self._version = Artifact.open(folder / "fitted", manifest)
        self._interactions, self._folder = fitting.interactions, folder

    def best(self, truth: Truth) -> Settings:
        """Return the settings with the best score; of equals the first, which is off."""
        scores: dict[tuple[float, ...], float] = {}

        def score(settings: Settings) -> float:
            key = tuple(settings.values())
            if key not in scores:
                scores[key] = self.measured(settings, truth).metrics[DECIDING]
            return scores[key]

        chosen = OFF
        for options in (HISTORIES, TRENDS, HISTORIES):
            chosen = max(({**chosen, **option} for option in (chosen, *options)), key=score)
        return chosen

    def measured(self, settings: Settings, truth: Truth) -> Measured:
        """Measure the model with some settings."""
        with TemporaryDirectory(dir=self._folder) as folder:
            params = {**self._version.manifest.params, **settings}
            manifest = carried_over(self._version, self._interactions, Path(folder), params=params)
            return measure(open_recommender(Path(folder), manifest), truth, checked=0)


def _words(settings: Settings) -> str:
    """Say what settings do."""
    return " and ".join(_parts(settings)) or "age does not count"


def _parts(settings: Settings) -> Iterator[str]:
    history, trend, power = (settings[name] for name in OFF)
    if history:
        yield f"a history's events lose half of their say in {history:g} days"
    if power:
        yield f"the trend of half-life {trend:g} days counts to the power {power:g}"
