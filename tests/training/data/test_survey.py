"""The fold and the alpha of a first recipe follow from the rows."""

from pathlib import Path

import polars as pl
import pytest

from tests.training.data.folders import section
from training.algorithms.als import ALS
from training.data.survey import ALPHA, survey
from warmstart.errors import DataError

DAY = 86_400


def write(path: Path, days: int, users: int, returning: int) -> Path:
    """Write users of the first day, of whom some come again on the last."""
    who = [*range(users), *range(returning)]
    times = [10**9 + days * DAY * (n >= users) for n in range(len(who))]
    frame = pl.DataFrame({"user_id": who, "item_id": [n % 7 for n in range(len(who))], "timestamp": times})
    frame.write_parquet(path / "interactions.parquet")
    return path


@pytest.mark.parametrize(
    ("days", "users", "returning", "kind", "because"),
    [
        (27, 20, 20, "leave_last_out", "the table spans 27 days; a fold by time wants 28"),
        (28, 20, 2, "time", "2 users of the last 7 days occur before them too"),
        (28, 21, 2, "leave_last_out", "2 users of the last 7 days occur before them too; a fold by time wants 3"),
        (28, 5000, 100, "time", "100 users of the last 7 days occur before them too"),
        (28, 5000, 99, "leave_last_out", "99 users of the last 7 days occur before them too; a fold by time wants 100"),
    ],
)
def test_a_fold_by_time_wants_time_and_users(
    tmp_path: Path, days: int, users: int, returning: int, kind: str, because: str
) -> None:
    """It takes four weeks, and a hundred users of the last one to measure on, or a tenth of all."""
    found = survey(section(write(tmp_path, days, users, returning)))
    assert (found.fold.kind, found.because, found.timed) == (kind, because, True)


def test_movielens_1m_is_measured_on_the_last_films(movielens_1m: Path) -> None:
    """Of 6,040 users 33 come again in the last week: too few to compare models by."""
    found = survey(section(movielens_1m, "movielens-1m"))
    assert (found.fold.kind, found.alpha) == ("leave_last_out", 10.0)


@pytest.mark.parametrize(
    ("weights", "alpha"), [([1.0, 1.0], None), ([2.0, 3.0, 10.0], 13.0), ([0.1, 0.1], 400.0), ([72.0, 72.0], 0.56)]
)
def test_a_median_weight_counts_as_one_would(tmp_path: Path, weights: list[float], alpha: float | None) -> None:
    """The alpha is the default over the median weight, to two digits, and is not said where that changes nothing."""
    rows = range(len(weights))
    frame = pl.DataFrame({"user_id": [*rows], "item_id": [*rows], "weight": weights})
    frame.write_parquet(tmp_path / "interactions.parquet")
    found = survey(section(tmp_path))
    assert (found.alpha, found.timed, found.because) == (alpha, False, "there are no times")


def test_the_default_alpha_is_that_of_als() -> None:
    """One number, in two places, as als takes seconds to import."""
    assert ALS.alpha == ALPHA


def test_a_folder_must_be_there(tmp_path: Path) -> None:
    """What is not there cannot be surveyed."""
    with pytest.raises(DataError, match="no such directory"):
        survey(section(tmp_path / "none"))
