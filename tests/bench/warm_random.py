"""A warm handler, event to response, 20,000 random items x 64: with the ranking, and with a constant in its place."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from functions.factorization.scorer import FactorizationScorer
from tests.bench.constant import pair
from tests.bench.events import read_event
from tests.bench.figures import Figure
from tests.bench.synthetic import FACTORS, random_artifact
from tests.bench.timing import Measure, medians, timed
from tests.bench.warm import asking, beside_constant, in_turn, settled
from warmstart.publish import publish
from warmstart.recommender import Ask, Recommender
from warmstart.registry import promote
from warmstart.store import open_store

USERS, ITEMS, EVENTS = 10_000, 20_000, 50
ASKED = range(0, USERS, 7)


def figures() -> Iterator[Figure]:
    """Measure both handlers in turn, then the steps of the real one: the search finds no length to stop at."""
    with (
        tempfile.TemporaryDirectory(prefix="warmstart-bench-") as folder,
        pair(_store(Path(folder)), "als", FactorizationScorer) as both,
    ):
        events = [read_event("als", user) for user in ASKED]
        handlers = {"real": asking(both.real, events), "constant": asking(both.constant, events)}
        times = settled(handlers) | settled(_steps(both.recommender))
    name = f"warm als, {ITEMS:,} x {FACTORS} random"
    yield from beside_constant(name, times, _parts(medians(times)), bound="product")


def _store(folder: Path) -> Path:
    """Return a store that serves a random artifact."""
    manifest = random_artifact(folder / "draft", users=USERS, items=ITEMS, events=EVENTS)
    store = open_store(str(folder / "store"))
    publish(store, folder / "draft", lambda *_: None)
    promote(store, manifest.model, manifest.version, reason="bench")
    return folder / "store"


def _steps(recommender: Recommender) -> Mapping[str, Measure]:
    asks = [Ask(user_id=user) for user in ASKED]
    queries = [recommender.query(ask)[0] for ask in asks]
    assert isinstance(recommender.scorer, FactorizationScorer)
    items = recommender.scorer._items.vectors
    vector = items[0].copy()
    return {
        "product": timed(lambda: items @ vector),
        "rank": in_turn(queries, recommender.scorer.rank),
        "recommend": in_turn(asks, recommender.recommend),
    }


def _parts(ms: Mapping[str, float]) -> dict[str, float]:
    return {
        "matrix-vector product alone (the bound)": ms["product"],
        "top 10 of the scores": ms["rank"] - ms["product"],
        "ids, history, fallback around the ranking": ms["recommend"] - ms["rank"],
        "all that the constant handler does, too": ms["constant"],
        "not explained": ms["real"] - ms["constant"] - ms["recommend"],
        "real handler": ms["real"],
    }
