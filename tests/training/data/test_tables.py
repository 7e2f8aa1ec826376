"""Good tables become Tables, whatever they are called and however they are written."""

import hashlib
import time
from pathlib import Path

import polars as pl
import pytest

from tests.training.data.folders import GOOD, HEADER, folder, section
from training.data.tables import read_tables
from warmstart.errors import DataError


def test_csv_becomes_typed_columns_in_the_order_of_the_file(tmp_path: Path) -> None:
    """Ids are integers, weights Float32, times epoch seconds, and rows stay where they were."""
    tables = read_tables(section(folder(tmp_path, *GOOD)))
    assert tables.interactions.schema == {
        "user_id": pl.Int64,
        "item_id": pl.Int64,
        "weight": pl.Float32,
        "timestamp": pl.Int64,
    }
    assert tables.interactions.rows()[0] == (1, 10, 1.0, 1619827200)
    assert (tables.users, tables.items, tables.set_aside, tables.left_out) == (None, None, 0, {})


def test_parquet_reads_as_csv_does(tmp_path: Path) -> None:
    """The same rows give the same interactions from either format."""
    tables = read_tables(section(folder(tmp_path, *GOOD)))
    pl.read_csv(tmp_path / "interactions.csv", try_parse_dates=True).write_parquet(tmp_path / "rows.parquet")
    again = read_tables(section(tmp_path, interactions="rows.parquet"))
    assert again.interactions.equals(tables.interactions)


def test_columns_may_have_other_names(tmp_path: Path) -> None:
    """A recipe's columns map canonical names to the file's, and the users keep their own."""
    path = folder(tmp_path, *GOOD, header="customer,sku,qty,at", users="user_id,city\n1,Riga\n2,\n")
    names = {"user_id": "customer", "item_id": "sku", "weight": "qty", "timestamp": "at"}
    tables = read_tables(section(path, columns=names))
    assert tables.interactions.columns == ["user_id", "item_id", "weight", "timestamp"]
    assert tables.users is not None
    assert tables.users.rows() == [(1, "Riga"), (2, None)]


def test_weight_and_time_are_optional(tmp_path: Path) -> None:
    """Without a weight each row weighs 1, and without times there is no column of them."""
    tables = read_tables(section(folder(tmp_path, "a,x", "b,y", header="user_id,item_id")))
    assert tables.interactions.rows() == [("a", "x", 1.0), ("b", "y", 1.0)]
    assert tables.interactions.schema["user_id"] == pl.String


def test_one_word_among_ids_makes_all_of_them_text(tmp_path: Path) -> None:
    """Ids are integers only where every one is, in the users' table too."""
    path = folder(tmp_path, *GOOD, "seven,10,1,2021-05-01", users="user_id,age\n1,30\n2,40\n")
    tables = read_tables(section(path))
    assert tables.users is not None
    assert tables.interactions["user_id"].to_list() == ["1", "2", "2", "seven"]
    assert tables.users["user_id"].to_list() == ["1", "2"]


def test_leading_zeros_are_kept(tmp_path: Path) -> None:
    """007 and 7 are two ids."""
    tables = read_tables(section(folder(tmp_path, "1,007", "2,7", header="user_id,item_id")))
    assert tables.interactions["item_id"].to_list() == ["007", "7"]


def test_floats_that_pandas_made_of_integers_are_integers(tmp_path: Path) -> None:
    """7.0 is 7, in CSV and in Parquet."""
    tables = read_tables(section(folder(tmp_path, "1.0,7.0", "2.0,8.0", header="user_id,item_id")))
    pl.DataFrame({"user_id": [1.0, 2.0], "item_id": [7.0, 8.0]}).write_parquet(tmp_path / "f.parquet")
    again = read_tables(section(tmp_path, interactions="f.parquet"))
    assert tables.interactions.equals(again.interactions)
    assert again.interactions["item_id"].to_list() == [7, 8]


def test_quotes_may_hold_line_breaks_and_commas(tmp_path: Path) -> None:
    """A quoted value is one value, and rows after it are named by their own line."""
    items = 'item_id,title,genres\n10,"Two\nlines, one title","drama, crime"\n20,B,\n'
    tables = read_tables(section(folder(tmp_path, *GOOD, items=items)))
    assert tables.items is not None
    assert tables.items.rows() == [(10, "Two\nlines, one title", ["drama", "crime"]), (20, "B", [])]


def test_bars_split_genres_where_there_are_any(tmp_path: Path) -> None:
    """A comma inside a genre survives in a column that is split at bars."""
    tables = read_tables(section(folder(tmp_path, *GOOD, items='item_id,genres\n10,"a|b, c"\n20,d\n')))
    assert tables.items is not None
    assert tables.items["genres"].to_list() == [["a", "b, c"], ["d"]]


def test_min_weight_leaves_out_and_counts(tmp_path: Path) -> None:
    """Rows under min_weight are left out, a weight of 0 among them, and are no bad rows."""
    path = folder(tmp_path, *GOOD, "1,20,0,2021-05-04", "2,30,0.5,2021-05-04")
    tables = read_tables(section(path, min_weight=1.0))
    assert (len(tables.interactions), tables.left_out, tables.set_aside) == (3, {"min_weight": 2}, 0)


def test_what_is_later_than_the_end_is_left_out_and_counted(tmp_path: Path) -> None:
    """Rows of the recipe's `until` and after it are no bad rows; manifests say how many there were."""
    path = folder(tmp_path, *GOOD, "1,20,1.0,2021-05-02T23:59:59", "1,30,1.0,2021-05-03T00:00:01")
    tables = read_tables(section(path, until=1_620_000_000))  # 2021-05-03
    assert (len(tables.interactions), tables.left_out, tables.set_aside) == (3, {"until": 2}, 0)
    assert tables.described("name") == {"name": "name", "sha256": tables.sha256, "left_out": {"until": 2}}


def test_an_end_needs_times(tmp_path: Path) -> None:
    """A recipe with an end is refused a table that cannot tell what is later."""
    path = folder(tmp_path, "1,10", "2,20", header="user_id,item_id")
    with pytest.raises(DataError, match="has no times, which the recipe's until needs"):
        read_tables(section(path, until=1_620_000_000))


def test_what_has_not_happened_yet_is_a_bad_row(tmp_path: Path) -> None:
    """One row of the year 2096 would make all others old: it is refused by its line, or set aside and counted."""
    path = folder(tmp_path, *GOOD, "1,20,1.0,2096-01-01")
    with pytest.raises(DataError, match=r"interactions.csv, line 5, column timestamp: timestamp in the future"):
        read_tables(section(path))
    tables = read_tables(section(path), "set-aside")
    assert (len(tables.interactions), tables.set_aside) == (3, 1)
    assert tables.described("name")["set_aside"] == 1


def test_the_fingerprint_is_that_of_the_bytes(tmp_path: Path) -> None:
    """SHA-256 runs over interactions, users and items, in this order."""
    tables = read_tables(section(folder(tmp_path, *GOOD, users="user_id\n1\n", items="item_id\n10\n")))
    content = b"".join((tmp_path / f"{name}.csv").read_bytes() for name in ("interactions", "users", "items"))
    assert tables.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Moscow"])
def test_datetimes_of_parquet_are_utc_unless_they_say_otherwise(tmp_path: Path, zone: str | None) -> None:
    """A zone is honoured, and none means UTC."""
    times = pl.Series([1619827200, 1619827201]).cast(pl.Int64) * 1_000_000
    frame = pl.DataFrame({"user_id": [1, 2], "item_id": [1, 2], "timestamp": times.cast(pl.Datetime("us", zone))})
    frame.write_parquet(tmp_path / "interactions.parquet")
    assert read_tables(section(tmp_path)).interactions["timestamp"].to_list() == [1619827200, 1619827201]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_lines_may_end_as_elsewhere(tmp_path: Path, end: str) -> None:
    """Line ends of other systems and a byte order mark change nothing, and the last line needs no end."""
    path = folder(tmp_path, *GOOD)
    tables = read_tables(section(path))
    (path / "interactions.csv").write_bytes(("\ufeff" + end.join([HEADER, *GOOD])).encode())
    assert read_tables(section(path)).interactions.equals(tables.interactions)


@pytest.mark.parametrize(
    ("written", "second"),
    [
        ("1619827200", 1619827200),
        ("1619827200000", 1619827200),
        ("2021-05-01", 1619827200),
        ("20210501", 1619827200),
        ("2021-05-01 03:00:00", 1619838000),
        ("2021-05-01T03:00:00.25Z", 1619838000),
        ("2021-05-01T03:00:00+03:00", 1619827200),
        ("2021-05-01 03:00", 1619838000),
    ],
)
def test_times_are_read_as_they_come(tmp_path: Path, written: str, second: int) -> None:
    """Seconds, milliseconds, days as numbers and ISO times, with and without a zone, become UTC epoch seconds."""
    rows = (f"1,10,1,{written}", f"2,20,1,{written}")
    assert read_tables(section(folder(tmp_path, *rows))).interactions["timestamp"].to_list() == [second, second]


def test_layouts_of_movielens(movielens_100k: Path) -> None:
    """The official files have 100,000 ratings, brackets of age and genres by name."""
    tables = read_tables(section(movielens_100k, "movielens-100k", segments=("age", "sex")))
    assert len(tables.interactions) == 100_000
    assert tables.users is not None
    assert tables.users.row(0) == (1, "age_18_24", "m", "technician")
    assert tables.items is not None
    assert tables.items.row(0) == (1, "Toy Story (1995)", ["Animation", "Children's", "Comedy"])


def test_a_million_rows_are_read_in_a_moment(movielens_1m: Path) -> None:
    """MovieLens 1M takes well under a second of the processors, its own lack of a header and its `::` included."""
    start = time.process_time()
    tables = read_tables(section(movielens_1m, "movielens-1m", segments=("age", "sex")))
    assert time.process_time() - start < 2.0
    assert (len(tables.interactions), tables.interactions["item_id"].n_unique()) == (1_000_209, 3_706)


def test_the_layout_of_kion(tmp_path: Path) -> None:
    """watched_pct is the weight, last_watch_dt the time, and Cyrillic initials become m and f."""
    header = "user_id,item_id,last_watch_dt,total_dur,watched_pct"
    users = "user_id,age,income,sex,kids_flg\n1,age_25_34,income_20_40,\u041c,0\n2,,,\u0416,1\n"
    tables = read_tables(
        section(
            folder(tmp_path, "1,10,2021-05-11,4250,72.0", "2,20,2021-05-12,8,1", header=header, users=users), "kion"
        )
    )
    assert tables.interactions["weight"].to_list() == [72.0, 1.0]
    assert tables.users is not None
    assert tables.users["sex"].to_list() == ["m", "f"]
    assert tables.users["age"].to_list() == ["age_25_34", None]


@pytest.mark.parametrize(("rows", "called"), [((GOOD[1], GOOD[2]), "one user"), ((GOOD[0], GOOD[1]), "one item")])
def test_one_user_or_one_item_teaches_nothing(tmp_path: Path, rows: tuple[str, ...], called: str) -> None:
    """A table with no difference in it is refused, and why is said."""
    with pytest.raises(DataError, match=f"nothing to learn from, {called}"):
        read_tables(section(folder(tmp_path, *rows)))


def test_segments_must_be_columns_of_the_users(tmp_path: Path) -> None:
    """A segment that is no feature is refused, and so are segments without users."""
    path = folder(tmp_path, *GOOD)
    with pytest.raises(DataError, match=r"holds no users\.csv"):
        read_tables(section(path, segments=("age",)))
    folder(tmp_path, *GOOD, header=HEADER, users="user_id,city\n1,Riga\n")
    with pytest.raises(DataError, match=r"users\.csv, line 1: no column age"):
        read_tables(section(path, segments=("age",)))


def test_ignored_columns_are_not_read(tmp_path: Path) -> None:
    """A time, a weight and a feature that the recipe ignores are as if the files had none."""
    path = folder(tmp_path, *GOOD, users="user_id,age,zip\n1,20,x\n2,30,y\n")
    tables = read_tables(section(path, ignore=("timestamp", "weight", "zip")))
    assert tables.interactions.rows() == [(1, 10, 1.0), (2, 10, 1.0), (2, 20, 1.0)]
    assert tables.users is not None
    assert tables.users.columns == ["user_id", "age"]


def test_a_separator_is_that_of_all_tables(tmp_path: Path) -> None:
    """Semicolons part the values of interactions and users alike, and a wrong row is still named by its line."""
    rows = [row.replace(",", ";") for row in GOOD]
    path = folder(tmp_path, *rows, header=HEADER.replace(",", ";"), users='user_id;note\n1;"a;b"\n2;c\n')
    tables = read_tables(section(path, separator=";"))
    assert len(tables.interactions) == 3
    assert tables.users is not None
    assert tables.users["note"].to_list() == ["a;b", "c"]
    folder(tmp_path, *rows, "1;2", header=HEADER.replace(",", ";"))
    with pytest.raises(DataError, match=r"interactions\.csv, line 5: 2 values for 4 columns"):
        read_tables(section(path, separator=";"))


def test_a_time_format_is_kept_to_row_by_row(tmp_path: Path) -> None:
    """Times are read as the recipe says, and a row with another is bad and named."""
    rows = ("1,10,1.0,20/10/2020", "2,10,2.0,21/10/2020", "1,20,1.5,21/10/2020", "2,20,1.5,10/22/2020")
    data = section(folder(tmp_path, *rows), time_format="%d/%m/%Y")
    with pytest.raises(DataError, match=r"line 5, column timestamp: timestamp is not written %d/%m/%Y: '10/22/2020'"):
        read_tables(data)
    assert read_tables(data, "set-aside").interactions["timestamp"].to_list() == [1603152000, 1603238400, 1603238400]


def test_the_first_row_may_be_long(tmp_path: Path) -> None:
    """A description of a megabyte right below the header is a value like others."""
    path = folder(tmp_path, *GOOD, items=f"item_id,text\n10,{'x' * 1_000_000}\n20,y\n")
    tables = read_tables(section(path))
    assert tables.items is not None
    assert tables.items["text"].str.len_bytes().to_list() == [1_000_000, 1]
