"""Bad rows and bad files: named by place, counted, refused or set aside, never dropped in silence."""

import re
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.training.data.folders import GOOD, HEADER, folder, section
from training.data.casts import UNPRINTABLE
from training.data.tables import read_tables
from warmstart.errors import DataError
from warmstart.schemas import PRINTABLE

RANGE = "timestamp out of range, before 1970-01-02 or after 2100-01-01"


@pytest.mark.parametrize(
    ("row", "column", "what"),
    [
        (",10,1,2021-05-01", "user_id", "empty id"),
        ("NaN,10,1,2021-05-01", "user_id", "empty id: 'NaN'"),
        ("-7,10,1,2021-05-01", "user_id", "negative id: '-7'"),
        ("1,9223372036854775808,1,2021-05-01", "item_id", "id over 2^63-1: '9223372036854775808'"),
        ("1,10,,2021-05-01", "weight", "empty weight"),
        ("1,10,nan,2021-05-01", "weight", "weight is not a finite number: 'nan'"),
        ("1,10,1e39,2021-05-01", "weight", "weight is not a finite number: '1e39'"),
        ("1,10,much,2021-05-01", "weight", "weight is not a finite number: 'much'"),
        ("1,10,-1,2021-05-01", "weight", "weight below 0: '-1'"),
        ("1,10,0,2021-05-01", "weight", "weight is 0: '0'"),
        ("1,10,1,", "timestamp", "timestamp is not a time"),
        ("1,10,1,2021-02-30", "timestamp", "timestamp is not a time: '2021-02-30'"),
        ("1,10,1,1969-12-31", "timestamp", f"{RANGE}: '1969-12-31'"),
        ("1,10,1,2100-01-02", "timestamp", f"{RANGE}: '2100-01-02'"),
        ("1,10", None, "2 values for 4 columns"),
        ("1,10,1,2021-05-01,5", None, "5 values for 4 columns"),
    ],
)
def test_a_bad_row_is_named_then_set_aside(tmp_path: Path, row: str, column: str | None, what: str) -> None:
    """Each kind of bad row is refused with file, line and column, and set aside when that is asked for."""
    data = section(folder(tmp_path, *GOOD, "", row, GOOD[0]))
    place = "interactions.csv, line 6" + (f", column {column}" if column else "")
    with pytest.raises(DataError) as refused:
        read_tables(data)
    assert str(refused.value) == f"{place}: {what} (--on-bad-row set-aside to leave it out)"
    tables = read_tables(data, "set-aside")
    assert (len(tables.interactions), tables.set_aside) == (4, 1)


def test_bad_rows_are_counted_once_each(tmp_path: Path) -> None:
    """The first place is named, the other rows are counted, and a row with two faults is one row."""
    data = section(folder(tmp_path, *GOOD, ",10,x,2021-05-01", "1,,1,2021-05-01", "1"))
    with pytest.raises(DataError, match=r"line 5, column user_id: empty id \(and 2 more bad rows; --on-bad-row"):
        read_tables(data)
    assert read_tables(data, "set-aside").set_aside == 3


def test_lines_after_a_quoted_line_break_are_right(tmp_path: Path) -> None:
    """A row is named by the line it starts on, however many lines the rows before it take."""
    users = 'user_id,note\n1,"a\nb\nc"\n,x\n'
    with pytest.raises(DataError, match=r"users\.csv, line 5, column user_id: empty id"):
        read_tables(section(folder(tmp_path, *GOOD, users=users)))


@pytest.mark.parametrize(("long", "shown"), [("x" * 300, ": 'x" + "x" * 35 + "..."), ("a\x01b", ": 'a\\x01b'")])
def test_a_bad_value_is_shown_short_and_escaped(tmp_path: Path, long: str, shown: str) -> None:
    """No message holds a value of over 40 characters or a control character."""
    with pytest.raises(DataError) as refused:
        read_tables(section(folder(tmp_path, *GOOD, f"{long},10,1,2021-05-01")))
    assert shown in str(refused.value)


def test_files_without_a_header_name_their_lines(tmp_path: Path) -> None:
    """MovieLens starts with its first row and parts values with two colons; titles may hold one, and quotes."""
    (tmp_path / "ratings.dat").write_text("1::10::5::978300760\n1::20::5\n2::x::5::978300760\n2::10::5::978300760\n")
    (tmp_path / "movies.dat").write_text(
        '10::Alien: "Three" (1992)::Action|Sci-Fi\n20::B\xe9b\xe9 (1990)::Drama\n', "latin-1"
    )
    data = section(tmp_path, "movielens-1m")
    with pytest.raises(DataError, match=r"ratings\.dat, line 2: 3 values for 4 columns \(--on-bad"):
        read_tables(data)
    tables = read_tables(data, "set-aside")
    assert tables.interactions["item_id"].to_list() == ["10", "x", "10"]
    assert tables.items is not None
    assert tables.items["title"].to_list() == ['Alien: "Three" (1992)', "B\xe9b\xe9 (1990)"]


def test_parquet_rows_are_counted_from_one(tmp_path: Path) -> None:
    """A file without lines names its rows."""
    frame = pl.DataFrame({"user_id": [1, None, 2], "item_id": [1, 2, 3], "weight": [1.0, 1.0, float("nan")]})
    frame.write_parquet(tmp_path / "interactions.parquet")
    with pytest.raises(
        DataError, match=r"interactions\.parquet, row 2, column user_id: empty id \(and 1 more bad row;"
    ):
        read_tables(section(tmp_path))


def test_floats_can_only_be_integer_ids(tmp_path: Path) -> None:
    """A fraction or an infinity among ids in a column of floats is bad, and makes no text of the others."""
    frame = pl.DataFrame({"user_id": [1.0, 2.0, 2.5, float("inf")], "item_id": [1, 2, 3, 4]})
    frame.write_parquet(tmp_path / "interactions.parquet")
    with pytest.raises(DataError, match=r"row 3, column user_id: id is not an integer like the others: 2\.5 \(and 1"):
        read_tables(section(tmp_path))
    assert read_tables(section(tmp_path), "set-aside").interactions["user_id"].to_list() == [1, 2]


def test_a_second_row_for_a_user_is_bad(tmp_path: Path) -> None:
    """Two rows of features for one user cannot both be true; the first is kept."""
    data = section(folder(tmp_path, *GOOD, users="user_id,age\n1,20\n2,30\n1,40\n"))
    with pytest.raises(DataError, match=r"users\.csv, line 4, column user_id: a second row for this id: '1'"):
        read_tables(data)
    tables = read_tables(data, "set-aside")
    assert tables.users is not None
    assert tables.users.rows() == [(1, 20), (2, 30)]


def test_users_must_have_ids_like_those_of_the_interactions(tmp_path: Path) -> None:
    """A word among the users cannot be one of the integers that the interactions hold."""
    with pytest.raises(DataError, match=r"line 2, column user_id: id is not an integer like the others: 'bob'"):
        read_tables(section(folder(tmp_path, *GOOD, users="user_id,age\nbob,20\n")))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "interactions.csv is empty"),
        (b"user_id,item_id\n", "interactions.csv has no rows"),
        (b"user,item_id\n1,2\n", "interactions.csv, line 1: no column user_id; there are user, item_id"),
        (b"user_id,item_id,user_id\n1,2,3\n", "interactions.csv, line 1: column user_id stands there twice"),
        (b"user_id,item_id\n1,2\n\xff,3\n", "interactions.csv, line 3: not utf8 text: save it as UTF-8"),
        (b'user_id,item_id\n1,2\n2,"3\n4,5\n', "interactions.csv, line 3: a quote opens and never closes"),
        (b"\xff\xfeu\x00s\x00e\x00r\x00", "interactions.csv looks like UTF-16: save it as UTF-8"),
        (b"\xfe\xff\x00u\x00s\x00e\x00r", "interactions.csv looks like UTF-16: save it as UTF-8"),
        (b"\x1f\x8b\x08\x00", "interactions.csv looks like gzip: unpack it"),
        (b"PK\x03\x04", "interactions.csv looks like a zip archive or a spreadsheet: unpack it, or save it as CSV"),
        (b"PAR1", "interactions.csv looks like Parquet: name it .parquet"),
        (b"user_id,item_id", "interactions.csv"),
        (b"\x00\x01\x02\x03", "interactions.csv, line 1: no column user_id"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    """What cannot be read as rows at all is refused, also where bad rows are set aside."""
    (tmp_path / "interactions.csv").write_bytes(content)
    with pytest.raises(DataError) as refused:
        read_tables(section(tmp_path), "set-aside")
    assert str(refused.value).startswith(message)


def test_files_that_are_missing_or_something_else(tmp_path: Path) -> None:
    """A missing folder, a missing file, a folder in a file's place and a false Parquet each say what they are."""
    with pytest.raises(DataError, match="no such directory"):
        read_tables(section(tmp_path / "nowhere"))
    with pytest.raises(DataError, match=r"holds no interactions\.csv or interactions\.parquet"):
        read_tables(section(tmp_path))
    with pytest.raises(DataError, match=r"orders\.csv: no such file"):
        read_tables(section(tmp_path, interactions="orders.csv"))
    (tmp_path / "interactions.csv").mkdir()
    with pytest.raises(DataError, match="is a directory, not a table"):
        read_tables(section(tmp_path))
    (tmp_path / "false.parquet").write_text("user_id,item_id\n1,2\n")
    with pytest.raises(DataError, match=r"false\.parquet is not a Parquet file"):
        read_tables(section(tmp_path, interactions="false.parquet"))


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("user_id", [[1], [2]], r"column user_id: holds List\(Int64\), not ids"),
        ("item_id", [True, False], "column item_id: holds Boolean, not ids"),
        ("weight", [b"1", b"2"], "column weight: holds Binary, not weights"),
        ("weight", [[1.0], [2.0]], r"column weight: holds List\(Float64\), not weights"),
        ("timestamp", [timedelta(1), timedelta(2)], "column timestamp: holds Duration"),
        ("timestamp", [[1], [2]], r"column timestamp: holds List\(Int64\), not times"),
    ],
)
def test_a_column_of_a_wrong_type_is_refused(tmp_path: Path, column: str, values: list[object], message: str) -> None:
    """A type that cannot mean what the column is for is refused at once."""
    columns = {"user_id": [1, 2], "item_id": [1, 2], column: values}
    pl.DataFrame(columns).write_parquet(tmp_path / "interactions.parquet")
    with pytest.raises(DataError, match=message):
        read_tables(section(tmp_path), "set-aside")


def test_a_column_that_a_recipe_names_must_be_there(tmp_path: Path) -> None:
    """An optional column is not optional once a recipe or a layout says its name."""
    path = folder(tmp_path, *GOOD, header=HEADER)
    with pytest.raises(DataError, match="no column stars; there are"):
        read_tables(section(path, columns={"weight": "stars"}))
    with pytest.raises(DataError, match="no column watched_pct; there are"):
        read_tables(section(folder(tmp_path, "1,2", header="user_id,item_id"), "kion"))


def test_training_and_the_api_agree_on_ids() -> None:
    """A character that the API refuses in an id is a bad row here, and no other is."""
    letters = [chr(code) for code in range(0x11000) if not 0xD800 <= code < 0xE000]
    refused_here = pl.Series(letters).str.contains(UNPRINTABLE).to_list()
    refused_there = [re.search(PRINTABLE, letter) is None for letter in letters]
    assert refused_here == refused_there
