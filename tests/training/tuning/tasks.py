"""Small tasks to tune, and what stands in for a fold where only the search is looked at."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, cast

from tests.training.datasets import checkerboard, recipe
from training.recipe import ModelSection
from training.tuning.bench import Bench
from training.tuning.space import distributions_of
from training.tuning.study import Task

OWN = {"factors": 64, "regularization": 0.5, "alpha": 8.0, "iterations": 6}


def task(settings: Mapping[str, Any] = OWN, **changes: Any) -> Task:
    """Return ALS on the checkerboard with settings of its recipe."""
    model = ModelSection("als", "als", settings)
    made = Task(recipe(model), model, checkerboard(), "ndcg@10", 2, distributions_of(model))
    return replace(made, **changes)


class Slope:
    """A fold whose metric is what a function says of the settings."""

    def __init__(self, of: Callable[[Mapping[str, Any]], float]) -> None:
        self.name = "slope"
        self._of = of
        self.asked = list[Mapping[str, Any]]()

    def measure(self, model: ModelSection) -> dict[str, float]:
        """Return the metric."""
        self.asked.append(model.params)
        return {"ndcg@10": self._of(model.params)}


def slopes(of: Callable[[Mapping[str, Any]], float], count: int = 2) -> list[Bench]:
    """Return folds that agree."""
    return cast("list[Bench]", [Slope(of) for _ in range(count)])
