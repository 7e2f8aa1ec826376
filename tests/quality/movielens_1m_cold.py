"""MovieLens 1M without a fifth of its users: they are asked for by their features alone."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
from scipy.stats import rankdata

from tests.bench.places import ROOT, data_set
from tests.quality.figures import Figure
from training.algorithms.base import ServesCold
from training.data.tables import read_tables
from training.evaluation.cold import ColdFold
from training.evaluation.measure import K, Measured, measure
from training.evaluation.metrics import per_user
from training.fitting import Fitting
from training.interactions import Events
from training.recipe import ModelSection, read_recipe
from training.scorers import open_recommender

NAME = "movielens-1m"
RECIPE = ROOT / "training" / "recipes" / "movielens_1m.toml"
POPULAR = ModelSection("popular", "popular", {})
MODEL = ModelSection("lightfm", "lightfm", {})


def figures() -> Iterator[Figure]:
    """Measure popular for everybody, two kinds of it by segment, and LightFM's feature vectors; popular is to beat."""
    recipe = read_recipe(RECIPE)
    data = replace(recipe.data, path=data_set(NAME))
    events = Events.of(read_tables(data))
    fold = ColdFold.of(events, recipe.seed)
    assert fold is not None, "too few users have features"
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="warmstart-cold-") as folder:
        manifest = Fitting(recipe, events.interactions(fold.learn), {}).seal(POPULAR, Path(folder))
        goal = measure(open_recommender(Path(folder), manifest), fold.truth).metrics["ndcg@10"]
    yield Figure("popular", {"ndcg@10": goal}, time.perf_counter() - started)
    started = time.perf_counter()
    averaged = _rank_averaged(events, fold, data.segments)
    yield Figure("popular, ranks averaged", {"ndcg@10": averaged}, time.perf_counter() - started, goal)
    started = time.perf_counter()
    fitting = Fitting(recipe, events.interactions(fold.learn, data.segments), {})
    found = fold.measure(cast("ServesCold", fitting.fit(MODEL)), MODEL, fitting)
    seconds = time.perf_counter() - started
    yield _figure("popular by segment", found["popular"], goal, seconds)
    yield _figure("lightfm by features", found["features"], goal, seconds)


def _figure(name: str, measured: Measured, goal: float, seconds: float) -> Figure:
    return Figure(name, {"ndcg@10": measured.metrics["ndcg@10"]}, seconds, goal)


def _rank_averaged(events: Events, fold: ColdFold, columns: Sequence[str]) -> float:
    """Return the ndcg where an item's rank is the mean of those within each of a user's values, one column at a time.

    That is instead of its rank among those who share all of them, which is what is served.
    """
    asked, n_items = fold.truth.users, len(events.item_ids)
    ranks = np.zeros((len(asked), n_items))
    for column in columns:
        values = np.array(events.user_features[column], str)
        for value in np.unique(values[asked]):
            alike = fold.learn & (values == value)[events.users]
            counts = np.bincount(events.items[alike], minlength=n_items)
            ranks[values[asked] == value] += rankdata(-counts)
    best = np.argsort(ranks, axis=1, kind="stable")[:, :K].astype(np.int32)
    return float(per_user(("ndcg",), (K,), best, fold.truth)[f"ndcg@{K}"].mean())
