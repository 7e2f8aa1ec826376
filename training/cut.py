"""A data set, and the fold of it that models are measured on: what a training asks of whoever cuts it."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from training.age_search import AgeSearch, Chosen
from training.algorithms.base import Algorithm
from training.data.tables import Tables
from training.evaluation.cold import ColdFold
from training.evaluation.measured_on import HeldBack
from training.evaluation.splits import Mask, split
from training.evaluation.truth import Truth, truth_of
from training.fitting import here
from training.interactions import Events, Interactions
from training.recipe import ModelSection, Recipe


class Past(NamedTuple):
    """What the people of a fold had before it."""

    events: Events
    learn: Mask  # (n,) which of them came before the fold


class Ages(Protocol):
    """Settles how much age counts, where a recipe leaves it open."""

    def settle(self, model: ModelSection) -> Chosen:
        """Return a model's section with its settings of time."""
        ...


class Cut(Protocol):
    """A data set, cut."""

    @property
    def sha256(self) -> str:
        """Return a hash of what was read."""
        ...

    @property
    def described(self) -> Mapping[str, Any]:
        """Return what manifests say of the data set."""
        ...

    @property
    def timed(self) -> bool:
        """Tell whether events have times."""
        ...

    @property
    def part(self) -> Interactions:
        """Return what came before the fold."""
        ...

    @property
    def whole(self) -> Interactions:
        """Return all there is."""
        ...

    @property
    def truth(self) -> Truth:
        """Return whom to ask, and what they had next."""
        ...

    @property
    def past(self) -> Past:
        """Return what these people had before."""
        ...

    @property
    def held_back(self) -> HeldBack:
        """Return how much the fold holds."""
        ...

    def cold_fold(self) -> ColdFold | None:
        """Return whole users held back, to see how those are answered whom nobody knows; None where they are too few.

        Only models that can answer by features ask for it.
        """
        ...

    def ages(self, say: Callable[[str], None], fit_seconds: defaultdict[str, float], checkpoints: Path | None) -> Ages:
        """Return what settles how much age counts."""
        ...

    def learn(self, algorithm: Algorithm, interactions: Interactions, rng: np.random.Generator) -> Algorithm:
        """Fit an algorithm to the part or the whole."""
        ...


class TablesCut:
    """Tables in memory, cut there."""

    timed: bool

    def __init__(self, recipe: Recipe, tables: Tables) -> None:
        self._recipe = recipe
        self._events = Events.of(tables)
        self._learn, self._test = split(self._events, recipe.fold)
        self.sha256 = tables.sha256
        self.described: Mapping[str, Any] = tables.described(recipe.name)
        self.timed = self._events.timestamps is not None
        self.past = Past(self._events, self._learn)

    @cached_property
    def part(self) -> Interactions:
        """Return what came before the fold."""
        return self._events.interactions(self._learn, self._recipe.data.segments)

    @cached_property
    def whole(self) -> Interactions:
        """Return all there is."""
        return self._events.interactions(segments=self._recipe.data.segments)

    @cached_property
    def truth(self) -> Truth:
        """Return whom to ask, and what they had next: so many of them as the recipe says."""
        return self._everybody.at_most(self._recipe.fold.users, self._recipe.seed)

    @property
    def held_back(self) -> HeldBack:
        """Return how much the fold holds."""
        return HeldBack(int(self._test.sum()), len(self._everybody.users))

    @cached_property
    def _everybody(self) -> Truth:
        return truth_of(self._events, self._test)

    def cold_fold(self) -> ColdFold | None:
        """Return whole users held back; None where they are too few."""
        return ColdFold.of(self._events, self._recipe.seed)

    def ages(self, say: Callable[[str], None], fit_seconds: defaultdict[str, float], checkpoints: Path | None) -> Ages:
        """Return a search on the fold before this one."""
        fold = self._recipe.fold
        return AgeSearch(self._recipe, self._events, self._learn, fold, say, fit_seconds, checkpoints)

    learn = staticmethod(here)
