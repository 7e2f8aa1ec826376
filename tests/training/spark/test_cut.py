"""What Spark reads and cuts is what is read and cut here."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from tests.training.datasets import DAY, START, checkerboard, recipe
from tests.training.spark.voices import Heard
from training.cut import Cut, TablesCut
from training.data.tables import read_tables
from training.recipe import Fold, Recipe
from training.spark.failures import told
from warmstart.errors import DataError
from warmstart.ids import external_ids

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.slow

BAD = (
    "user_id,item_id,weight,timestamp\n1,2,1,1700000000\n1,3,-1,1700000001\n,3,1,1700000002\n2,3,nan,1700000003\n2,2\n"
)
USERS = pl.DataFrame({"user_id": [3, 400], "age": ["old", "new"]})
ITEMS = pl.DataFrame({"item_id": [0, 5], "title": ["Nought", "Five"]})


def events(*, strings: bool) -> pl.DataFrame:
    """Return a checkerboard of which some pairs came again, at times that are all different for a user."""
    table = checkerboard(strings=strings).interactions
    again = table.gather_every(7).with_columns(pl.col("timestamp") + 3_600, pl.lit(2, pl.Float32).alias("weight"))
    return pl.concat([table, again])


def read(folder: Path, kind: str = "leave_last_out", **data: object) -> Recipe:
    """Return a recipe of a folder."""
    made = recipe(fold=Fold("time", 10) if kind == "time" else Fold("leave_last_out"))
    return replace(made, data=replace(made.data, path=folder, **data))


def assert_same(spark: Cut, here: Cut) -> None:
    """Compare ids, arrays and right answers."""
    for theirs, ours in ((spark.part, here.part), (spark.whole, here.whole)):
        assert external_ids(theirs.user_ids) == external_ids(ours.user_ids)
        assert external_ids(theirs.item_ids) == external_ids(ours.item_ids)
        for name in ("users", "items", "weights", "timestamps"):
            np.testing.assert_array_equal(getattr(theirs, name), getattr(ours, name))
        assert (theirs.titles, theirs.user_features) == (ours.titles, ours.user_features)
    assert spark.truth.user_ids == here.truth.user_ids
    for name in ("users", "counts"):
        np.testing.assert_array_equal(getattr(spark.truth, name), getattr(here.truth, name))
    np.testing.assert_array_equal(here.truth.catalogue[spark.truth.items], here.truth.items)
    assert spark.held_back == here.held_back


def test_a_file_of_lines_is_cut_as_here(spark: "SparkSession", tmp_path: Path) -> None:
    """Integer ids, with users and items beside; each user's last event is held back, with its copies."""
    from training.spark.cut import SparkCut

    events(strings=False).write_csv(tmp_path / "interactions.csv")
    USERS.write_csv(tmp_path / "users.csv")
    ITEMS.write_csv(tmp_path / "items.csv")
    recipe = read(tmp_path)
    assert_same(SparkCut.read(spark, recipe, "refuse", Heard()), TablesCut(recipe, read_tables(recipe.data)))


def test_a_folder_of_parts_is_cut_as_one_file_is(spark: "SparkSession", tmp_path: Path) -> None:
    """String ids, in Parquet under partitions, at an address; the last days are held back, and what is light is out."""
    from training.spark.cut import SparkCut

    table = events(strings=True)
    table.write_parquet(tmp_path / "interactions.parquet")
    for number in range(2):
        part = tmp_path / "parts" / f"part={number}"
        part.mkdir(parents=True)
        table.gather_every(2, number).write_parquet(part / "0.parquet")
    recipe = read(tmp_path, "time", min_weight=1.0, until=START + 55 * DAY)
    heard = Heard()
    cut = SparkCut.read(spark, recipe, "refuse", heard, (tmp_path / "parts").as_uri())
    tables = read_tables(recipe.data)
    assert_same(cut, TablesCut(recipe, tables))
    assert cut.described["left_out"] == tables.left_out


def test_bad_rows_are_refused_or_set_aside(spark: "SparkSession", tmp_path: Path) -> None:
    """The message says what is wrong with which column, and how often; there are no lines to name."""
    from training.spark.clean import clean
    from training.spark.raw import read_raw

    (tmp_path / "interactions.csv").write_text(BAD + "3,9,1,1700000004\n")
    data = read(tmp_path).data
    raw = read_raw(spark, data)
    with pytest.raises(DataError, match=r"interactions.csv, 4 bad rows: another number of values .*set-aside"):
        clean(raw, data, "refuse")
    found = clean(raw, data, "set-aside")
    assert found.set_aside == 4
    assert {(row.user_id, row.item_id) for row in found.frame.collect()} == {(1, 2), (3, 9)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("user_id,item_id\n1,2\n", "needs timestamps; a table in parts has no order"),
        ("user_id,film,timestamp\n1,2,3\n", "no column item_id; there are user_id, film, timestamp"),
        ("user_id,item_id,timestamp\n1,2,1700000000\n", "nothing to learn from, one user in all good rows"),
    ],
)
def test_what_cannot_be_learnt_from_is_refused(spark: "SparkSession", tmp_path: Path, text: str, said: str) -> None:
    """A table without times, without a column, or without a difference."""
    from training.spark.cut import SparkCut

    (tmp_path / "interactions.csv").write_text(text)
    with pytest.raises(DataError, match=said):
        SparkCut.read(spark, read(tmp_path), "refuse", Heard())


def test_what_is_no_table_is_told(spark: "SparkSession", tmp_path: Path) -> None:
    """Spark's own reason comes on one line."""
    from training.spark.cut import SparkCut

    (tmp_path / "interactions.parquet").write_text("no table")
    with pytest.raises(DataError, match=r"interactions.parquet cannot be read: .*is not a Parquet file"):
        SparkCut.read(spark, read(tmp_path), "refuse", Heard())


def test_parts_with_columns_in_another_order_are_refused(spark: "SparkSession", tmp_path: Path) -> None:
    """Each part's header is looked at, for its names alone tell users from items."""
    from training.spark.clean import clean
    from training.spark.raw import read_raw

    parts = tmp_path / "interactions.csv"
    parts.mkdir()
    data = read(tmp_path, interactions="interactions.csv").data
    (parts / "1.csv").write_text("user_id,item_id,timestamp\n1,2,1700000000\n2,3,1700000001\n")
    (parts / "2.csv").write_text("item_id,user_id,timestamp\n4,5,1700000000\n")
    with pytest.raises(DataError, match="CSV header does not conform"), told("the interactions cannot be read"):
        clean(read_raw(spark, data), data, "refuse")


def test_columns_without_a_name_are_read_past_in_one_file(spark: "SparkSession", tmp_path: Path) -> None:
    """An index, as pandas writes it; of several files nobody could tell whether they have the same columns."""
    from training.spark.clean import clean
    from training.spark.raw import read_raw

    parts = tmp_path / "interactions.csv"
    parts.mkdir()
    data = read(tmp_path, interactions="interactions.csv").data
    (parts / "1.csv").write_text(",user_id,item_id,timestamp\n0,1,2,1700000000\n1,2,3,1700000001\n")
    found = clean(read_raw(spark, data), data, "refuse").frame.collect()
    assert {(row.user_id, row.item_id) for row in found} == {(1, 2), (2, 3)}
    (parts / "2.csv").write_text(",item_id,user_id,timestamp\n0,4,5,1700000000\n")
    with pytest.raises(DataError, match="each column needs a name of its own"):
        read_raw(spark, data)


def test_nanoseconds_are_told_with_a_way_out(spark: "SparkSession", tmp_path: Path) -> None:
    """As pandas writes times unless it is told otherwise."""
    from training.spark.raw import read_raw

    times = pl.DataFrame({"timestamp": [START]}).with_columns(pl.from_epoch("timestamp").cast(pl.Datetime("ns")))
    times.write_parquet(tmp_path / "interactions.parquet")
    with pytest.raises(DataError, match="write microseconds"):
        read_raw(spark, read(tmp_path).data)


def test_a_name_that_is_a_pattern_names_itself(spark: "SparkSession", tmp_path: Path) -> None:
    """Not the tables beside it, which the pattern would find."""
    from training.spark.raw import read_raw

    for name in ("a[1]*{b}?\\", "a1xbx"):
        (tmp_path / name).mkdir()
        pl.DataFrame({"user_id": [name]}).write_parquet(tmp_path / name / "interactions.parquet")
    found = read_raw(spark, read(tmp_path / "a[1]*{b}?\\").data).frame.collect()
    assert [row.user_id for row in found] == ["a[1]*{b}?\\"]


def test_ids_of_many_digits_stay_different(spark: "SparkSession", tmp_path: Path) -> None:
    """Decimals, as databases export whole numbers, hold more digits than a double."""
    from training.spark.clean import clean
    from training.spark.raw import read_raw

    ids = [2**62, 2**62 + 1, 0]
    table = pl.DataFrame({"user_id": ids, "item_id": ids, "timestamp": [START] * 3})
    table = table.with_columns(pl.col("user_id").cast(pl.Decimal(38, 0)), pl.col("item_id").cast(pl.Decimal(38, 9)))
    table.write_parquet(tmp_path / "interactions.parquet")
    data = read(tmp_path).data
    found = clean(read_raw(spark, data), data, "refuse").frame.collect()
    assert sorted((row.user_id, row.item_id) for row in found) == sorted(zip(ids, ids, strict=True))
