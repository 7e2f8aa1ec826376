"""MovieLens 100k, each user's last film, with the settings of the demo's recipe."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tests.bench.places import ROOT, data_set
from tests.quality.figures import Figure
from training.data.tables import read_tables
from training.recipe import ModelSection, read_recipe
from training.train import Training

NAME = "movielens-100k"
RECIPE = ROOT / "training" / "recipes" / "movielens_100k.toml"
MODELS = ("popular", "popular_recent", "als", "lightfm", "bpr", "item_knn", "user_knn", "rp3beta", "ease", "two_stage")


def figures(models: Sequence[str] = MODELS) -> Iterator[Figure]:
    """Measure as `warmstart train` does; what the recipe does not name has its own settings."""
    recipe = read_recipe(RECIPE)
    data = replace(recipe.data, path=data_set(NAME))
    job = Training(recipe, read_tables(data))
    named = {model.name: model for model in recipe.models}
    for name in models:
        started = time.perf_counter()
        metrics = job.measure(named.get(name, ModelSection(name, name, {}))).measured.metrics
        yield Figure(name, {key: metrics[key] for key in ("ndcg@10", "map@10")}, time.perf_counter() - started)
