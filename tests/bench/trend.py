"""One `recommend` with a trend beside the same model's without: MovieLens 1M, and ALS of up to a million items."""

import itertools
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from tests.bench.figures import Figure
from tests.bench.knn_data import fitting
from tests.bench.movielens import movielens_interactions
from tests.bench.search_data import SIZES, searched
from tests.bench.timing import Measure, interleaved, percentile, timed
from training.carry_over import carried_over
from training.fitting import Fitting
from training.recipe import ModelSection
from training.scorers import open_recommender
from warmstart.artifact import Artifact
from warmstart.ids import external_ids
from warmstart.recommender import Ask, Recommender
from warmstart.trend import Prior, demand_prior, positive

MODELS = {name: ModelSection(name, name, {}) for name in ("als", "lightfm", "item_knn", "user_knn", "ease")} | {
    "als, HNSW": ModelSection("als", "als", {"search": "hnsw"})
}
TREND = {"trend_half_life": 7.0, "trend_power": 0.5}
ROUNDS = 2000


def figures() -> Iterator[Figure]:
    """Ask for users in turn, with and without."""
    yield from _of_movielens()
    for n_items in SIZES:
        yield from _of_market(n_items)


def _of_movielens() -> Iterator[Figure]:
    job = fitting(movielens_interactions())
    for name, model in MODELS.items():
        with tempfile.TemporaryDirectory(prefix="warmstart-bench-") as folder:
            yield _figure(f"{name}, MovieLens 1M", _measures(job, model, Path(folder)))


def _of_market(n_items: int) -> Iterator[Figure]:
    """Multiply by what each item would be worth where demand has moved since: popularity, half of it left to chance."""
    plain, trending = searched(n_items), searched(n_items)
    popularity = plain.exact._popularity
    moved = np.random.default_rng(32).lognormal(size=n_items).astype(np.float32)
    prior = Prior(demand_prior(popularity * moved, TREND["trend_power"]), positive)
    for name in ("exact", "hnsw"):
        without, timed_too = getattr(plain, name), getattr(trending, name)
        timed_too.scorer._items = timed_too.scorer._items.with_prior(prior)
        yield _figure(f"als, {name}, {n_items:,} items", {"without": _asking(without), "with": _asking(timed_too)})


def _figure(name: str, measures: Mapping[str, Measure]) -> Figure:
    interleaved(measures, 100)
    times = interleaved(measures, ROUNDS)
    with_, without = (percentile(times[which], 50) for which in ("with", "without"))
    return Figure(name=f"{name}, with a trend, p50", ms=with_, peer="without", peer_ms=without, limit=1.2)


def _measures(job: Fitting, model: ModelSection, folder: Path) -> Mapping[str, Measure]:
    """Return the questions to one fitted model, exported twice."""
    plain = job.seal(model, folder / "without")
    version = Artifact.open(folder / "without", plain)
    timed_too = carried_over(version, job.interactions, folder / "with", params={**plain.params, **TREND})
    found = {"without": plain, "with": timed_too}
    return {name: _asking(open_recommender(folder / name, manifest)) for name, manifest in found.items()}


def _asking(recommender: Recommender) -> Measure:
    ids = itertools.cycle(external_ids(recommender.user_ids)[:ROUNDS])
    return timed(lambda: recommender.recommend(Ask(user_id=next(ids))))
