"""One user's whole answer out of 20,000 to a million items, exactly and by HNSW, beside libraries and bounds."""

import itertools
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from unittest.mock import patch

import numpy as np

from functions.factorization.scorer import FactorizationScorer
from tests.bench.figures import Amount, Figure
from tests.bench.search_data import SIZES, Searched, movielens, searched
from tests.bench.search_peers import peers
from tests.bench.synthetic import FACTORS, random_artifact
from tests.bench.timing import Measure, interleaved, medians, percentile, timed
from warmstart import inner_product
from warmstart.histories import Event
from warmstart.inner_product import Vectors
from warmstart.live import loader
from warmstart.recommender import Ask, Recommender
from warmstart.scorer import Ranking, Rows, Scores

ROUNDS, FEW = 1_000, 40  # few where a peer takes long
WORK = 100_000_000  # items that all rounds go through, about
GOALS = {20_000: ("matrix-vector product", 1.3), 1_000_000: ("reading the vectors", 1.5)}
LEAST = "product with what it looks at"
LIMIT_MS = {1_000_000: 0.5}  # of hnsw
LOST = 0.05  # of recall@10
WORST_USERS, WORST_EVENTS = 1_000, 50


def figures() -> Iterator[Figure | Amount]:
    """Measure on vectors of ALS, then where no item's length tells anything: the most that an exact search does."""
    real = movielens()
    if real is not None:
        yield from _answers("MovieLens 1M", real)
    for n_items in SIZES:
        yield from _answers(f"{n_items:,} x {FACTORS}", searched(n_items))
        yield from _worst(n_items)


def _answers(name: str, made: Searched) -> Iterator[Figure | Amount]:
    n_items = len(made.items)
    asked = np.flatnonzero(np.diff(made.seen.indptr))
    asked = np.random.default_rng(32).permutation(asked)[:ROUNDS].astype(np.int32)
    exact = _asking(made.exact, asked)
    looked_at = _looked_at(made.exact, asked)
    least = _product(made.sorted_items[: int(looked_at)])
    times = _in_turn({"exact": exact, LEAST: least, **bounds(made.sorted_items)}, n_items)
    yield from _exact(f"exact, {name}", n_items, times)
    slow = peers(made.users, made.items, made.seen, asked)
    yield from _exact(f"exact, {name}", n_items, interleaved({"exact": exact, LEAST: least, **slow}, FEW))
    yield Amount(name="  items looked at, median", amount=looked_at, unit="")
    yield from _hnsw(f"hnsw, {name}", n_items, _in_turn({"exact": exact, "hnsw": _asking(made.hnsw, asked)}, 1))
    recalls = _recalls(made)
    yield Amount(name=f"  recall@10, {len(recalls):,} held-out users", amount=float(recalls.mean()), unit="")
    yield Amount(name="  recall@10, lower quartile", amount=float(np.percentile(recalls, 25)), unit="")
    yield Amount(name="  recall@10 lost", amount=float(100 * (1 - recalls.mean())), unit="%", limit=100 * LOST)


def _exact(name: str, n_items: int, times: Mapping[str, list[float]]) -> Iterator[Figure]:
    middle = medians(times)
    peer, limit = GOALS.get(n_items, (None, None))
    for other in sorted(middle.keys() - {"exact", LEAST}):
        yield Figure(
            name=name,
            ms=middle["exact"],
            peer=other,
            peer_ms=middle[other],
            limit=limit if other == peer else None,
            bound=LEAST if LEAST in middle else "",
            bound_ms=middle.get(LEAST),
            raw=times if other == peer else {},
        )


def _hnsw(name: str, n_items: int, times: Mapping[str, list[float]]) -> Iterator[Figure]:
    for percent, limit in ((50, LIMIT_MS.get(n_items)), (99, None)):
        yield Figure(
            name=f"{name}, p{percent}",
            ms=percentile(times["hnsw"], percent),
            peer="exact",
            peer_ms=percentile(times["exact"], percent),
            limit=limit,
            limits="ms",
        )


def _worst(n_items: int) -> Iterator[Figure | Amount]:
    with tempfile.TemporaryDirectory(prefix="warmstart-bench-") as folder:
        manifest = random_artifact(Path(folder), users=WORST_USERS, items=n_items, events=WORST_EVENTS)
        recommender = loader(FactorizationScorer)(Path(folder), manifest)
        vectors = np.array(recommender.scorer._items.vectors)  # type: ignore[attr-defined]
        asked = np.arange(WORST_USERS, dtype=np.int32)
        times = _in_turn({"exact": _asking(recommender, asked), **bounds(vectors)}, n_items)
        yield from _exact(f"exact, {n_items:,} random vectors", n_items, times)
        yield Amount(name="  items looked at, median", amount=_looked_at(recommender, asked), unit="")


def bounds(vectors: Vectors) -> dict[str, Measure]:
    """Return what measures the least that looking at every vector costs."""
    flat = vectors.ravel()
    return {
        "matrix-vector product": _product(vectors),
        "reading the vectors": timed(lambda: flat @ flat),  # BLAS takes each number once
    }


def _product(vectors: Vectors) -> Measure:
    vector = np.ones(vectors.shape[1], np.float32)
    return timed(lambda: vectors @ vector)


def _in_turn(measures: Mapping[str, Measure], n_items: int) -> dict[str, list[float]]:
    rounds = int(np.clip(WORK // n_items, FEW, ROUNDS))
    interleaved(measures, rounds // 10)
    return interleaved(measures, rounds)


def _asking(recommender: Recommender, users: Rows) -> Measure:
    ids = itertools.cycle(recommender.user_ids.external(users))
    return timed(lambda: recommender.recommend(Ask(user_id=next(ids))))


def _looked_at(recommender: Recommender, users: Rows) -> float:
    """Return of how many items the exact search makes scores, in the middle."""
    counts = []

    def counted(best: Ranking, scores: Scores, barred: Rows, offset: int, k: int) -> Ranking:
        counts[-1] += len(scores)
        return joined(best, scores, barred, offset, k)

    joined = inner_product._joined
    with patch.object(inner_product, "_joined", counted):
        for user in recommender.user_ids.external(users):
            counts.append(0)
            recommender.recommend(Ask(user_id=user))
    return float(np.median(counts))


def _recalls(made: Searched) -> Scores:
    """Return how many of each held-out user's ten best the index finds."""
    asks = [Ask(history=[Event(item) for item in history]) for history in made.people]
    both = ((made.exact.recommend(ask).items, made.hnsw.recommend(ask).items) for ask in asks)
    return np.array([len({*right} & {*found}) / len(right) for right, found in both], np.float32)
