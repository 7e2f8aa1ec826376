"""Networks of their default sizes at MovieLens 1M's size, after one epoch: one user's answer, and many users'."""

import itertools
import tempfile
from collections.abc import Iterator, Sequence
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from unittest.mock import patch

import numpy as np

from functions.neural.encoder import FILE, OPERATORS
from functions.neural.scorer import NeuralScorer
from tests.bench.figures import Amount, Figure, Skipped
from tests.bench.knn_data import Market, fitting
from tests.bench.movielens import movielens_interactions
from tests.bench.timing import Measure, interleaved, medians, percentile, timed
from training.algorithms.encoded import Encoded
from training.fitting import Fitting
from training.interactions import Interactions
from training.recipe import ModelSection
from training.scorers import open_recommender
from warmstart.inner_product import Vectors
from warmstart.onnx_graph import OnnxGraph
from warmstart.recommender import Ask, Recommender
from warmstart.scorer import Query, Rows

if TYPE_CHECKING:
    from training.neural.learning import Learner

USERS, ITEMS, MEAN = 6_040, 3_706, 165  # of MovieLens 1M
LEARNT = {"epochs": 1, "validation": 0.0}
MODELS = {
    "dssm": (ModelSection("dssm", "dssm", {**LEARNT}), 3.0),  # the goal, ms
    "autoencoder": (ModelSection("autoencoder", "autoencoder", {**LEARNT}), 3.0),
    "sasrec, ligr": (ModelSection("sasrec", "sasrec", {**LEARNT, "layers": "ligr"}), 5.0),
    "sasrec, sasrec": (ModelSection("sasrec", "sasrec", {**LEARNT, "layers": "sasrec"}), 5.0),
}
ASKED, ROUNDS, WARM = 500, 1_000, 50
LONG = 200  # events, the most that a sequence is read of
BATCH, BATCHES, TOGETHER = 2_048, 3, 256
K = 10


class Fitted(NamedTuple):
    """A network, and what serves it."""

    learner: "Learner"
    whole: Recommender
    int8: Recommender
    graphs: dict[str, OnnxGraph]  # of both


def figures() -> Iterator[Figure | Amount]:
    """Ask each for users in turn, beside PyTorch; then for those of long histories, and for many at once."""
    job = fitting(_interactions())
    counts = np.diff(job.interactions.indptr)
    some, long = _spread(np.flatnonzero(counts)), _spread(np.flatnonzero(counts >= LONG))
    for name, (section, most_ms) in MODELS.items():
        with tempfile.TemporaryDirectory(prefix="warmstart-bench-") as folder:
            fitted = _fitted(job, section, Path(folder))
            yield from _alone(name, fitted, some, most_ms)
            if section.name == "sasrec":
                yield from _alone(f"{name}, {LONG} events", fitted, long, most_ms)
            yield from _together(name, fitted.whole)


def _interactions() -> Interactions:
    try:
        return movielens_interactions()
    except Skipped:
        return Market(ITEMS, np.random.default_rng(32)).interactions(USERS, MEAN)


def _spread(users: Rows) -> Rows:
    return users[np.linspace(0, len(users) - 1, ASKED).astype(np.int64)].astype(np.int32)


def _fitted(job: Fitting, section: ModelSection, folder: Path) -> Fitted:
    """Fit once, and write it with whole weights and with those of 8 bits."""
    learners: list[Learner] = []
    learn = Encoded.learn

    def kept(algorithm: Encoded, *given: object) -> "Learner":
        learners.append(learn(algorithm, *given))  # type: ignore[arg-type]
        return learners[-1]

    with patch.object(Encoded, "learn", kept):
        fitted = job.fit(section)
    assert isinstance(fitted, Encoded)
    small = copy(fitted)
    small.weights = "int8"
    opened = [
        open_recommender(folder / each.weights, job.write(each, section, folder / each.weights))
        for each in (fitted, small)
    ]
    graphs = {kind: OnnxGraph.load(folder / kind / FILE, OPERATORS) for kind in ("float32", "int8")}
    return Fitted(learners[0], *opened, graphs)


def _alone(name: str, fitted: Fitted, users: Rows, most_ms: float) -> Iterator[Figure | Amount]:
    queries = [fitted.whole.query(Ask(user_id=user, k=K))[0] for user in fitted.whole.user_ids.external(users)]
    given = [fitted.learner.given(int(user)) for user in users]
    measures = {
        "float32": _ranking(fitted.whole, queries),
        "int8": _ranking(fitted.int8, queries),
        "PyTorch": _torch(fitted.learner, users, queries),
        **{f"bare {kind}": _running(graph, given) for kind, graph in fitted.graphs.items()},
        "product": _product(fitted.learner),
    }
    interleaved(measures, WARM)
    times = interleaved(measures, ROUNDS)
    middle = medians(times)
    for percent, limit in ((50, most_ms), (99, None)):
        at = {what: percentile(values, percent) for what, values in times.items()}
        for kind, peer in (("float32", "PyTorch"), ("int8", "float32")):
            yield Figure(
                name=f"{name}, {kind}, p{percent}",
                ms=at[kind],
                peer=peer,
                peer_ms=at[peer],
                limit=limit,
                limits="ms",
                bound="bare ONNX run and product" if percent == 50 else "",
                bound_ms=middle[f"bare {kind}"] + middle["product"] if percent == 50 else None,
                raw={what: times[what] for what in (kind, peer)} if percent == 50 else {},
            )


def _ranking(recommender: Recommender, queries: Sequence[Query]) -> Measure:
    asked = itertools.cycle(queries)
    assert isinstance(recommender.scorer, NeuralScorer)
    rank = recommender.scorer.rank
    return timed(lambda: rank(next(asked)))


def _running(graph: OnnxGraph, given: Sequence[Vectors]) -> Measure:
    values = itertools.cycle(given)
    return timed(lambda: graph.run(next(values)))


def _product(learner: "Learner") -> Measure:
    items = learner.item_vectors()
    vector = items[0].copy()
    return timed(lambda: items @ vector)


def _torch(learner: "Learner", users: Rows, queries: Sequence[Query]) -> Measure:
    """Do the same in PyTorch: look the history up, run the network, multiply, leave out what was seen, and take k."""
    import torch

    torch.set_num_threads(1)
    served = learner.served()
    module = served.module.eval()
    table, items = torch.from_numpy(served.inputs), torch.from_numpy(learner.item_vectors())
    histories = [torch.from_numpy(query.history.astype(np.int64)) for query in queries]
    seen = [torch.from_numpy(query.exclude.astype(np.int64)) for query in queries]
    start = torch.zeros(1, dtype=torch.int64)

    def read(history: torch.Tensor) -> torch.Tensor:
        if served.reads_sequences:
            return table[history[-LONG:]]
        shares = torch.full((len(history),), len(history) ** -0.5)
        return torch.nn.functional.embedding_bag(history, table, start, mode="sum", per_sample_weights=shares)

    known = [
        torch.from_numpy(learner.given(int(user))) - read(history) if not served.reads_sequences else None
        for user, history in zip(users, histories, strict=True)
    ]  # what features add to a bag, however they come
    asked = itertools.cycle(zip(histories, known, seen, strict=True))

    def rank() -> object:
        history, more, excluded = next(asked)
        with torch.inference_mode():
            values = read(history)
            scores = items @ module(values if more is None else values + more)[0]
            scores[excluded] = -torch.inf
            return torch.topk(scores, K)

    return timed(rank)


def _together(name: str, recommender: Recommender) -> Iterator[Figure | Amount]:
    """Rank for many users, some hundreds in a call, beside one at a time."""
    scorer = recommender.scorer
    assert isinstance(scorer, NeuralScorer)
    users = np.arange(min(BATCH, len(recommender.user_ids)), dtype=np.int32)
    queries = [recommender.query(Ask(user_id=user, k=K))[0] for user in recommender.user_ids.external(users)]
    parts = [queries[start : start + TOGETHER] for start in range(0, len(queries), TOGETHER)]
    measures = {
        "together": timed(lambda: [scorer.rank_many(part) for part in parts]),
        "alone": timed(lambda: [scorer.rank(query) for query in queries]),
    }
    times = interleaved(measures, BATCHES)
    middle = medians(times)
    yield Figure(
        name=f"{name}, rank_many, {len(queries):,} users",
        ms=middle["together"],
        peer="one at a time",
        peer_ms=middle["alone"],
        raw=times,
    )
    yield Amount(name="  a second", amount=1000 * len(queries) / middle["together"], unit="users")
