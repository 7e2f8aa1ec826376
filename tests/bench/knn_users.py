"""user_knn of a million users: the size of its artifact, opening it, and asking for people whom it has never seen."""

import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.bench.figures import Amount, Figure
from tests.bench.knn_data import Market, fitting
from tests.bench.timing import interleaved, medians, percentile, timed
from training.algorithms.user_knn import UserKNN
from training.interactions import Interactions
from training.recipe import ModelSection
from training.scorers import open_recommender
from warmstart.histories import Event
from warmstart.manifest import Manifest
from warmstart.recommender import Ask, Recommender
from warmstart.scorer import Rows

USERS, FEW, ITEMS, MEAN = 1_000_000, 10_000, 50_000, 20
PEOPLE, HISTORY = 20_000, 20
MODEL = ModelSection("user_knn", "user_knn", {})
NAME = f"user_knn, {USERS:,} users"


def figures() -> Iterator[Figure | Amount]:
    """Hold the draft against one with every user in its index, and its opening against that of a small one."""
    market = Market(ITEMS, np.random.default_rng(32))
    people = market.people(PEOPLE, HISTORY + 1)
    with tempfile.TemporaryDirectory(prefix="warmstart-bench-") as folder:
        manifests = _drafts(market.interactions(USERS, MEAN), Path(folder))
        few = fitting(market.interactions(FEW, MEAN)).seal(MODEL, Path(folder, "few"))
        size = sum(entry.bytes for entry in manifests["draft"].files.values())
        yield Amount(name=f"{NAME}, artifact", amount=size / 1e6, unit="MB", limit=512)
        yield _opening(Path(folder), {"draft": manifests["draft"], "few": few})
        opened = {name: open_recommender(Path(folder, name), manifest) for name, manifest in manifests.items()}
        yield from _answers(opened, people)


def _drafts(interactions: Interactions, folder: Path) -> dict[str, Manifest]:
    job = fitting(interactions)
    fitted = job.fit(MODEL)
    assert isinstance(fitted, UserKNN)
    assert fitted.kept() < fitted.most(), "no item has more users than are indexed"
    whole = fitted.keeping(fitted.most())
    return {"draft": job.write(fitted, MODEL, folder / "draft"), "whole": job.write(whole, MODEL, folder / "whole")}


def _opening(folder: Path, manifests: Mapping[str, Manifest]) -> Figure:
    measures = {
        name: timed(lambda name=name, manifest=manifest: open_recommender(folder / name, manifest))  # type: ignore[misc]
        for name, manifest in manifests.items()
    }
    interleaved(measures, 20)
    times = interleaved(measures, 301)
    many, few = medians(times).values()
    return Figure(name=f"{NAME}, opening", ms=many, peer=f"{FEW:,} users", peer_ms=few, limit=1.2, raw=times)


def _answers(opened: Mapping[str, Recommender], people: Rows) -> Iterator[Figure | Amount]:
    """Ask for everyone's last item with the others as a history in the request."""
    times: dict[str, list[float]] = {name: [] for name in opened}
    places: dict[str, list[int]] = {name: [] for name in opened}
    for recommender in opened.values():
        _asked(recommender, people[:200])
    for person in people:
        for name, recommender in opened.items():
            ms, place = _asked(recommender, person[None])
            times[name] += ms
            places[name] += place
    for percent, limit in ((50, 5.0), (99, None)):
        ours, whole = (percentile(times[name], percent) for name in ("draft", "whole"))
        yield Figure(
            name=f"{NAME}, recommend, history of {HISTORY}, p{percent}",
            ms=ours,
            peer="every user indexed",
            peer_ms=whole,
            limit=limit,
            limits="ms",
        )
    ours, whole = (float(_gains(places[name]).mean()) for name in ("draft", "whole"))
    yield Amount(name=f"{NAME}, ndcg@10, {len(people):,} people", amount=ours, unit="")
    yield Amount(name=f"{NAME}, ndcg@10, every user indexed", amount=whole, unit="")
    yield Amount(name=f"{NAME}, ndcg@10 lost", amount=100 * (1 - ours / whole), unit="%", limit=1)


def _asked(recommender: Recommender, people: Rows) -> tuple[list[float], list[int]]:
    """Return the milliseconds of each answer, and the place of the right item in it: 10 where it is missing."""
    times, places = [], []
    for *history, right in people.tolist():
        ask = Ask(history=[Event(item) for item in history])
        started = time.perf_counter()
        items = recommender.recommend(ask).items
        times.append((time.perf_counter() - started) * 1000)
        places.append(items.index(right) if right in items else len(items))
    return times, places


def _gains(places: list[int]) -> NDArray[np.float64]:
    """Return ndcg@10 of answers with one right item each."""
    found = np.array(places)
    return np.where(found < 10, 1 / np.log2(found + 2), 0)
