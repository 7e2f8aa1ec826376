"""What algorithms learn from."""

import numpy as np
import polars as pl
import pytest

from tests.training.datasets import DAY, tables
from training import repeats
from training.interactions import Events


def test_repeated_pairs_are_merged() -> None:
    """Weights of a repeated pair are summed, and its last time is kept, wherever it stands in the table."""
    events = Events.of(tables([1, 2, 1, 1], [5, 5, 5, 6], weights=[1, 2, 3, 4], times=[50, 10, 40, 45]))
    found = events.interactions()
    assert found.users.tolist() == [0, 0, 1]
    assert found.items.tolist() == [1, 0, 0]
    assert found.weights.tolist() == [4, 4, 2]
    assert found.timestamps is not None
    assert found.timestamps.tolist() == [45, 50, 10]


def test_every_user_keeps_what_they_had() -> None:
    """In a table of many users over many days, each user's slice is what the table says, oldest first."""
    rng = np.random.default_rng(5)
    users, items = rng.integers(0, 5_000, 20_000), rng.integers(0, 300, 20_000)
    times = 1_500_000_000 + rng.permutation(20_000) * 3_000
    found = Events.of(tables(users, items, times=times)).interactions()
    for user in range(0, 5_000, 97):
        own = users == user
        latest = {item: times[own & (items == item)].max() for item in set(items[own].tolist())}
        row = found.user_ids.row(user)
        rows = found.items[found.indptr[row] : found.indptr[row + 1]] if row >= 0 else np.empty(0, np.int32)
        assert found.item_ids.external(rows) == sorted(latest, key=lambda item: latest[item])


@pytest.mark.parametrize("together", [1, 3, 7, 10_000])
def test_repeats_are_found_however_many_are_compared_at_a_time(together: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pair that comes twice is found in any part of the table, and different pairs are no repeat."""
    monkeypatch.setattr(repeats, "TOGETHER", together)
    users, items = np.divmod(np.arange(60), 6)
    assert len(Events.of(tables(users, items)).interactions().items) == 60
    for again in range(0, 60, 7):
        told = tables([*users, users[again]], [*items, items[again]])
        found = Events.of(told).interactions()
        assert len(found.items) == 60
        assert found.weights[(found.users == users[again]) & (found.items == items[again])] == 2


def test_the_matrix_has_users_by_items() -> None:
    """The sparse matrix holds each pair's weight."""
    found = Events.of(tables([1, 2, 2], [7, 7, 9], weights=[1, 2, 3])).interactions()
    assert found.matrix().toarray().tolist() == [[1, 0], [2, 3]]


def test_an_older_pair_has_a_smaller_value() -> None:
    """Half of it for each half-life before the last event, never under a millionth, and as it was without times."""
    pairs = ([1, 1, 2], [10, 20, 10])
    interactions = Events.of(tables(*pairs, times=[10**9, 10**9 - 2 * DAY, 0], weights=[3, 8, 5])).interactions()
    assert interactions.matrix(half_life=1.0).data.tolist() == pytest.approx([2.0, 3.0, 5e-6])
    assert interactions.matrix(binary=True, half_life=1.0).data.tolist() == pytest.approx([0.25, 1.0, 1e-6])
    assert Events.of(tables(*pairs)).interactions().matrix(half_life=1.0).data.tolist() == [1.0, 1.0, 1.0]


def test_only_items_that_occur_are_kept() -> None:
    """A part of the events has the items of that part and all users."""
    events = Events.of(tables([1, 1, 2], [5, 6, 7]))
    part = events.interactions(np.array([True, False, True]))
    assert part.n_users == 2
    assert part.item_ids.external(np.arange(2, dtype=np.int32)) == [5, 7]


def test_string_ids_keep_their_pairs() -> None:
    """Rows of string ids follow the hash order, and every pair keeps its names."""
    events = Events.of(tables([3, 1, 2, 1], [30, 10, 20, 11], strings=True))
    found = events.interactions()
    names = zip(found.user_ids.external(found.users), found.item_ids.external(found.items), strict=True)
    assert sorted(names) == [("u1", "i10"), ("u1", "i11"), ("u2", "i20"), ("u3", "i30")]


def test_users_of_the_users_table_are_known_without_interactions() -> None:
    """Somebody with features and no history has a row, and the features."""
    features = pl.DataFrame({"user_id": [1, 9], "sex": ["f", "m"]})
    found = Events.of(tables([1, 2], [5, 6], features=features)).interactions()
    assert found.n_users == 3
    assert found.user_features["sex"] == ["f", None, "m"]
    assert np.diff(found.indptr).tolist() == [1, 1, 0]


def test_titles_and_genres_follow_the_rows() -> None:
    """Texts of the items table are in row order; items that it has not are empty."""
    catalogue = pl.DataFrame({"item_id": [6, 5], "title": ["six", "five"], "genres": [["a", "b"], None]})
    found = Events.of(tables([1, 2, 2], [5, 6, 7], catalogue=catalogue)).interactions()
    assert found.titles == ["five", "six", ""]
    assert found.genres == ["", "a|b", ""]


def test_ages_count_from_the_last_event() -> None:
    """Ages are days before the newest event of all."""
    found = Events.of(tables([1, 2], [5, 6], times=[86_400 * 3, 86_400 * 10])).interactions()
    assert found.ages is not None
    assert found.ages.tolist() == [7, 0]
