"""The published catalogue: items, histories, users, and what is known of them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from functions.catalogue.catalogue import Catalogue
from tests.functions.catalogues import HOSTILE, catalogue_of, films, found, people
from tests.training.datasets import SIZE, START, checkerboard, tables
from warmstart.errors import Incompatible, UserNotFound
from warmstart.ids import UNKNOWN

FAR = 2**33  # seconds, beyond what 32 bits hold


def test_titles_are_data(tmp_path: Path) -> None:
    """Whatever stands in a title comes back, cut where it is very long; an empty one is none."""
    catalogue = catalogue_of(films([HOSTILE, "a" * 10_000, "", None]), tmp_path)
    titles = [item.title for item in catalogue.items(np.arange(4, dtype=np.int32))]
    assert titles == [HOSTILE, "a" * 199 + "…", None, None]


def test_genres_are_bounded(tmp_path: Path) -> None:
    """Ten of an item are kept, each of forty characters; one without any has none."""
    catalogue = catalogue_of(films(["x", "y"], genres=[["g" * 99, *"abcdefghijkl"], []]), tmp_path)
    long, none = catalogue.items(np.arange(2, dtype=np.int32))
    assert (long.genres, none.genres) == (["g" * 39 + "…", *"abcdefghi"], [])


def test_without_titles_items_are_found_by_their_ids(tmp_path: Path) -> None:
    """The whole id comes first, parts of others after it."""
    catalogue = catalogue_of(checkerboard(), tmp_path)
    assert found(catalogue, "3")[0] == 3
    assert {*found(catalogue, "3")} == {3, 13, 23, *range(30, 40)}
    assert catalogue.items(np.zeros(1, np.int32))[0].title is None


def test_ids_may_be_strings(tmp_path: Path) -> None:
    """They are found as they are written, and answered as they are in the table."""
    catalogue = catalogue_of(checkerboard(strings=True), tmp_path)
    assert found(catalogue, "i7") == ["i7"]
    assert found(catalogue, "I7") == ["i7"]
    assert catalogue.item_ids.external(catalogue.rows(["i9", "9", "i2"])) == ["i9", "i2"]
    assert {type(user) for user in catalogue.some_users(5, np.random.default_rng(0))} == {str}


def test_ids_that_are_no_numbers_are_nobody_s(tmp_path: Path) -> None:
    """Another way to write a number is no id either."""
    catalogue = catalogue_of(checkerboard(), tmp_path)
    wanted = ["7", "07", "+7", "7.0", "\u0667", "i7", "9" * 30, "-1", "7"]
    assert catalogue.item_ids.external(catalogue.rows(wanted)) == [7, 7]


def test_a_history_is_newest_first_in_parts(tmp_path: Path) -> None:
    """With exact times and weights, and each part where the one before has ended."""
    made = tables([1, 1, 1, 2], [5, 6, 7, 5], times=[START, START + 2, START + 1, START], weights=[1.5, 2, 3, 1])
    catalogue = catalogue_of(made, tmp_path)
    row = catalogue.user_row(1)
    whole = [(seen.item_id, seen.weight, seen.timestamp) for seen in catalogue.history(row, 0, 10)]
    assert whole == [(6, 2.0, START + 2), (7, 3.0, START + 1), (5, 1.5, START)]
    assert [seen.item_id for seen in catalogue.history(row, 1, 1)] == [7]
    assert catalogue.history(row, 10**9, 10) == []
    assert (catalogue.seen_count(row), catalogue.seen_count(UNKNOWN)) == (3, 0)


@pytest.mark.parametrize("times", [[START, START + 1], [FAR, FAR + 1]])
def test_times_are_exact(times: list[int], tmp_path: Path) -> None:
    """To the second, also after 2038."""
    catalogue = catalogue_of(tables([1, 1, 2], [5, 6, 5], times=[*times, 0]), tmp_path)
    assert [seen.timestamp for seen in catalogue.history(catalogue.user_row(1), 0, 2)] == times[::-1]


def test_without_times_and_weights_a_history_has_neither(tmp_path: Path) -> None:
    """Each event weighs 1, and its time is not known."""
    seen = catalogue_of(checkerboard(timed=False), tmp_path).history(0, 0, 1)[0]
    assert (seen.weight, seen.timestamp) == (1.0, None)


@pytest.mark.parametrize("user_id", ["1", -1, 10**10])
def test_an_id_outside_the_domain_is_not_found(user_id: Any, tmp_path: Path) -> None:
    """As a recommender has it; one that training did not see is merely unknown."""
    catalogue = catalogue_of(checkerboard(), tmp_path)
    assert catalogue.user_row(10**9) == UNKNOWN
    with pytest.raises(UserNotFound):
        catalogue.user_row(user_id)


def test_only_users_with_a_history_are_drawn(tmp_path: Path) -> None:
    """Each at most once, others at each call, and never more than there are."""
    made = replace(checkerboard(), users=pl.DataFrame({"user_id": range(SIZE + 60)}))
    catalogue = catalogue_of(made, tmp_path)
    drawn = [catalogue.some_users(10, np.random.default_rng(seed)) for seed in range(20)]
    assert all(len({*users}) == 10 and all(int(user) < SIZE for user in users) for users in drawn)
    assert len({tuple(users) for users in drawn}) > 1
    assert len(catalogue.some_users(100, np.random.default_rng())) == catalogue.users_with_history == SIZE


def test_few_and_short_values_are_kept_of_people(tmp_path: Path) -> None:
    """Most frequent first; a column of names, of long texts or of nothing is left out."""
    told = people(
        {
            "sex": ["m", "f", "m", None] * 50,
            "name": [f"n{user}" for user in range(200)],
            "about": ["x" * 300] * 200,
            "empty": [None] * 200,
        }
    )
    catalogue = catalogue_of(replace(checkerboard(), users=told), tmp_path)
    assert catalogue.people.values == {"sex": ["m", "f"]}
    assert [catalogue.known_of(user) for user in (0, 1, 3, UNKNOWN)] == [{"sex": "m"}, {"sex": "f"}, {}, {}]


def test_another_artifact_is_refused(tmp_path: Path) -> None:
    """A recommender under this name is no catalogue."""
    catalogue_of(checkerboard(), tmp_path)
    manifest = Catalogue.open(tmp_path, catalogue_of(checkerboard(), tmp_path / "2").manifest).manifest
    with pytest.raises(Incompatible, match="for the scorer 'lists'"):
        Catalogue.open(tmp_path, replace(manifest, scorer="lists"))
