"""MovieLens 1M, each user's last film: models with settings of time chosen on the film before it, and without."""

import time
from collections.abc import Iterator
from dataclasses import replace

from tests.bench.places import ROOT, data_set
from tests.quality.figures import Figure
from tests.quality.settings_of_time import METRIC, OFF, Fitted, Searchable, is_timed
from training.data.tables import read_tables
from training.evaluation.folds import FoldPlan, folds_of
from training.interactions import Events
from training.recipe import read_recipe

NAME = "movielens-1m"
RECIPE = ROOT / "training" / "recipes" / "movielens_1m.toml"


def figures() -> Iterator[Figure]:
    """Hold each model with what was chosen to what it is without; beside it, what a choice on the last film gives."""
    data = searchable()
    earlier, last = folds_of(Events.of(data.tables), data.plan)
    for model in data.recipe.models:
        if is_timed(model):
            started = time.perf_counter()
            chosen = Fitted(data.recipe, [earlier], model).best().settings
            fitted = Fitted(data.recipe, [last], model)
            metrics = {METRIC: fitted.score(chosen)}
            beside = {**chosen, "on reported": fitted.best().score}
            yield Figure(model.name, metrics, time.perf_counter() - started, fitted.score(OFF), beside=beside)


def searchable() -> Searchable:
    """Return the fold of each user's film before the last."""
    recipe = read_recipe(RECIPE)
    tables = read_tables(replace(recipe.data, path=data_set(NAME)))
    return Searchable(recipe, tables, FoldPlan(folds=2, last=1), (0,))
