"""Columns are guessed from names and contents, or the option that settles them is named."""

from pathlib import Path

import pytest

from tests.training.data.folders import section
from training.columns import ITEM_ID, TIMESTAMP, USER_ID, WEIGHT
from training.data.guess import Said, guess
from training.data.reading import read_only_interactions
from training.data.recipe_text import recipe_text
from training.data.survey import survey
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
    guessed = guess(write(tmp_path, header, row, row))
    assert tuple(guessed.data.columns.get(name) for name in (USER_ID, ITEM_ID, WEIGHT, TIMESTAMP)) == columns


def test_contents_settle_what_a_name_leaves_open(tmp_path: Path) -> None:
    """The one column of repeated values that is left must be the item."""
    guessed = guess(write(tmp_path, "user,code,note", "1,7,a", "1,8,b", "2,7,c"))
    assert guessed.data.columns == {USER_ID: "user", ITEM_ID: "code"}
    assert guessed.reasons[ITEM_ID] == "no other column holds repeated ids"


def test_a_name_is_not_believed_against_the_contents(tmp_path: Path) -> None:
    """A column called score that holds no numbers is no weight."""
    assert WEIGHT not in guess(write(tmp_path, "user,item,score", "1,2,good", "2,3,bad")).data.columns


def test_one_column_is_not_two_things(tmp_path: Path) -> None:
    """A column that is said twice is refused, and so is a file's own name for it."""
    table = write(tmp_path, "user,item_id", "1,2", "2,3")
    with pytest.raises(DataError, match="column item_id is said twice: --user-column and --item-column"):
        guess(table, Said({USER_ID: "item_id", ITEM_ID: "item_id"}))


def test_what_cannot_be_told_names_its_option(tmp_path: Path) -> None:
    """A table of unknown names fails with the options that settle it, and they do."""
    table = write(tmp_path, "a,b", "1,2", "1,3", "2,2")
    with pytest.raises(DataError, match=r"user and item \(say --user-column and --item-column\): a, b"):
        guess(table)
    assert guess(table, Said({USER_ID: "a"})).data.columns == {USER_ID: "a", ITEM_ID: "b"}
    with pytest.raises(DataError, match=r"no column c \(--user-column\); there are a, b"):
        guess(table, Said({USER_ID: "c"}))


@pytest.mark.parametrize(
    ("header", "separator"),
    [
        ("user;item", ";"),
        ("user\titem", "\t"),
        ("user|item", "|"),
        ("user,item", None),
        ('user;"a,b,c";item', ";"),
    ],
)
def test_the_header_tells_the_separator(tmp_path: Path, header: str, separator: str | None) -> None:
    """What cuts the header into the most columns separates values, and reading keeps to it."""
    row = (separator or ",").join(f"{n}" for n in range(3 if "a,b,c" in header else 2))
    data = guess(write(tmp_path, header, row, row)).data
    assert data.separator == separator
    assert len(read_only_interactions(data).frame) == 2


def test_tabs_are_those_of_a_tsv(tmp_path: Path) -> None:
    """A .tsv is found under the usual names and has tabs, unless the recipe says otherwise."""
    path = tmp_path / "interactions.tsv"
    path.write_text("user_id\titem_id\n1\t2\n")
    assert read_only_interactions(section(tmp_path)).frame.rows() == [(1, 2, 1.0)]
    path.write_text("user_id;item_id\n1;2\n")
    assert read_only_interactions(section(tmp_path, separator=";")).frame.rows() == [(1, 2, 1.0)]


def recipe_of(table: Path, said: Said | None = None) -> str:
    """Write the recipe of a table."""
    data = guess(table, said).data
    return recipe_text("orders", data, survey(data))


def test_the_recipe_can_be_read(tmp_path: Path) -> None:
    """What is written reads back as it was guessed, odd names included."""
    table = write(tmp_path, 'user;item;"say ""when"" date"', "1;2;31.01.2021", "2;3;01.05.2021", "2;2;01.06.2021")
    path = tmp_path / "orders.recipe.toml"
    path.write_text(recipe_of(table), encoding="utf8")
    recipe = read_recipe(path)
    assert recipe.data == guess(table).data
    assert recipe.data.columns == {USER_ID: "user", ITEM_ID: "item", TIMESTAMP: 'say "when" date'}
    assert (recipe.data.separator, recipe.data.time_format, recipe.fold.kind) == (";", "%d.%m.%Y", "time")
    personal = ["item_knn", "user_knn", "ease", "als"]
    assert [model.name for model in recipe.models] == ["popular", "popular_recent", "random", *personal]


def test_without_times_nothing_is_recent(tmp_path: Path) -> None:
    """A table without times gets no model that needs them, nor does one whose times are not wanted."""
    for header, said in (("user,item,n", Said()), ("user,item,timestamp", Said(times=False))):
        text = recipe_of(write(tmp_path, header, "1,2,1600000000", "2,3,1600000000"), said)
        assert "popular_recent" not in text
        assert 'kind = "leave_last_out"' in text
        assert ('ignore = ["timestamp"]' in text) is not said.times
