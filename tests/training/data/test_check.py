"""A report on a data set says what is in it and what is wrong, and refuses nothing."""

from pathlib import Path

import polars as pl
import pytest

from tests.training.data.folders import GOOD, folder, section
from training.data.check import check


def test_a_good_set_is_counted(tmp_path: Path) -> None:
    """Rows, users, items and the time range are those of the tables."""
    report = check(section(folder(tmp_path, *GOOD, users="user_id,age\n1,20\n2,30\n")))
    assert (report.rows, report.users, report.items) == ({"interactions.csv": 3, "users.csv": 2}, 2, 2)
    assert (report.first, report.last) == ("2021-05-01", "2021-05-03")
    assert (report.good, report.remarks, report.findings) == (True, [], [])


def test_repeats_and_strangers_are_remarks(tmp_path: Path) -> None:
    """Repeated rows and users without features are worth knowing and no error."""
    report = check(section(folder(tmp_path, *GOOD, GOOD[0], users="user_id,age\n1,20\n")))
    assert report.good
    assert report.remarks == [
        "1 rows repeat an earlier user_id, item_id, timestamp: their weights will be merged",
        "1 users of the interactions are not in users.csv",
    ]


def test_repeats_are_told_from_rows_of_one_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal hashes only say which rows to compare."""
    monkeypatch.setattr(pl.DataFrame, "hash_rows", lambda frame: pl.Series([7] * len(frame), dtype=pl.UInt64))
    report = check(section(folder(tmp_path, *GOOD, GOOD[0], GOOD[0])))
    assert [remark.partition(" repeat ")[0] for remark in report.remarks] == ["2 rows"]


def test_every_kind_of_bad_row_is_listed_with_its_first_place(tmp_path: Path) -> None:
    """Findings come in the order of the file, each with its count."""
    report = check(section(folder(tmp_path, *GOOD, "1,10,x,2021-05-01", ",10,1,2021-05-01", "1,2", ",1,1,2021-05-01")))
    assert [(str(finding), finding.count) for finding in report.findings] == [
        ("interactions.csv, line 5, column weight: weight is not a finite number: 'x'", 1),
        ("interactions.csv, line 6, column user_id: empty id", 2),
        ("interactions.csv, line 7: 2 values for 4 columns", 1),
    ]
    assert (report.bad_rows, report.rows, report.good) == (4, {"interactions.csv": 7}, False)


def test_a_set_without_differences_is_unusable(tmp_path: Path) -> None:
    """One user alone is reported, not raised."""
    report = check(section(folder(tmp_path, GOOD[1], GOOD[2])))
    assert report.unusable == "interactions.csv: nothing to learn from, one user in all good rows"
    assert not report.good


def test_nothing_but_bad_rows_is_unusable(tmp_path: Path) -> None:
    """Where every row is bad there are no counts and no times, and still a report."""
    report = check(section(folder(tmp_path, ",10,1,2021-05-01")))
    assert (report.users, report.first, report.bad_rows) == (0, None, 1)
    assert report.unusable is not None
