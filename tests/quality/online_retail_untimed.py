"""Online Retail as its recipe has it, but for the settings of time: what these are worth."""

from collections.abc import Iterator
from dataclasses import replace

from tests.quality import online_retail
from tests.quality.figures import Figure
from training.recipe import Recipe, read_recipe

NAME = "online-retail"
SETTINGS = ("history_half_life", "trend_half_life", "trend_power", "trend_floor")


def figures() -> Iterator[Figure]:
    """Measure the recipe's models without their settings of time."""
    yield from online_retail.figures(untimed(read_recipe(online_retail.RECIPE)), searched=False)


def untimed(recipe: Recipe) -> Recipe:
    """Return a recipe whose models have no settings of time."""
    models = (
        replace(model, params={name: value for name, value in model.params.items() if name not in SETTINGS})
        for model in recipe.models
    )
    return replace(recipe, models=tuple(models))
