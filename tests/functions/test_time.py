"""What age does to answers: of what a user had, and of what everybody has."""

import numpy as np
import pytest

from tests.functions.conftest import TIMED, VARIANTS, Draft
from tests.training.datasets import DAY, checkerboard, tables
from training.algorithms import ALGORITHMS
from training.algorithms.base import Timed
from training.data.tables import Tables
from warmstart.histories import Event
from warmstart.ids import Id
from warmstart.recommender import Ask, Recommendation, Recommender
from warmstart.trend import positive, softplus

PERSONAL = [name for name, kind in ALGORITHMS.items() if issubclass(kind, Timed)]
WEIGHED = ["als", "ease", "item_knn", "rp3beta"]  # to which weights of a request's events tell something
RANKED = ["bpr", "lightfm", "dssm", "autoencoder", "sasrec"]  # their scores are of either sign
TRENDING = [name for name, (_, settings) in VARIANTS.items() if TIMED.items() <= settings.items()]
N_USERS, N_ITEMS = 30, 20
TREND = {"trend_half_life": 40.0, "trend_power": 0.75}


def table() -> Tables:
    """Return random pairs, one a day."""
    rng = np.random.default_rng(5)
    users, items = np.nonzero(rng.random((N_USERS, N_ITEMS)) < 0.4)
    return tables(users, items, times=rng.permutation(len(users)) * DAY)


def scores(recommender: Recommender, ask: Ask) -> dict[Id, float]:
    """Return the score of each item that the model recommends."""
    details = recommender.recommend(ask).details
    return {detail.item_id: detail.score for detail in details if detail.score is not None}


@pytest.mark.parametrize("algorithm", PERSONAL)
def test_scores_are_multiplied_by_the_trend(algorithm: str, draft: Draft) -> None:
    """A score is the plain one on a positive scale, times the item's decayed popularity over the largest to a power."""
    plain, timed = draft(algorithm, table())[0], draft(algorithm, table(), **TREND)[0]
    rows = table().interactions
    ages = (rows["timestamp"].max() - rows["timestamp"].to_numpy()) / DAY  # type: ignore[operator] no date
    demand = np.bincount(rows["item_id"].to_numpy(), 0.5 ** (ages / TREND["trend_half_life"]), N_ITEMS)
    worth = (demand / demand.max()) ** TREND["trend_power"]
    scale = softplus if algorithm in RANKED else positive
    for user in range(N_USERS):
        ask = Ask(user_id=user, k=N_ITEMS, explain=True)
        before = {
            item: float(scale(np.float32(score))) * worth[int(item)] for item, score in scores(plain, ask).items()
        }
        expected = {item: score for item, score in before.items() if score > 0}
        assert scores(timed, ask) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("algorithm", PERSONAL)
def test_above_a_floor_a_trend_alone_counts(algorithm: str, draft: Draft) -> None:
    """Every item has a score, and more than without a floor by the floor's part of its worth."""
    low, high = (draft(algorithm, table(), **TREND, trend_floor=floor)[0] for floor in (1.0, 3.0))
    plain = draft(algorithm, table(), **TREND)[0]
    for user in range(N_USERS):
        ask = Ask(user_id=user, k=N_ITEMS, explain=True)
        none, one, three = (scores(recommender, ask) for recommender in (plain, low, high))
        assert len(one) == N_ITEMS - low.seen_count(user)
        assert {item: (three[item] - one[item]) / 2 for item in one} == pytest.approx(
            {item: one[item] - none.get(item, 0.0) for item in one}, rel=1e-3, abs=1e-5
        )


@pytest.mark.parametrize("algorithm", WEIGHED)
def test_an_older_event_counts_less(algorithm: str, draft: Draft) -> None:
    """A history with times answers as one without, whose weights are halved for each half-life."""
    settings = {} if algorithm == "als" else {"binary": False}
    plain = draft(algorithm, table(), **settings)[0]
    timed = draft(algorithm, table(), **settings, history_half_life=8.0)[0]
    for days in ((0, 8, 16), (3, 0, 40)):
        brought = [Event(item, 2.0, 10**9 - day * DAY) for item, day in enumerate(days)]
        weighed = [Event(item, 2.0 * 0.5 ** (day / 8)) for item, day in enumerate(days)]
        found = scores(timed, Ask(history=brought, k=N_ITEMS, explain=True))
        assert found == pytest.approx(scores(plain, Ask(history=weighed, k=N_ITEMS, explain=True)), rel=1e-3, abs=1e-5)


@pytest.mark.parametrize("algorithm", PERSONAL)
def test_only_differences_of_age_count(algorithm: str, draft: Draft) -> None:
    """The same history a year later, or without any times, where all its events are of one moment, answers the same."""
    recommender = draft(algorithm, table(), history_half_life=8.0)[0]
    items = (1, 4, 9)
    now, later, never = (
        scores(recommender, Ask(history=[Event(item, 1.0, time) for item in items], k=N_ITEMS, explain=True))
        for time in (10**9, 10**9 + 365 * DAY, None)
    )
    assert now == later == pytest.approx(never, rel=1e-5)


@pytest.mark.parametrize("algorithm", PERSONAL)
def test_without_times_age_does_not_count(algorithm: str, draft: Draft) -> None:
    """A table without timestamps is learnt and answered as if the settings were not there."""
    board = checkerboard(timed=False)
    plain, timed = draft(algorithm, board)[0], draft(algorithm, board, **TREND, history_half_life=8.0)[0]
    for user in range(0, 40, 7):
        ask = Ask(user_id=user, k=10, explain=True)
        assert scores(timed, ask) == pytest.approx(scores(plain, ask), rel=1e-4)


@pytest.mark.parametrize("algorithm", TRENDING)
def test_what_only_the_trend_brought_says_so(algorithm: str, draft: Draft) -> None:
    """Marked are the model's items that it does not give without a trend: stored, brought, bounded, many at once."""
    trending, plain = draft(algorithm, table())[0], draft(algorithm, table(), trend_power=0.0)[0]
    brought = [Event(1, 1.0, 10**9), Event(7, 2.0, 10**9 - 9 * DAY)]
    asks = [
        *(Ask(user_id=user, k=3, explain=True) for user in range(N_USERS)),
        *(Ask(user_id=user, k=2, only=range(user % 5, N_ITEMS, 2), explain=True) for user in range(N_USERS)),
        *(Ask(user_id=user, history=brought, exclude=[0], k=4, explain=True) for user in (2, 3, 10**6)),
        Ask(user_id=10**6, k=3, explain=True),
    ]
    found = [trending.recommend(ask) for ask in asks]
    for ask, answer in zip(asks, found, strict=True):
        own = {detail.item_id for detail in answer.details if detail.source == "model"}
        assert risen(answer) == own - {*plain.recommend(ask).items}
    assert [risen(answer) for answer in trending.recommend_many(asks)] == [risen(answer) for answer in found]
    assert 0 < sum(map(len, map(risen, found))) < sum(len(answer.items) for answer in found)


def risen(answer: Recommendation) -> set[Id]:
    """Return the items that are there for their trend."""
    return {detail.item_id for detail in answer.details if detail.trend}
