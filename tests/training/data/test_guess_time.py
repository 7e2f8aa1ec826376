"""A column of times is settled, or the option that settles it is named: it is never left out in silence."""

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from training.columns import TIMESTAMP
from training.data.guess import Said, guess
from training.data.reading import read_only_interactions
from training.data.time_format import KNOWN, wrong_with
from warmstart.errors import DataError


def table(path: Path, *times: object, name: str = "ordered_at") -> Path:
    """Write a table with a column of times."""
    file = path / "orders.parquet"
    rows = range(len(times))
    pl.DataFrame({"user": [*rows], "item": [*rows], name: times}, strict=False).write_parquet(file)
    return file


@pytest.mark.parametrize(
    ("times", "form"),
    [
        (("20/10/2020", "01/02/2020"), "%d/%m/%Y"),
        (("10/20/2020", "01/02/2020", ""), "%m/%d/%Y"),
        (("1.2.2020", "2.2.2020"), "%d.%m.%Y"),
        (("20-10-2020", "01-02-2020"), "%d-%m-%Y"),
        (("2020/10/20", "2020/02/01"), "%Y/%m/%d"),
        (("12/31/2020 8:26", "1/2/2020 18:26"), "%m/%d/%Y %H:%M"),
        (("31/12/2020 08:26:01", "1/2/2020 18:26:59"), "%d/%m/%Y %H:%M:%S"),
        (("12/31/2020 8:26 AM", "1/2/2020 11:26 pm"), "%m/%d/%Y %I:%M %p"),
        (("2020-10-20", "2020-02-01"), None),
        (("1600000000", "1600000001"), None),
        ((1600000000000, 1600000001000), None),
    ],
)
def test_the_form_that_fits_every_row_is_taken(tmp_path: Path, times: tuple[object, ...], form: str | None) -> None:
    """Days first, months first and halves of days are told apart by what the rows allow."""
    data = guess(table(tmp_path, *times)).data
    assert (data.columns[TIMESTAMP], data.time_format) == ("ordered_at", form)
    assert read_only_interactions(data).bad == times.count("")


def test_the_form_is_that_of_the_last_row_too(tmp_path: Path) -> None:
    """All rows are looked at, not a sample: one day after the 12th settles what 200,000 rows leave open."""
    assert guess(table(tmp_path, *["01/02/2020"] * 200_000, "13/02/2020")).data.time_format == "%d/%m/%Y"


@pytest.mark.parametrize(
    ("times", "message"),
    [
        (("05/04/2020", "06/04/2020"), r"'05/04/2020' can be read in two ways: say --time-format \"%d/%m/%Y\" or \"%m"),
        (("Oct 5, 2020", "Oct 6, 2020"), "'Oct 5, 2020' is not understood as a time .*--time-format.*--no-timestamp"),
        (("20/10/2020", "10/20/2020"), "'20/10/2020' is not understood"),
        ((7_900_000_000, 7_900_000_001), "7900000000 is out of range"),
        ((12, 35), "12 is out of range, before 1970-01-02"),
        (("", None), "is empty"),
        (([1], [2]), r"\[1\] is not understood"),
    ],
)
def test_what_stays_open_is_refused_with_its_options(tmp_path: Path, times: tuple[object, ...], message: str) -> None:
    """Column, value and options are named, and without times the table can be used all the same."""
    file = table(tmp_path, *times)
    with pytest.raises(DataError, match=f"^orders.parquet, column ordered_at:? ?{message}"):
        guess(file)
    assert TIMESTAMP not in guess(file, Said(times=False)).data.columns


def test_a_format_that_is_said_is_kept_to(tmp_path: Path) -> None:
    """It settles two ways, reads what is not known, and is refused where it does not fit or is none."""
    data = guess(table(tmp_path, "5 Oct 2020", "6 Oct 2020"), Said(time_format="%d %b %Y")).data
    assert data.time_format == "%d %b %Y"
    assert read_only_interactions(data).frame[TIMESTAMP][0] == datetime(2020, 10, 5, tzinfo=UTC).timestamp()
    with pytest.raises(DataError, match=r"'5 Oct 2020' is not written \"%d %B\.%Y\""):
        guess(table(tmp_path, "5 Oct 2020", "6 Oct 2020"), Said(time_format="%d %B.%Y"))
    with pytest.raises(DataError, match="--time-format must be a strptime format of"):
        guess(table(tmp_path, "5 Oct 2020"), Said(time_format="%Q"))
    with pytest.raises(DataError, match="holds the times"):
        guess(table(tmp_path, "5 Oct 2020", name="x"), Said(time_format="%d %b %Y"))


@pytest.mark.parametrize("times", [("20/10/2020", "21/10/2020"), (date(2020, 10, 20), date(2020, 10, 21))])
def test_days_are_found_under_any_name(tmp_path: Path, times: tuple[object, ...]) -> None:
    """The only column of days is that of the times, and of two one must be said."""
    file = table(tmp_path, *times, name="created")
    assert guess(file).data.columns[TIMESTAMP] == "created"
    pl.read_parquet(file).with_columns(pl.col("created").alias("sent")).write_parquet(file)
    with pytest.raises(DataError, match="created, sent hold days: say which with --time-column, or --no-timestamp"):
        guess(file)


def test_a_readable_column_goes_before_one_that_is_not(tmp_path: Path) -> None:
    """Words under one name do not hide the times under another."""
    file = table(tmp_path, 1600000000, 1600000001, name="ts")
    pl.read_parquet(file).with_columns(pl.lit("Monday").alias("date")).write_parquet(file)
    assert guess(file).data.columns[TIMESTAMP] == "ts"


def test_all_known_forms_are_formats() -> None:
    """What init writes, a recipe takes."""
    assert [form for form in KNOWN if wrong_with(form)] == []
