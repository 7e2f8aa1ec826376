"""A warm handler, event to response, over models of MovieLens 1M, beside one with a constant in place of ranking."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from functions.factorization.scorer import FactorizationScorer
from functions.knn.item_item_scorer import ItemItemScorer
from functions.knn.user_knn_scorer import UserKnnScorer
from functions.lists.scorer import ListsScorer
from functions.neural.scorer import NeuralScorer
from functions.ranker.scorer import TwoStageScorer
from tests.bench.constant import pair
from tests.bench.events import read_event
from tests.bench.figures import Figure
from tests.bench.handlers import on_fastapi
from tests.bench.movielens import trained_store
from tests.bench.timing import Measure, interleaved, medians, percentile, timed
from warmstart.adapter import Handler
from warmstart.event import grant_of, safe_event
from warmstart.ids import Id, external_ids
from warmstart.recommender import Ask, Recommender
from warmstart.schemas import Recommendations
from warmstart.scorer import Scorer

LIMIT = 2.0
MODELS: Mapping[str, tuple[tuple[type[Scorer], ...], float | None]] = {  # the function's scorers, and the goal
    **dict.fromkeys(("popular", "popular_recent"), ((ListsScorer,), LIMIT)),
    **dict.fromkeys(("item_knn", "ease", "rp3beta", "user_knn"), ((ItemItemScorer, UserKnnScorer), LIMIT)),
    **dict.fromkeys(("als", "als_hnsw"), ((FactorizationScorer,), LIMIT)),
    **dict.fromkeys(("autoencoder", "dssm"), ((NeuralScorer,), None)),
    "two_stage": ((TwoStageScorer,), None),
}
ASKED, ROUNDS, WARM = 500, 2_000, 100
PEER = "constant in place of ranking"


def figures() -> Iterator[Figure]:
    """Measure each model's two handlers in turn, then the steps of the real one."""
    store = trained_store()
    for model, (scorers, limit) in MODELS.items():
        with pair(store, model, *scorers) as both:
            users = _some(both.recommender)
            events = [read_event(model, int(user)) for user in users]
            handlers = {"real": asking(both.real, events), "constant": asking(both.constant, events)}
            times = settled(handlers) | settled(_steps(both.recommender, users, events[0]))
        yield from beside_constant(f"warm {model}, MovieLens 1M", times, _parts(medians(times)), limit=limit)
    fastapi = settled({"FastAPI": asking(on_fastapi.handler, events), "constant": asking(both.constant, events)})
    middle = medians(fastapi)
    yield Figure(name="  on FastAPI, constant, p50", ms=middle["FastAPI"], peer=PEER, peer_ms=middle["constant"])


def beside_constant(
    name: str,
    times: Mapping[str, list[float]],
    parts: Mapping[str, float],
    *,
    limit: float | None = None,
    bound: str = "",
) -> Iterator[Figure]:
    """Return the middle and the slow answers; only the former have a goal and a bound, and say where the time goes.

    Args:
        name: what is measured.
        times: `real` and `constant`, and the bound's where there is one.
        parts: where the time goes.
        limit: the goal.
        bound: whose times are the least that this machine needs.
    """
    yield Figure(
        name=f"{name}, p50",
        ms=percentile(times["real"], 50),
        peer=PEER,
        peer_ms=percentile(times["constant"], 50),
        limit=limit,
        bound=bound,
        bound_ms=percentile(times[bound], 50) if bound else None,
        raw={which: times[which] for which in ("real", "constant")},
        parts=parts,
    )
    slow = {which: percentile(times[which], 99) for which in ("real", "constant")}
    yield Figure(name=f"{name}, p99", ms=slow["real"], peer=PEER, peer_ms=slow["constant"])


def asking(handler: Handler, events: Sequence[dict[str, Any]]) -> Measure:
    """Return what asks a handler for users in turn."""
    assert handler(events[0], None)["statusCode"] == 200
    return in_turn(events, lambda event: handler(event, None))


def in_turn(values: Sequence[Any], call: Callable[[Any], object]) -> Measure:
    """Return what measures a call with one value after another."""
    given = itertools.cycle(values)

    def measure() -> float:
        value = next(given)
        return timed(lambda: call(value))()

    return measure


def settled(measures: Mapping[str, Measure]) -> dict[str, list[float]]:
    """Return the times after some that do not count."""
    interleaved(measures, WARM)
    return interleaved(measures, ROUNDS)


def _some(recommender: Recommender) -> list[Id]:
    """Return users drawn from all, in random order."""
    ids = external_ids(recommender.user_ids)
    return [ids[row] for row in np.random.default_rng(32).choice(len(ids), ASKED, replace=False)]


def _steps(recommender: Recommender, users: Sequence[Id], event: dict[str, Any]) -> Mapping[str, Measure]:
    """Return what measures each step of a call alone."""
    asks = [Ask(user_id=user) for user in users]
    queries = [recommender.query(ask)[0] for ask in asks]
    manifest = recommender.manifest
    answer = Recommendations(users[0], recommender.recommend(asks[0]).items, manifest.model, manifest.version, "model")
    return {
        "query": in_turn(asks, recommender.query),
        "rank": in_turn(queries, recommender.scorer.rank),
        "recommend": in_turn(asks, recommender.recommend),
        "event": timed(lambda: grant_of(safe_event(event))),
        "encoding": timed(lambda: msgspec.json.encode(answer)),
    }


def _parts(ms: Mapping[str, float]) -> dict[str, float]:
    return {
        "user's row and history": ms["query"],
        "ranking": ms["rank"],
        "fallback, ids of the answer": ms["recommend"] - ms["query"] - ms["rank"],
        "event made safe": ms["event"],
        "answer to JSON": ms["encoding"],
        "Mangum, event loop, routing (the rest of the constant handler)": ms["constant"] - ms["event"] - ms["encoding"],
        "not explained": ms["real"] - ms["constant"] - ms["recommend"],
        "real handler": ms["real"],
    }
