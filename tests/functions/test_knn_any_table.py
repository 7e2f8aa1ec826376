"""Whatever the table, the settings and the query: models of the kNN family answer with all that may be answered."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.training.datasets import recipe, tables
from training.recipe import ModelSection
from training.scorers import open_recommender
from training.train import Training
from warmstart.histories import Event
from warmstart.recommender import Ask, Recommendation

MODELS = ("item_knn", "user_knn", "ease", "rp3beta")


@pytest.mark.parametrize("model", MODELS)
def test_any_table_and_any_query_have_an_answer(model: str, tmp_path: Path) -> None:
    """Of small random tables whoever asks gets exactly what is left, no more than k, none seen; scores are numbers."""
    for seed in range(25):
        rng = np.random.default_rng(seed)
        n_users, n_items, n_events = (int(n) for n in rng.integers(1, (9, 12, 60)))
        users, items = rng.integers(n_users, size=n_events), rng.integers(n_items, size=n_events)
        users, items = np.append(users, [n_users] * 2), np.append(items, [0, 1])  # a fold needs somebody with two
        weights = rng.choice([0.5, 1, 1e-3, 1e4], len(users)).tolist()
        section = ModelSection(model, model, drawn(model, rng))
        folder = tmp_path / str(seed)
        manifest = Training(recipe(section), tables(users, items, weights=weights)).fit_whole(section, folder)
        recommender = open_recommender(folder, manifest)
        known = {*items.tolist()}
        for ask in asks(rng, n_users, n_items):
            check(recommender.recommend(ask), ask, known, {*items[users == ask.user_id].tolist()})
        for item in known:
            assert item not in recommender.similar(item, 5)


def drawn(model: str, rng: np.random.Generator) -> dict[str, Any]:
    """Draw settings."""
    small, weighting = int(rng.integers(1, 4)), str(rng.choice(["cosine", "tfidf", "bm25"]))
    binary = bool(rng.integers(2))
    return {
        "item_knn": {"k": small, "weighting": weighting, "binary": binary},
        "user_knn": {"k": small, "weighting": weighting, "idf": binary, "users_per_item": small},
        "ease": {"keep": small, "binary": binary},
        "rp3beta": {"k": small, "binary": binary},
    }[model]


def asks(rng: np.random.Generator, n_users: int, n_items: int) -> Iterator[Ask]:
    """Yield random requests, of users and items that are known or not."""
    for _ in range(12):
        history = [
            Event(int(i), float(rng.choice([1e-3, 1, 1e6]))) for i in rng.integers(n_items + 2, size=rng.integers(6))
        ]
        ask = Ask(user_id=int(rng.integers(n_users + 1)), history=history, k=int(rng.integers(1, 15)), explain=True)
        yield ask
        some = rng.integers(n_items + 1, size=4).tolist()
        yield replace(ask, exclude=some[:2], only=some[1:])


def check(answer: Recommendation, ask: Ask, known: set[int], seen: set[int]) -> None:
    """Exactly as many as there may be, of those that may be, best first."""
    left = known - seen - {event.item_id for event in ask.history} - {*ask.exclude}
    left &= known if ask.only is None else {*ask.only}
    assert len(answer.items) == len({*answer.items}) == min(ask.k, len(left))
    assert {*answer.items} <= left
    found = [detail.score for detail in answer.details if detail.score is not None]
    assert all(np.isfinite(score) and score > 0 for score in found)
    assert found == sorted(found, reverse=True)
