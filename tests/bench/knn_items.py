"""One `recommend` of item_knn and of ease on MovieLens 1M, beside implicit's own for the same users."""

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

from implicit.nearest_neighbours import TFIDFRecommender
from scipy import sparse

from tests.bench.figures import Figure
from tests.bench.knn_data import fitting
from tests.bench.movielens import movielens_interactions
from tests.bench.timing import Measure, interleaved, percentile, timed
from training.algorithms.item_knn import ItemKNN
from training.recipe import ModelSection
from training.scorers import open_recommender
from warmstart.recommender import Ask, Recommender

MODELS = ("item_knn", "ease")
ROUNDS = 3000


def figures() -> Iterator[Figure]:
    """Ask for users of the data in turn: each model's draft, and implicit."""
    interactions = movielens_interactions()
    job = fitting(interactions)
    measures = {"implicit": _implicit(interactions.matrix(binary=True))}
    with tempfile.TemporaryDirectory(prefix="warmstart-bench-") as folder:
        for model in MODELS:
            manifest = job.seal(ModelSection(model, model, {}), Path(folder, model))
            measures[model] = _asking(open_recommender(Path(folder, model), manifest))
        interleaved(measures, 100)
        times = interleaved(measures, ROUNDS)
    for model in MODELS:
        for percent, limit in ((50, 1.0), (99, None)):
            yield Figure(
                name=f"{model}, MovieLens 1M, recommend, p{percent}",
                ms=percentile(times[model], percent),
                peer="implicit's item kNN",
                peer_ms=percentile(times["implicit"], percent),
                limit=limit,
                limits="ms",
            )


def _asking(recommender: Recommender) -> Measure:
    ids = itertools.cycle([*recommender.user_ids.external(range(len(recommender.user_ids)))])  # type: ignore[arg-type]
    return timed(lambda: recommender.recommend(Ask(user_id=next(ids))))


def _implicit(matrix: sparse.csr_matrix) -> Measure:
    model = TFIDFRecommender(K=ItemKNN().k)
    model.fit(matrix, show_progress=False)
    users = itertools.cycle(range(matrix.shape[0]))

    def recommend() -> object:
        user = next(users)
        return model.recommend(user, matrix[user], N=10)

    return timed(recommend)
