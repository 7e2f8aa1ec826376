"""What is known of users and items, as columns of ones."""

import numpy as np
import polars as pl
import pytest

from tests.training.datasets import tables
from training.features import LEAST, FeatureTable, none_of, of_items, of_users
from training.interactions import Events, Interactions

N = 2 * LEAST


def told(features: pl.DataFrame | None = None, catalogue: pl.DataFrame | None = None) -> Interactions:
    """Return the interactions of N users who each had their own item, and what is known."""
    return Events.of(tables(range(N), range(N), features=features, catalogue=catalogue)).interactions()


def test_each_row_has_a_one_for_each_of_its_values() -> None:
    """Columns keep their order, the values of each are sorted, and a row may have none, one or several."""
    table = FeatureTable.of({"z": [["b", "a"]] * LEAST + [["b"]] * LEAST, "a": [[]] * LEAST + [["c"]] * LEAST}, N)
    assert table.values == (("z", "a"), ("z", "b"), ("a", "c"))
    assert len(table) == 3
    assert table.matrix.toarray().tolist() == [[1, 1, 0]] * LEAST + [[0, 1, 1]] * LEAST
    assert table.matrix.dtype == np.float32


def test_a_value_said_twice_counts_once() -> None:
    """A row that repeats a value has a one, and is one row towards the least."""
    table = FeatureTable.of({"kind": [["x", "x"]] * LEAST + [["y", "y"]] + [[]] * (LEAST - 1)}, N)
    assert table.values == (("kind", "x"),)
    assert table.matrix.toarray().ravel().tolist() == [1] * LEAST + [0] * LEAST


def test_rare_values_are_left_out() -> None:
    """A value of one row fewer than the least is not there; those beside it keep their rows."""
    rows = [["rare", "common"]] * (LEAST - 1) + [["common"]] + [[]] * LEAST
    table = FeatureTable.of({"kind": rows}, N)
    assert table.values == (("kind", "common"),)
    assert table.matrix.toarray().ravel().tolist() == [1] * LEAST + [0] * LEAST


def test_the_same_value_in_two_columns_is_two() -> None:
    """Values are told apart by their column."""
    table = FeatureTable.of({"one": [["x"]] * N, "two": [["x"]] * LEAST + [[]] * LEAST}, N)
    assert table.values == (("one", "x"), ("two", "x"))
    assert table.matrix.sum(axis=0).tolist() == [[N, LEAST]]


@pytest.mark.parametrize("columns", [{}, {"kind": [[]] * N}])
def test_nothing_known_is_an_empty_table(columns: dict[str, list[list[str]]]) -> None:
    """A table without a value has its rows all the same."""
    table = FeatureTable.of(columns, N)
    assert (len(table), table.matrix.shape) == (0, (N, 0))


def test_users_are_what_their_table_says() -> None:
    """Columns come in the order of their names, numbers as texts, and where nothing is said there is nothing."""
    sex = ["f", None] * LEAST
    table = of_users(told(pl.DataFrame({"user_id": range(N), "sex": sex, "age": [25] * N})))
    assert table.values == (("age", "age_25"), ("sex", "sex_f"))
    assert table.matrix.toarray().tolist() == [[1, 1], [1, 0]] * LEAST


def test_items_are_their_genres() -> None:
    """Genres are parted at the bar, spaces about them are none of theirs, and an empty part is no genre."""
    genres = [" Drama | War |"] * LEAST + [None] * LEAST
    table = of_items(told(catalogue=pl.DataFrame({"item_id": range(N), "genres": genres})))
    assert table.values == (("genres", "Drama"), ("genres", "War"))
    assert table.matrix.toarray().tolist() == [[1, 1]] * LEAST + [[0, 0]] * LEAST


def test_without_tables_nothing_is_known() -> None:
    """Where there is no table of users or of items, theirs is empty, as where it is not wanted."""
    for table in (of_users(told()), of_items(told()), none_of(N)):
        assert (table.values, table.matrix.shape) == ((), (N, 0))
