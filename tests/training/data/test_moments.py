"""Times are taken for what they can be, and for nothing else."""

from datetime import date

import polars as pl
import pytest

from training.data.moments import cast_moments

SECOND = 1602576306  # 2020-10-13 08:05:06 UTC


@pytest.mark.parametrize(
    ("form", "written", "second"),
    [
        ("%d/%m/%Y", "13/10/2020", SECOND - 8 * 3600 - 306),
        ("%m/%d/%y %I:%M:%S %p", "10/13/20 8:05:06 am", SECOND),
        ("%d %B %Y %H:%M:%S.%f", "13 October 2020 08:05:06.789", SECOND),
        ("%d.%m.%Y %H:%M:%S %z", "13.10.2020 10:05:06 +0200", SECOND),
        ("%d.%m.%Y %H:%M:%S%z", "13.10.2020 10:05:06+02:00", SECOND),
        ("%d%m%Y", "13102020", SECOND - 8 * 3600 - 306),
        ("%d/%m/%Y", "10/13/2020", None),
        ("%d/%m/%Y", "2020-10-13", None),
        ("%d/%m/%Y", "13/10/2020 08:05", None),
    ],
)
def test_a_format_is_that_of_strptime(form: str, written: str, second: int | None) -> None:
    """What is written so becomes epoch seconds, and everything else is wrong in its own words."""
    cast = cast_moments(pl.Series([written]), form)
    assert cast.values.to_list() == [second]
    assert cast.wrong[f"timestamp is not written {form}"].to_list() == [second is None]


def test_numbers_may_have_a_format_and_dates_need_none() -> None:
    """20102020 can be a number in Parquet; a column of dates is refused, for it is not written at all."""
    assert cast_moments(pl.Series([13102020]), "%d%m%Y").values.to_list() == [SECOND - 8 * 3600 - 306]
    with pytest.raises(TypeError, match="holds Date, which needs no time_format"):
        cast_moments(pl.Series([date(2020, 10, 13)]), "%d%m%Y")


@pytest.mark.parametrize(
    ("number", "second"),
    [
        (SECOND, SECOND),
        (SECOND * 1000, SECOND),
        (631_152_000_000, 631_152_000),  # 1990-01-01 in milliseconds
        (631_151_999_999, None),
        (7_900_000_000, None),  # 2220 in seconds, and 1970 in milliseconds
        (SECOND * 1_000_000, None),
    ],
)
def test_milliseconds_are_those_of_1990_and_later(number: int, second: int | None) -> None:
    """A number that is out of range in seconds is milliseconds only where these are likely; otherwise it is bad."""
    cast = cast_moments(pl.Series([number, number]))
    bad = cast.wrong["timestamp out of range, before 1970-01-02 or after 2100-01-01"].to_list()
    assert bad == [second is None] * 2
    assert second is None or cast.values.to_list() == [second] * 2
