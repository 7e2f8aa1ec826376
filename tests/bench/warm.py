"""A warm handler, event to response, 20,000 items x 64: with the ranking, and with a constant in its place."""

import itertools
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import numpy as np

from functions.factorization.scorer import FactorizationScorer
from tests.bench.events import read_event
from tests.bench.figures import Figure
from tests.bench.handlers import on_fastapi
from tests.bench.synthetic import FACTORS, random_artifact
from tests.bench.timing import Measure, interleaved, medians, percentile, timed
from warmstart.adapter import Handler, adapt
from warmstart.api import Api
from warmstart.event import grant_of, safe_event
from warmstart.live import LiveModels, Load, loader
from warmstart.manifest import Manifest
from warmstart.publish import publish
from warmstart.recommender import Ask, Recommendation, Recommender
from warmstart.registry import promote
from warmstart.schemas import Recommendations
from warmstart.scorer import NO_ROWS
from warmstart.settings import Settings
from warmstart.store import open_store

USERS, ITEMS, EVENTS = 10_000, 20_000, 50
ROUNDS = 3000
CONSTANT = Recommendation(list(range(10)), NO_ROWS, "model", 0, [])


class ConstantRecommender(Recommender):
    """Ranks nothing."""

    def recommend(self, ask: Ask) -> Recommendation:  # noqa: ARG002 it is no answer to it
        """Answer the same to everybody."""
        return CONSTANT


def figures() -> Iterator[Figure]:
    """Measure both handlers in turn, then the steps of the real one."""
    with tempfile.TemporaryDirectory(prefix="warmstart-bench-") as folder:
        store = _store(Path(folder))
        real, constant = _models(store, loader(FactorizationScorer)), _models(store, _load_constant)
        recommender = real.current("als", np.inf).loaded
        handlers = {
            "real": _measure(_handler(real)),
            "constant": _measure(_handler(constant)),
            "FastAPI": _measure(on_fastapi.handler),
        }
        times = _settled(handlers) | _settled(_steps(recommender))
    peer, both = "constant in place of ranking", {name: times[name] for name in handlers}
    for name, percent, limit in (("p50", 50, 2.0), ("p99", 99, None)):
        yield Figure(
            name=f"warm handler, {ITEMS:,} x {FACTORS}, {name}",
            ms=percentile(times["real"], percent),
            peer=peer,
            peer_ms=percentile(times["constant"], percent),
            limit=limit,
            bound="matrix-vector product" if percent == 50 else "",
            bound_ms=medians(times)["product"] if percent == 50 else None,
            raw=both if percent == 50 else {},
            parts=_parts(medians(times)) if percent == 50 else {},
        )
    middle = medians(times)
    yield Figure(name="  on FastAPI, constant, p50", ms=middle["FastAPI"], peer=peer, peer_ms=middle["constant"])


def _settled(measures: Mapping[str, Measure]) -> dict[str, list[float]]:
    interleaved(measures, 100)
    return interleaved(measures, ROUNDS)


def _store(folder: Path) -> Path:
    """Return a store that serves a random artifact."""
    manifest = random_artifact(folder / "draft", users=USERS, items=ITEMS, events=EVENTS)
    store = open_store(str(folder / "store"))
    publish(store, folder / "draft", lambda *_: None)
    promote(store, manifest.model, manifest.version, reason="bench")
    return folder / "store"


def _models(store: Path, load: Load[Recommender]) -> LiveModels[Recommender]:
    cache = store.with_name(f"cache-{id(load)}")
    environment = {"WARMSTART_STORE": store.as_uri(), "WARMSTART_MODELS": "als", "WARMSTART_CACHE": str(cache)}
    return LiveModels(Settings.from_env(environment), load)


def _load_constant(folder: Path, manifest: Manifest) -> Recommender:
    return ConstantRecommender.open(folder, manifest, FactorizationScorer)


def _handler(models: LiveModels[Recommender]) -> Handler:
    return adapt(Api(models).paths())


def _measure(handler: Handler) -> Measure:
    events = itertools.cycle([read_event("als", user) for user in range(0, USERS, 7)])
    assert handler(next(events), None)["statusCode"] == 200
    return timed(lambda: handler(next(events), None))


def _steps(recommender: Recommender) -> Mapping[str, Measure]:
    """Return what measures each step of a call alone."""
    users = itertools.cycle(range(0, USERS, 7))
    event = read_event("als", 1)
    query, _ = recommender.query(Ask(user_id=1))
    items = recommender.scorer._items.vectors  # type: ignore[attr-defined]
    vector = recommender.scorer._users[1]  # type: ignore[attr-defined]
    answer = Recommendations(1, recommender.recommend(Ask(user_id=1)).items, "als", "v", "model")
    return {
        "product": timed(lambda: items @ vector),
        "rank": timed(lambda: recommender.scorer.rank(query)),
        "recommend": timed(lambda: recommender.recommend(Ask(user_id=next(users)))),
        "event": timed(lambda: grant_of(safe_event(event))),
        "encoding": timed(lambda: msgspec.json.encode(answer)),
    }


def _parts(ms: Mapping[str, float]) -> dict[str, float]:
    return {
        "matrix-vector product alone (the bound)": ms["product"],
        "top 10 of the scores": ms["rank"] - ms["product"],
        "ids, history, fallback around the ranking": ms["recommend"] - ms["rank"],
        "event made safe": ms["event"],
        "answer to JSON": ms["encoding"],
        "Mangum, event loop, routing (the rest of the constant handler)": ms["constant"] - ms["event"] - ms["encoding"],
        "not explained": ms["real"] - ms["constant"] - ms["recommend"],
        "real handler": ms["real"],
    }
