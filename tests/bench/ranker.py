"""Two stages on MovieLens 1M: an answer of some 300 candidates beside its parts, and all users' lists in a batch."""

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from functions.ranker.scorer import TwoStageScorer
from tests.bench.figures import Amount, Figure
from tests.bench.knn_data import fitting
from tests.bench.movielens import movielens_interactions
from tests.bench.offline import in_two_processes
from tests.bench.timing import Measure, interleaved, percentile, timed
from training.recipe import ModelSection
from training.scorers import open_recommender
from warmstart.recommender import Ask, Recommender
from warmstart.scorer import Query

SETTINGS = {"labels": "last", "candidates": 100}
MODEL = ModelSection(
    "two_stage", "two_stage", SETTINGS, tuple(ModelSection(name, name, {}) for name in ("als", "ease", "item_knn"))
)
LIGHT = ModelSection(  # for batches: half the candidates, of first stages that read little of a long history
    "light",
    "two_stage",
    {**SETTINGS, "candidates": 50},
    tuple(ModelSection(name, name, {}) for name in ("als", "item_knn")),
)
ROUNDS = 2_000
MOST_MS = 10.0


def figures() -> Iterator[Figure | Amount]:
    """Ask for users in turn, and for all of them at once."""
    job = fitting(movielens_interactions())
    with tempfile.TemporaryDirectory(prefix="warmstart-bench-") as folder:
        for model in (MODEL, LIGHT):
            draft = Path(folder, model.name)
            manifest = job.seal(model, draft)
            what = " + ".join(stage.name for stage in model.stages)
            if model is MODEL:
                yield from _online(open_recommender(draft, manifest))
            yield from in_two_processes(f"batch over {what}", draft, manifest)


def _online(recommender: Recommender) -> Iterator[Figure | Amount]:
    scorer = recommender.scorer
    assert isinstance(scorer, TwoStageScorer)
    queries = [recommender.query(Ask(user_id=user))[0] for user in recommender.user_ids.external(_some(recommender))]
    shown = [scorer.proposals.seen(query) for query in queries]
    measures = {
        "answer": _in_turn(queries, scorer.rank),
        "first stages": _in_turn(queries, scorer.proposals.first.candidates),
        "trees": _in_turn([seen.features for seen in shown], scorer.second.scores),
    }
    interleaved(measures, 50)
    times = interleaved(measures, ROUNDS)
    sizes = [seen.features.shape for seen in shown]
    what = f"{np.mean([size[0] for size in sizes]):.0f} candidates x {sizes[0][1]} features"
    for percent, limit in ((50, MOST_MS), (99, None)):
        yield Figure(
            name=f"two_stage, MovieLens 1M, {what}, p{percent}",
            ms=percentile(times["answer"], percent),
            peer="its first stages alone",
            peer_ms=percentile(times["first stages"], percent),
            limit=limit,
            limits="ms",
            bound="first stages and trees" if percent == 50 else "",
            bound_ms=percentile(times["first stages"], 50) + percentile(times["trees"], 50) if percent == 50 else None,
        )
    yield Amount(name="  of it the trees, p50", amount=percentile(times["trees"], 50), unit="ms")


def _some(recommender: Recommender) -> "np.ndarray[tuple[int], np.dtype[np.int32]]":
    return np.linspace(0, len(recommender.user_ids) - 1, 500).astype(np.int32)


def _in_turn(given: list[Query] | list["np.ndarray"], call: object) -> Measure:
    values = itertools.cycle(given)
    return timed(lambda: call(next(values)))
