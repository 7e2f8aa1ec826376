"""Columns are guessed from names and contents, or the option that settles them is named."""

from pathlib import Path

import polars as pl
import pytest

from training.columns import ITEM_ID, TIMESTAMP, USER_ID, WEIGHT
from training.data.guess import guess
from training.data.recipe_text import recipe_text
from training.recipe import read_recipe
from warmstart.errors import DataError


def write(path: Path, header: str, *rows: str) -> Path:
    """Write a table of orders."""
    table = path / "orders.csv"
    table.write_text("\n".join([header, *rows]) + "\n", encoding="utf8")
    return table


@pytest.mark.parametrize(
    ("header", "row", "columns"),
    [
        ("user_id,item_id,rating,timestamp", "1,2,3,881250949", ("user_id", "item_id", "rating", "timestamp")),
        ("userId,movieId,rating,timestamp", "1,2,3,881250949", ("userId", "movieId", "rating", "timestamp")),
        (
            "invoice,stock_code,country,quantity,invoice_date,price,customer_id",
            "5,84A,Norway,6,2010-01-04 10:24:00,2.1,13085",
            ("customer_id", "stock_code", "quantity", "invoice_date"),
        ),
        (
            "user_id,item_id,last_watch_dt,total_dur,watched_pct",
            "1,2,2021-05-01,600,70",
            ("user_id", "item_id", "watched_pct", "last_watch_dt"),
        ),
        ("Client,Product,Score", "anna,tea,5", ("Client", "Product", "Score", None)),
        ("visitorid,itemid,event,date", "1,2,view,2021-05-01", ("visitorid", "itemid", None, "date")),
    ],
)
def test_usual_names_are_known(tmp_path: Path, header: str, row: str, columns: tuple[str | None, ...]) -> None:
    """Users, items, weights and times are found under the names that data sets give them."""
    guessed = guess(write(tmp_path, header, row, row), {})
    assert tuple(guessed.columns.get(name) for name in (USER_ID, ITEM_ID, WEIGHT, TIMESTAMP)) == columns


def test_contents_settle_what_a_name_leaves_open(tmp_path: Path) -> None:
    """The one column of repeated values that is left must be the item."""
    guessed = guess(write(tmp_path, "user,code,note", "1,7,a", "1,8,b", "2,7,c"), {})
    assert guessed.columns == {USER_ID: "user", ITEM_ID: "code"}
    assert guessed.reasons[ITEM_ID] == "no other column holds repeated ids"


def test_a_name_is_not_believed_against_the_contents(tmp_path: Path) -> None:
    """A column called date that holds no times is no timestamp."""
    assert TIMESTAMP not in guess(write(tmp_path, "user,item,date", "1,2,soon", "2,3,later"), {}).columns


def test_what_cannot_be_told_names_its_option(tmp_path: Path) -> None:
    """A table of unknown names fails with the options that settle it, and they do."""
    table = write(tmp_path, "a,b", "1,2", "1,3", "2,2")
    with pytest.raises(DataError, match=r"user and item \(say --user-column and --item-column\): a, b"):
        guess(table, {})
    assert guess(table, {USER_ID: "a"}).columns == {USER_ID: "a", ITEM_ID: "b"}
    with pytest.raises(DataError, match=r"no column c \(--user-column\); there are a, b"):
        guess(table, {USER_ID: "c"})


@pytest.mark.parametrize(("days", "fold"), [(27, "leave_last_out"), (28, "time")])
def test_four_weeks_make_a_fold_by_time(tmp_path: Path, days: int, fold: str) -> None:
    """The fold is by time where the table spans four weeks."""
    frame = pl.DataFrame({"user": [1, 2], "item": [1, 2], "time": [10**9, 10**9 + days * 86_400]})
    frame.write_parquet(tmp_path / "views.parquet")
    assert guess(tmp_path / "views.parquet", {}).fold == fold


def test_the_recipe_can_be_read(tmp_path: Path) -> None:
    """What is written reads back with the guessed columns, odd names included."""
    table = write(tmp_path, 'user,item,"say ""when"" date"', "1,2,2021-01-01", "2,3,2021-05-01")
    path = tmp_path / "orders.recipe.toml"
    path.write_text(recipe_text("orders", guess(table, {})), encoding="utf8")
    recipe = read_recipe(path)
    assert recipe.data.columns == {USER_ID: "user", ITEM_ID: "item", TIMESTAMP: 'say "when" date'}
    assert (recipe.data.path, recipe.data.interactions, recipe.fold.kind) == (tmp_path, "orders.csv", "time")
    assert [model.name for model in recipe.models] == ["popular", "popular_recent", "random", "als"]


def test_without_times_nothing_is_recent(tmp_path: Path) -> None:
    """A table without times gets no model that needs them."""
    text = recipe_text("orders", guess(write(tmp_path, "user,item", "1,2", "2,3"), {}))
    assert "popular_recent" not in text
    assert 'kind = "leave_last_out"' in text
