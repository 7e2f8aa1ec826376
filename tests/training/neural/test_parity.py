"""What is served is what PyTorch computes: through the draft and the scorer that serves it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.training.datasets import recipe
from tests.training.neural.given import SMALL, fitted, some, some_tables
from training.algorithms.encoded import Encoded
from training.neural import onnx_file
from training.neural.learning import Learner
from training.recipe import ModelSection
from training.scorers import open_recommender
from training.train import Training
from warmstart.errors import DataError
from warmstart.histories import Event
from warmstart.recommender import Ask, Recommender

VARIANTS = [
    ("dssm", {}),
    ("dssm", {"binary": False, "features": False}),
    ("autoencoder", {}),
    ("autoencoder", {"architecture": "plain", "binary": False}),
    ("sasrec", {"layers": "ligr", "negatives": 100}),
    ("sasrec", {"layers": "sasrec", "blocks": 2}),
    ("sasrec", {"length": 1}),
    ("sasrec", {"length": 2}),
]


@pytest.fixture
def learners(monkeypatch: pytest.MonkeyPatch) -> list[Learner]:
    """Note what has learnt."""
    found: list[Learner] = []
    learn = Encoded.learn

    def noted(*args: Any) -> Learner:
        found.append(learn(*args))
        return found[-1]

    monkeypatch.setattr(Encoded, "learn", noted)
    return found


def served(name: str, folder: Path, **own: Any) -> Recommender:
    """Fit a small network on tables with features and genres, and open its draft as a function does."""
    model = ModelSection(name, name, {**SMALL[name], "epochs": 3, "validation": 0.0, **own})
    manifest = Training(recipe(model), some_tables(known=True)).fit_whole(model, folder)
    return open_recommender(folder, manifest)


@pytest.mark.parametrize(("name", "own"), VARIANTS)
def test_served_scores_are_those_of_the_network(
    name: str, own: dict[str, Any], tmp_path: Path, learners: list[Learner]
) -> None:
    """Of everybody, with one event and with twice as many as a sequence reads, stored or brought along."""
    recommender = served(name, tmp_path, **own)
    (learner,) = learners
    users = np.arange(30, dtype=np.int32)
    right = learner.vectors(users) @ learner.item_vectors().T
    assert {1, 5, 6, 7, 12} <= {recommender.seen_count(user) for user in users.tolist()}
    for user in users.tolist():
        details = recommender.recommend(Ask(user_id=user, k=20, explain=True)).details
        assert len(details) == 20 - recommender.seen_count(user)
        rows = [detail.item_id for detail in details]
        found = np.array([detail.score for detail in details])
        np.testing.assert_allclose(found, right[user][rows], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("name", "own"), [("autoencoder", {}), ("sasrec", {})])
def test_a_history_that_is_brought_along_is_encoded_alike(name: str, own: dict[str, Any], tmp_path: Path) -> None:
    """Somebody whom training did not see, with the same events, gets the same items."""
    recommender, interactions = served(name, tmp_path, **own), some()
    for user in range(1, 30, 4):
        events = interactions.items[interactions.indptr[user] : interactions.indptr[user + 1]]
        stored = recommender.recommend(Ask(user_id=user, k=8))
        brought = recommender.recommend(Ask(history=[Event(int(item)) for item in events], k=8))
        assert stored.source == brought.source == "model"
        assert stored.items == brought.items


def test_a_sequence_model_knows_nobody_without_a_history(tmp_path: Path) -> None:
    """The fallback answers, whatever is known of them."""
    recommender = served("sasrec", tmp_path)
    assert recommender.recommend(Ask(user_id=31, k=3)).source == "popular"
    assert recommender.recommend(Ask(k=3)).source == "popular"


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("wrong", ["of another network", "cut", "nothing"])
def test_a_broken_export_is_an_error(name: str, wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is served what PyTorch does not compute."""
    interactions = some()
    other = fitted(name, interactions, seed=9).encoder_
    broken = {"of another network": other, "cut": other[: len(other) // 2], "nothing": b""}[wrong]
    monkeypatch.setattr(onnx_file, "written", lambda _: broken)
    message = "ONNX scores differ from PyTorch's" if wrong == "of another network" else "ONNX"
    with pytest.raises(DataError, match=message):
        fitted(name, interactions)


def test_parity_is_of_a_score_s_size() -> None:
    """1e-4 of a score, or 1e-4 where it is below 1; what is no number differs."""
    interactions = some()
    network = fitted("autoencoder", interactions)
    graph = onnx_file.opened(network.encoder_)
    given = np.ones((1, 8), np.float32)
    (vector,) = graph.run(given)
    vectors, items = vector.reshape(1, -1), np.ones((1, 5), np.float32)

    def check(shift: float) -> None:
        onnx_file.check_parity(network.encoder_, iter([given]), vectors + np.float32(shift / 5), items)

    check(0.5e-4)
    for shift in (5e-4, np.nan, np.inf):
        with pytest.raises(DataError, match="differ"):
            check(shift)


def test_a_file_holds_no_table_of_items() -> None:
    """A sequence's file grows with its layers alone."""
    sizes = [len(fitted("sasrec", some(items=items), epochs=1).encoder_) for items in (20, 2_000)]
    assert sizes[0] == sizes[1]
