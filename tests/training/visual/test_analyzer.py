"""What is found of users, as data."""

import json
from pathlib import Path

import polars as pl
import pytest

from tests.training.datasets import DAY, SIZE, START, checkerboard, tables
from tests.training.visual.looked import analyzer
from warmstart.errors import DataError


def test_what_was_held_out_is_a_hit(tmp_path: Path) -> None:
    """On the checkerboard als finds the item that was held out, and it is marked in both lists that hold it."""
    (user,) = analyzer(checkerboard(), tmp_path, k=2).users([8]).users
    als = user.models[1]
    assert user.held_out is not None
    (held_out,) = [had.item.item_id for had in user.held_out]
    assert {entry.item.item_id for entry in als.items} == {8, held_out}
    assert [entry.hit for entry in als.items] == [entry.item.item_id == held_out for entry in als.items]
    assert als.hits == 1


def test_a_history_is_newest_first_and_lacks_what_is_held_out(tmp_path: Path) -> None:
    """Times fall, weights are there, and no held-out item is among them."""
    (user,) = analyzer(checkerboard(), tmp_path).users([8]).users
    times = [had.time for had in user.history]
    assert times == sorted(times, key=str, reverse=True)
    assert user.history_length == len(user.history) == SIZE // 2 - 2
    assert not {had.item.item_id for had in user.history} & {had.item.item_id for had in user.held_out or ()}
    assert {had.weight for had in user.history} == {1.0}


def test_a_long_history_is_cut_and_counted(tmp_path: Path) -> None:
    """Of thousands of items the newest are shown, and the number of all is said."""
    users = [1] * 3000 + [2] * 3
    items = [*range(3000), 0, 1, 2]
    table = tables(users, items, times=[START + place * DAY // 100 for place in range(3003)])
    lists = analyzer(table, tmp_path, longest=20).users([1])
    (user,) = lists.users
    assert [had.item.item_id for had in user.history] == [*range(2998, 2978, -1)]
    assert user.history_length == 2999
    assert "20 newest of 2,999" in lists.to_html()


def test_views_are_distinct_users_of_what_was_learnt(tmp_path: Path) -> None:
    """Repeated rows and held-out rows do not count."""
    table = tables([1, 1, 1, 2, 2, 3, 3], [7, 7, 8, 7, 9, 8, 7], times=[*range(START, START + 7)])
    (user,) = analyzer(table, tmp_path).users([1]).users
    assert [(had.item.item_id, had.item.views, had.weight) for had in user.history] == [(7, 2, 2.0)]


def test_held_out_items_that_no_model_can_find_say_why(tmp_path: Path) -> None:
    """An item that nobody had before is new, one that the user had before is seen."""
    table = tables([1, 1, 1, 2, 2, 3, 3], [7, 8, 7, 7, 9, 7, 8], times=[*range(START, START + 7)])
    one, two, three = analyzer(table, tmp_path).users([1, 2, 3]).users
    assert [had.remark for user in (one, two, three) for had in user.held_out or ()] == ["seen before", "new item", ""]


def test_who_is_not_known_gets_the_fallback_and_is_told_apart(tmp_path: Path) -> None:
    """A user of no table, one with nothing learnt and an id that cannot be: each has a list, and its reason."""
    features = pl.DataFrame({"user_id": [3, 99], "sex": ["F", "F"]})
    table = tables([3, 3, 4, 4], [1, 2, 1, 3], features=features)
    lists = analyzer(table, tmp_path).users([3, 99, 12345, -1])
    assert [user.known for user in lists.users] == ["history", "no history", "unknown", "impossible"]
    assert [user.models[1].source for user in lists.users[1:]] == ["popular"] * 3
    assert all(user.models[1].items and not user.history for user in lists.users[1:])
    assert [dict(user.features) for user in lists.users] == [{"sex": "F"}, {"sex": "F"}, {}, {}]
    page = lists.to_html()
    assert "in none of the tables" in page
    assert "the API answers 404" in page


def test_titles_and_genres_come_from_the_items_table(tmp_path: Path) -> None:
    """Both are there where the table has them, and an empty title is none."""
    catalogue = pl.DataFrame({"item_id": [1, 2, 3], "title": ["One", "", None], "genres": [["a", "b"], [], None]})
    table = tables([1, 1, 2, 2, 2], [1, 2, 1, 2, 3], catalogue=catalogue)
    (user,) = analyzer(table, tmp_path, held_out=False).users([1]).users
    assert [(had.item.title, had.item.genres) for had in user.history] == [(None, ()), ("One", ("a", "b"))]


def test_neither_items_nor_times_nor_truth_are_needed(tmp_path: Path) -> None:
    """Ids alone, in the table's order, without marks."""
    lists = analyzer(checkerboard(timed=False, strings=True), tmp_path, held_out=False).users(["u8"])
    (user,) = lists.users
    assert user.held_out is None
    assert [had.time for had in user.history] == [None] * (SIZE // 2 - 1)
    assert {had.item.title for had in user.history} == {None}
    assert {entry.hit for made in user.models for entry in made.items} == {None}
    assert user.models[1].items[0].item.item_id == "i8"
    page = lists.to_html()
    assert "Held out" not in page
    assert "i8" in page


def test_random_users_have_something_to_look_at_and_are_the_same_again(tmp_path: Path) -> None:
    """They have a history and something held out, the seed decides who, and nobody is looked at twice."""
    table = tables([1, 1, 2, 2, 3, 4, 4], [1, 2, 1, 3, 1, 2, 3])  # the only item of user 3 is learnt from
    looking = analyzer(table, tmp_path)
    drawn = [user.user_id for user in looking.users(random=10).users]
    assert sorted(map(int, drawn)) == [1, 2, 4]
    assert drawn == [user.user_id for user in looking.users(random=10).users]
    assert len(looking.users([1, 1], random=3).users) == 3
    board = analyzer(checkerboard(), tmp_path / "board")
    some, others = ([user.user_id for user in board.users(random=5, seed=seed).users] for seed in (1, 2))
    assert some != others


def test_somebody_must_be_asked_for(tmp_path: Path) -> None:
    """No ids and none to draw is an error."""
    with pytest.raises(DataError, match="nobody"):
        analyzer(checkerboard(), tmp_path).users()


def test_the_same_lists_as_data(tmp_path: Path) -> None:
    """What the page shows can be written as JSON."""
    lists = analyzer(checkerboard(), tmp_path, k=3).users([8, 999])
    value = json.loads(json.dumps(lists.data()))
    assert [user["user_id"] for user in value["users"]] == [8, 999]
    assert value["users"][0]["models"][1]["hits"] == 1
    assert set(value["users"][0]["models"][1]["items"][0]) == {"item", "score", "source", "hit", "trend", "features"}
    assert value["overlaps"][0]["models"] == ["popular", "als"]
    assert value["k"] == 3
