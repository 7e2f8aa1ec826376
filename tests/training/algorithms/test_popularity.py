"""What is popular: for everybody, now, and per segment."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.training.datasets import DAY, START, recipe, tables
from training.algorithms import orders
from training.data.tables import Tables
from training.recipe import ModelSection
from training.scorers import open_recommender
from training.train import Training
from warmstart.errors import DataError
from warmstart.recommender import Ask, Recommender


def opened(
    algorithm: str, table: Tables, folder: Path, segments: tuple[str, ...] = (), **settings: float
) -> Recommender:
    """Fit on all rows and open with the serving scorer."""
    model = ModelSection(algorithm, algorithm, settings)
    return open_recommender(folder, Training(recipe(model, segments=segments), table).fit_whole(model, folder))


def test_popular_counts_distinct_users(tmp_path: Path) -> None:
    """Ten events of one user are one user; ties fall to the lower id."""
    users, items = [1] * 10 + [1, 2, 3], [7] * 10 + [8, 8, 9]
    recommender = opened("popular", tables(users, items), tmp_path)
    assert recommender.recommend(Ask()).items == [8, 7, 9]


def test_popular_recent_forgets_what_is_older_than_its_window(tmp_path: Path) -> None:
    """Last month's favourite of many comes after this week's of few, and what is newer weighs more."""
    users = [1, 2, 3, 4, 1, 2, 1]
    items = [5, 5, 5, 5, 6, 6, 7]
    days = [0, 0, 0, 0, 27, 27, 30]
    table = tables(users, items, times=[START + day * DAY for day in days])
    recommender = opened("popular_recent", table, tmp_path, days=7, half_life=1.0)
    assert recommender.recommend(Ask()).items == [7, 6, 5]


def test_what_is_as_recent_falls_to_what_is_more_popular(tmp_path: Path) -> None:
    """Of items without an event in the window, the one that more users ever had comes first."""
    users, items = [1, 2, 3, 4, 1, 2, 3, 1, 2], [5, 5, 5, 5, 6, 6, 6, 7, 7]
    days = [0, 0, 0, 0, 0, 0, 0, 90, 91]
    table = tables(users, items, times=[START + day * DAY for day in days])
    recommender = opened("popular_recent", table, tmp_path, days=7, half_life=1.0)
    assert recommender.recommend(Ask()).items == [7, 5, 6]


def test_popular_recent_needs_timestamps(tmp_path: Path) -> None:
    """Without timestamps there is no recent."""
    with pytest.raises(DataError, match="needs timestamps"):
        opened("popular_recent", tables([1, 1, 2, 2], [1, 2, 1, 2]), tmp_path)


@pytest.fixture(params=[2, 2**22], ids=["some events at a time", "all at once"])
def by_segment(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recommender:
    """Return popular of a table where women of 30 like item 1, men item 2 and nobody else's taste is known."""
    monkeypatch.setattr(orders, "MIN_SEGMENT_USERS", 2)
    monkeypatch.setattr(orders, "TOGETHER", request.param)
    ages, sexes = ["30", "30", "30", "20", None], ["F", "F", "M", "M", "F"]
    features = pl.DataFrame({"user_id": [1, 2, 3, 4, 5], "age": ages, "sex": sexes})
    table = tables([1, 2, 3, 4, 5, 3, 4, 6, 7], [1, 1, 2, 2, 3, 3, 3, 3, 3], features=features)
    return opened("popular", table, tmp_path, segments=("age", "sex"))


def test_a_stranger_with_features_gets_the_narrowest_segment(by_segment: Recommender) -> None:
    """Features in the request choose the segment, which the answer's source names."""
    answer = by_segment.recommend(Ask(features={"age": "30", "sex": "f"}))
    assert answer.source == "popular:age_30,sex_f"
    assert answer.items[0] == 1


def test_a_segment_too_small_gives_way_to_a_wider_one(by_segment: Recommender) -> None:
    """Where few share all features, those that enough share decide."""
    answer = by_segment.recommend(Ask(features={"age": "20", "sex": "m"}))
    assert answer.source == "popular:sex_m"
    assert answer.items[0] in (2, 3)


def test_unknown_values_get_what_everybody_gets(by_segment: Recommender) -> None:
    """Features that no segment has are no error."""
    answer = by_segment.recommend(Ask(features={"age": "99", "sex": ["m", "f"], "shoe": "42"}))
    assert answer.source == "popular"
    assert answer.items[0] == 3


def test_stored_features_serve_known_users(by_segment: Recommender) -> None:
    """A user of the users table needs to send no features."""
    answer = by_segment.recommend(Ask(user_id=2))
    assert answer.source == "popular:age_30,sex_f"
    assert answer.items == [3, 2]


def test_ties_within_a_segment_fall_as_for_everybody(by_segment: Recommender) -> None:
    """Items that nobody in a segment had keep the order that everybody has."""
    assert by_segment.recommend(Ask(features={"age": "30", "sex": "f"})).items == [1, 3, 2]


def test_orders_hold_every_item_once(by_segment: Recommender) -> None:
    """Each segment's order is a permutation of all items, so the answer never runs dry early."""
    for features in ({}, {"sex": "f"}, {"sex": "m"}, {"age": "30"}):
        assert sorted(by_segment.recommend(Ask(features=features)).items) == [1, 2, 3]


def test_random_orders_differ_between_users_and_not_between_calls(tmp_path: Path) -> None:
    """Chance gives each user an order of their own, and the same one each time."""
    users = np.repeat(np.arange(20), 2)
    recommender = opened("random", tables(users, np.tile(np.arange(40), 1)[: len(users)]), tmp_path)
    first = [tuple(recommender.recommend(Ask(user_id=user, k=20)).items) for user in range(20)]
    assert first == [tuple(recommender.recommend(Ask(user_id=user, k=20)).items) for user in range(20)]
    assert len(set(first)) == 20
