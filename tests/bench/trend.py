"""One `recommend` with a trend beside the same model's without, on MovieLens 1M: what the fusion costs an answer."""

import itertools
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.bench.figures import Figure
from tests.bench.knn_data import fitting
from tests.bench.movielens import NAME, recipe_of
from tests.bench.places import data_set
from tests.bench.timing import Measure, interleaved, percentile, timed
from training.again import again
from training.data.tables import read_tables
from training.fitting import Fitting
from training.interactions import Events
from training.recipe import ModelSection
from training.scorers import open_recommender
from warmstart.artifact import Artifact
from warmstart.ids import external_ids
from warmstart.recommender import Ask, Recommender

MODELS = {name: ModelSection(name, name, {}) for name in ("als", "lightfm", "item_knn", "user_knn", "ease")} | {
    "als, HNSW": ModelSection("als", "als", {"search": "hnsw"})
}
TREND = {"trend_half_life": 7.0, "trend_power": 0.5}
ROUNDS = 2000


def figures() -> Iterator[Figure]:
    """Ask for users of the data in turn, with and without."""
    job = fitting(Events.of(read_tables(recipe_of(data_set(NAME), ["popular"]).data)).interactions())
    for name, model in MODELS.items():
        with tempfile.TemporaryDirectory(prefix="warmstart-bench-") as folder:
            measures = _measures(job, model, Path(folder))
            interleaved(measures, 100)
            times = interleaved(measures, ROUNDS)
        yield Figure(
            name=f"{name}, MovieLens 1M, with a trend, p50",
            ms=percentile(times["with"], 50),
            peer="without",
            peer_ms=percentile(times["without"], 50),
            limit=1.2,
        )


def _measures(job: Fitting, model: ModelSection, folder: Path) -> Mapping[str, Measure]:
    """Return the questions to one fitted model, exported twice."""
    plain = job.seal(model, folder / "without")
    version = Artifact.open(folder / "without", plain)
    timed_too = again(version, job.interactions, folder / "with", params={**plain.params, **TREND})
    found = {"without": plain, "with": timed_too}
    return {name: _asking(open_recommender(folder / name, manifest)) for name, manifest in found.items()}


def _asking(recommender: Recommender) -> Measure:
    ids = itertools.cycle(external_ids(recommender.user_ids))
    return timed(lambda: recommender.recommend(Ask(user_id=next(ids))))
