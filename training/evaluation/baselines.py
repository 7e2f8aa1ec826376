"""What no model may be worse than: the real ones with default settings, whatever a recipe calls by these names."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from training.fitting import built
from training.recipe import ModelSection, Recipe

BASELINES = ("popular", "popular_recent")
NEEDS_TIME = "popular_recent"


def baseline_sections(*, timed: bool) -> tuple[ModelSection, ...]:
    """Return popular and, where there are timestamps, popular_recent."""
    return tuple(ModelSection(name, name, {}) for name in BASELINES if timed or name != NEEDS_TIME)


def beside(baselines: Sequence[ModelSection], models: Sequence[ModelSection], recipe: Recipe) -> Iterator[ModelSection]:
    """Yield the models that are no baselines; where only the name is a baseline's, under a name that says whose."""
    settings = {baseline.name: repr(built(recipe, baseline)) for baseline in baselines}
    for model in models:
        if model.name not in settings:
            yield model
        elif settings[model.name] != repr(built(recipe, model)):
            yield replace(model, name=f"{model.name} of the recipe")
