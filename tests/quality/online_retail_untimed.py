"""Online Retail as its recipe has it, but for the settings of time: what these are worth."""

from collections.abc import Iterator
from dataclasses import replace

from tests.quality import online_retail
from tests.quality.figures import Figure
from tests.quality.settings_of_time import OFF, is_timed
from training.recipe import Recipe, read_recipe

NAME = "online-retail"


def figures() -> Iterator[Figure]:
    """Measure the recipe's models without their settings of time."""
    yield from online_retail.figures(untimed(read_recipe(online_retail.RECIPE)), searched=False)


def untimed(recipe: Recipe) -> Recipe:
    """Return a recipe in which age does not count, nor is searched for how much it might."""
    models = (model.with_settings(OFF) if is_timed(model) else model for model in recipe.models)
    return replace(recipe, models=tuple(models))
