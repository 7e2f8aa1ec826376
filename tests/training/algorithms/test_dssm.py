"""DSSM's numbers: what is drawn, what is read beside it, and what it is told from."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import torch
from numpy.typing import NDArray

from tests.training.datasets import recipe, tables
from tests.training.neural.given import SMALL, some
from training.algorithms.dssm import DSSM
from training.features import none_of, of_items, of_users
from training.interactions import Events, Interactions
from training.neural.bags import Bags
from training.neural.positives import Positives
from training.neural.towers import TowersLearner
from training.recipe import ModelSection
from training.scorers import open_recommender
from training.train import Training
from warmstart.recommender import Ask

SMALLEST: dict[str, Any] = {"hidden": 6, "factors": 4, "dropout": 0.0, "temperature": 0.2, "positives": 3, "batch": 8}


def learner(interactions: Interactions, *, features: bool = False, **own: Any) -> TowersLearner:
    """Return one that drops nothing out."""
    torch.manual_seed(3)
    users = of_users(interactions) if features else none_of(interactions.n_users)
    items = of_items(interactions) if features else none_of(interactions.n_items)
    made = TowersLearner(interactions, users, items, DSSM(**{**SMALLEST, **own}))
    for values in made.network.parameters():
        values.data += 0.2 * torch.randn_like(values)
    return made


def weighed(*weights: list[float]) -> Interactions:
    """Return interactions of users who have as many items as they have weights, from the first."""
    rows = [(user, item, weight) for user, line in enumerate(weights) for item, weight in enumerate(line)]
    users, items, values = zip(*rows, strict=True)
    return Events.of(tables(users, items, weights=list(values))).interactions()


def shares_drawn(positives: Positives, user: int, times: int) -> NDArray[np.float64]:
    """Return how often each item of a user's history was drawn."""
    rng = np.random.default_rng(7)
    asked = np.array([user], np.int32)
    found: NDArray[np.float64] = np.mean([positives.drawn(asked, rng) for _ in range(times)], axis=0)
    return found


def chi_square(found: NDArray[np.float64], expected: NDArray[np.float64], times: int) -> float:
    """Return Pearson's statistic of counts."""
    return float(times * ((found - expected) ** 2 / expected).sum())


def test_the_first_draw_follows_the_quality() -> None:
    """One item of four, by its weight; with `uniform` whatever its weight. 16.3 is where p of 3 degrees is .001."""
    interactions, times = weighed([1, 2, 3, 4], [1, 1]), 2_000
    for sampling, expected in (("quality", [0.1, 0.2, 0.3, 0.4]), ("uniform", [0.25] * 4)):
        found = shares_drawn(learner(interactions, positives=1, sampling=sampling)._positives, 0, times)
        assert chi_square(found, np.array(expected), times) < 16.3
    assert chi_square(found, np.array([0.1, 0.2, 0.3, 0.4]), times) > 100


def test_draws_come_one_after_another() -> None:
    """Two of four: the chance of each pair is that of drawing without putting back."""
    positives, times = Positives(weighed([1, 2, 3, 4], [1, 1]), 3, uniform=False), 3_000
    q = np.array([0.1, 0.2, 0.3, 0.4])
    expected = [q[i] + sum(q[j] * q[i] / (1 - q[j]) for j in range(4) if j != i) for i in range(4)]
    np.testing.assert_allclose(shares_drawn(positives, 0, times), expected, atol=0.04)


def test_at_most_half_of_a_history_is_told_and_at_least_one_item() -> None:
    """However many a step tells of others."""
    interactions = some()
    positives = Positives(interactions, 3, uniform=False)
    users = positives.users.astype(np.int32)
    told = positives.drawn(users, np.random.default_rng(1))
    counts = np.diff(interactions.indptr)[users]
    owners = np.repeat(np.arange(len(users)), counts)
    assert np.bincount(owners, told).tolist() == np.minimum(3, np.maximum(1, counts // 2)).tolist()
    assert counts.min() == 2


def test_what_is_told_is_not_in_the_history_that_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts nothing, and the others' length is 1 without it."""
    made = learner(some())
    users = made._positives.users[:6].astype(np.int32)
    told = made._positives.drawn(users, np.random.default_rng(1))
    read: list[Bags] = []
    user_vectors = made._user_vectors

    def noted(bags: Bags, users: Any) -> torch.Tensor:
        read.append(bags)
        return user_vectors(bags, users)

    monkeypatch.setattr(made, "_user_vectors", noted)
    made._loss(users, told)
    (bags,) = read
    shares = bags.shares.numpy()
    assert not shares[told].any()
    assert (shares[~told] > 0).all()
    np.testing.assert_allclose(np.bincount(bags.owners.numpy(), shares**2), 1, rtol=1e-5)


@pytest.mark.parametrize("uniform", [False, True])
def test_the_correction_is_how_often_an_item_comes(*, uniform: bool) -> None:
    """Among all that a batch of any users tells; users with more items tell more, those with one tell nothing."""
    interactions = some(users=120)
    positives, rng, size, times = Positives(interactions, 3, uniform=uniform), np.random.default_rng(5), 6, 3_000
    histories = interactions.matrix(binary=True)
    came = np.zeros(interactions.n_items)
    for _ in range(times):
        users = rng.choice(positives.users, size, replace=False).astype(np.int32)
        items = histories[users].indices[positives.drawn(users, rng)]
        came[np.unique(items)] += 1
    likely = np.exp(positives.log_q(np.arange(interactions.n_items, dtype=np.int32), size))
    assert np.abs(likely / (came / times) - 1).max() < 0.15
    assert np.abs(likely / (came / times) - 1).mean() < 0.05


def test_the_loss_is_that_of_its_formula() -> None:
    """Cross-entropy over what the batch tells, less logQ, a user's other items left out."""
    made = learner(some(known=True), features=True)
    users = made._positives.users[4:9].astype(np.int32)
    told = made._positives.drawn(users, np.random.default_rng(1))
    histories = made._histories[users]
    owners = np.repeat(np.arange(len(users)), np.diff(histories.indptr))
    items, whose = histories.indices[told], owners[told]
    known = histories.copy()
    known.data[told] = 0
    with torch.no_grad():
        vectors = made._user_vectors(Bags.of(known, torch.device("cpu")), users).double().numpy()
        candidates = np.unique(items)
        products = vectors @ made._item_vectors(candidates).double().numpy().T - made._positives.log_q(candidates, 5)
        found = float(made._loss(users, told))
    terms = []
    for user, item in zip(whose, items, strict=True):
        others = {*items[whose == user].tolist()} - {item}
        wrong = [place for place, candidate in enumerate(candidates) if candidate not in others]
        logits = products[user]
        terms.append(np.log(np.exp(logits[wrong]).sum()) - logits[candidates == item][0])
    assert any(np.bincount(whose) > 1)
    assert found == pytest.approx(np.mean(terms), rel=1e-4)


def test_user_vectors_have_one_length() -> None:
    """One over the temperature, beside the one that biases are multiplied with; items' have length 1."""
    made = learner(some())
    vectors, items = made.vectors(np.arange(30, dtype=np.int32)), made.item_vectors()
    np.testing.assert_allclose(np.linalg.norm(vectors[:, :-1], axis=1), 5, rtol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(items[:, :-1], axis=1), 1, rtol=1e-4)
    assert (vectors[:, -1] == 1).all()
    np.testing.assert_allclose(items[:, -1], made.network.biases.detach(), rtol=1e-6)


def camps() -> Any:
    """Return tables of two kinds of people who have each half of the items; half of the people have none."""
    rng = np.random.default_rng(2)
    rows = [(user, 2 * item + user % 2) for user in range(60) for item in rng.choice(15, 6, replace=False)]
    users, items = np.array(rows).T
    people = pl.DataFrame({"user_id": range(80), "sex": ["f", "m"] * 40})
    return tables(users, items, features=people)


@pytest.mark.parametrize("cold", ["features", "popular"])
def test_features_answer_people_without_a_history(cold: str, tmp_path: Path) -> None:
    """Stored ones and those of a request, each kind with its own items; in another version the fallback does."""
    settings = {**SMALL["dssm"], "epochs": 25, "validation": 0.0, "dropout": 0.7, "cold": cold}
    model = ModelSection("dssm", "dssm", settings)
    recommender = open_recommender(tmp_path, Training(recipe(model), camps()).fit_whole(model, tmp_path))
    for sex, kind in (("f", 0), ("m", 1)):
        brought = recommender.recommend(Ask(features={"sex": sex}, k=6))
        stored = recommender.recommend(Ask(user_id=70 + kind, k=6))
        assert brought.source == stored.source == ("model" if cold == "features" else "popular")
        if cold == "features":
            assert brought.items == stored.items
            assert np.mean([int(item) % 2 == kind for item in brought.items]) > 0.8
    assert recommender.recommend(Ask(k=6)).source == "popular"


def test_a_user_s_features_move_the_answer(tmp_path: Path) -> None:
    """Of the same history, in a request that says them."""
    from warmstart.histories import Event

    settings = {**SMALL["dssm"], "epochs": 15, "validation": 0.0}
    model = ModelSection("dssm", "dssm", settings)
    recommender = open_recommender(tmp_path, Training(recipe(model), camps()).fit_whole(model, tmp_path))
    asks = [Ask(history=[Event(0), Event(1)], features={"sex": sex}, k=28, explain=True) for sex in ("f", "m")]
    one, other = ([detail.score for detail in recommender.recommend(ask).details] for ask in asks)
    assert np.abs(np.array(one) - np.array(other)).max() > 1e-3
