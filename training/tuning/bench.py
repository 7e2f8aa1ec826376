"""A fold made ready: settings go in, the metrics of their draft come out."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from training.evaluation.measure import measure
from training.evaluation.truth import truth_of
from training.fitting import Fitting
from training.recipe import ModelSection, Recipe
from training.scorers import open_recommender
from training.tuning.windows import Window
from warmstart.errors import DataError


class Bench:
    """Fits on the earlier part of one fold and measures through the serving scorer."""

    def __init__(self, recipe: Recipe, window: Window, dataset: Mapping[str, Any]) -> None:
        """Fit nothing yet.

        Raises:
            DataError: the fold has no users to measure on.
        """
        self._recipe = recipe
        self._window = window
        self._dataset = dataset
        self.name = window.name
        try:
            self._truth = truth_of(window.events, window.test)
        except DataError as error:
            raise DataError(f"{window.name}: {error}") from error

    @cached_property
    def _fitting(self) -> Fitting:
        interactions = self._window.events.interactions(~self._window.test, self._recipe.data.segments)
        return Fitting(self._recipe, interactions, self._dataset)

    def measure(self, model: ModelSection) -> Mapping[str, float]:
        """Return the metrics of a model with these settings."""
        with TemporaryDirectory(prefix="warmstart-tuning-") as folder:
            draft = self._fitting.seal(model, Path(folder))
            return measure(open_recommender(Path(folder), draft), self._truth).metrics
