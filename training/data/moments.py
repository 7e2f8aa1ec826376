"""Columns of times cast to UTC epoch seconds: numbers, ISO 8601, or text in a format of strptime."""

from collections.abc import Callable

import polars as pl

from training.data.casts import Cast, text_of

FIRST_SECOND = 86_400  # 1970-01-02
LAST_SECOND = 4_102_444_800  # 2100-01-01
FIRST_DAY, LAST_DAY = 19_700_102, 21_000_101  # as seconds these lie in 1970, where nobody has data
FIRST_IN_MILLISECONDS = 631_152_000_000  # 1990-01-01: less is out of range in seconds, and no likelier in milliseconds
_MOMENTS = ("%Y-%m-%d", "%Y%m%d", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M")
_ZONED = ("%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M%#z")


def cast_moments(column: pl.Series, form: str | None = None) -> Cast:
    """Cast from seconds, milliseconds (all or none), ISO text, dates and datetimes, or from text in one format."""
    seconds = _seconds(column) if form is None else _written(column, form)
    what = "timestamp is not a time" if form is None else f"timestamp is not written {form}"
    wrong = {
        what: seconds.is_null(),
        "timestamp out of range, before 1970-01-02 or after 2100-01-01": ~in_range(seconds),
    }
    return Cast(seconds, wrong)


def in_range(seconds: pl.Series) -> pl.Series:
    """Mark the times that somebody may have data of."""
    return seconds.is_between(FIRST_SECOND, LAST_SECOND)


def parsed(text: pl.Series, form: str) -> pl.Series:
    """Parse text in a format of strptime; what is not written so is null."""
    chrono = form.replace(".%f", "%.f").replace("%z", "%#z")
    zone = "UTC" if "%z" in form else None
    return text.str.to_datetime(chrono, strict=False, time_unit="us", time_zone=zone, ambiguous="null").dt.epoch("s")


def _seconds(column: pl.Series) -> pl.Series:
    if column.dtype in (pl.Date, pl.Datetime):
        return column.dt.epoch("s").cast(pl.Int64)
    if column.dtype.is_numeric():
        return _scaled(column)
    text = text_of(column, "times")
    numbers = text.cast(pl.Float64, strict=False)
    return _scaled(numbers) if numbers.count() * 2 > (text != "").sum() else _distinct(text, _iso)


def _written(column: pl.Series, form: str) -> pl.Series:
    if column.dtype.is_temporal():
        raise TypeError(f"holds {column.dtype}, which needs no time_format")
    return _distinct(text_of(column, "times"), lambda text: parsed(text, form))


def _scaled(numbers: pl.Series) -> pl.Series:
    """Tell by the middle of a column what its numbers are: seconds, milliseconds, or days written 20210501."""
    whole = numbers.cast(pl.Int64, strict=False)
    middle = whole.median()
    if not isinstance(middle, float) or middle < FIRST_DAY or LAST_DAY < middle < FIRST_IN_MILLISECONDS:
        return whole
    return _distinct(whole.cast(pl.String), _iso) if middle <= LAST_DAY else whole // 1000


def _distinct(text: pl.Series, parse: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Parse each distinct text once."""
    known = text.unique()
    return text.replace_strict(known, parse(known), return_dtype=pl.Int64)


def _iso(text: pl.Series) -> pl.Series:
    """Parse ISO dates and datetimes."""
    plain = text.str.replace("T", " ", literal=True).str.replace(r"[Zz]$", "")
    found = pl.Series(text.name, [None] * len(text), dtype=pl.Int64)
    for form in _MOMENTS:
        moments = plain.str.to_datetime(form, strict=False, time_unit="us", ambiguous="null")
        found = found.zip_with(found.is_not_null(), moments.dt.epoch("s"))
    for form in _ZONED:
        zoned = plain.str.to_datetime(form, strict=False, time_unit="us", time_zone="UTC")
        found = found.zip_with(found.is_not_null(), zoned.dt.epoch("s"))
    return found
