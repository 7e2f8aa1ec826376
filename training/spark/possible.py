"""Which models Spark fits; nothing of Spark is imported to tell."""

from collections.abc import Sequence

from training.algorithms.als import ALS
from training.algorithms.item_knn import ItemKNN
from training.fitting import built
from training.recipe import ModelSection, Recipe
from warmstart.errors import DataError

ALGORITHMS = ("als", "item_knn", "popular", "popular_recent")


def refuse_others(recipe: Recipe, models: Sequence[ModelSection]) -> None:
    """Raise DataError for a model that Spark does not fit, before anything is read."""
    for model in models:
        where = f"{recipe.path}: models.{model.name}"
        if model.algorithm not in ALGORITHMS:
            raise DataError(
                f"{where}: Spark fits {', '.join(ALGORITHMS)}, and no {model.algorithm}: leave it out by --models"
            )
        algorithm = built(recipe, model)
        if isinstance(algorithm, ItemKNN) and algorithm.weighting != "cosine":
            raise DataError(f'{where}: on Spark say weighting = "cosine"; {algorithm.weighting} is for one machine')
        if isinstance(algorithm, ALS) and algorithm.features:
            raise DataError(f"{where}: als with features is for one machine")
