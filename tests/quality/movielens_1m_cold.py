"""MovieLens 1M without a fifth of its users: they are asked for by their features alone."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from tests.bench.places import ROOT, data_set
from tests.quality.figures import Figure
from training.algorithms.base import ServesCold
from training.data.tables import read_tables
from training.evaluation.cold import ColdFold
from training.evaluation.measure import Measured
from training.fitting import Fitting
from training.interactions import Events
from training.recipe import ModelSection, read_recipe

NAME = "movielens-1m"
RECIPE = ROOT / "training" / "recipes" / "movielens_1m.toml"
MODEL = ModelSection("lightfm", "lightfm", {})


def figures() -> Iterator[Figure]:
    """Measure popular for everybody, popular by segment, and LightFM's feature vectors; popular is what to beat."""
    recipe = read_recipe(RECIPE)
    data = replace(recipe.data, path=data_set(NAME))
    events = Events.of(read_tables(data))
    fold = ColdFold.of(events, recipe.seed)
    assert fold is not None, "too few users have features"
    started = time.perf_counter()
    popular = Fitting(recipe, events.interactions(fold.learn), {})
    goal = fold.measure(cast("ServesCold", popular.fit(MODEL)), MODEL, popular)["popular"].metrics["ndcg@10"]
    yield Figure("popular", {"ndcg@10": goal}, time.perf_counter() - started)
    fitting = Fitting(recipe, events.interactions(fold.learn, data.segments), {})
    found = fold.measure(cast("ServesCold", fitting.fit(MODEL)), MODEL, fitting)
    seconds = time.perf_counter() - started
    yield _figure("popular by segment", found["popular"], goal, seconds)
    yield _figure("lightfm by features", found["features"], goal, seconds)


def _figure(name: str, measured: Measured, goal: float, seconds: float) -> Figure:
    return Figure(name, {"ndcg@10": measured.metrics["ndcg@10"]}, seconds, goal)
