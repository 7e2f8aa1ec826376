"""Columns cast to what they mean, a whole column at a time, with a mask for each thing that is wrong."""

from collections.abc import Mapping
from typing import NamedTuple

import polars as pl

FIRST_SECOND = 86_400  # 1970-01-02
LAST_SECOND = 4_102_444_800  # 2100-01-01
LONGEST_ID = 256  # bytes
UNPRINTABLE = r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]"  # what the API refuses in ids, in Rust's notation

_FIRST_DAY, _LAST_DAY = 19_700_102, 21_000_101  # as seconds these lie in 1970, where nobody has data
_MISSING = ("", "nan", "null", "none", "<na>")
_FRACTION = r"\.0+$"
_INTEGER = r"^(0|-?[1-9][0-9]*)(\.0+)?$"  # 007 is text; 7.0 is what pandas makes of 7 beside a gap
_MOMENTS = ("%Y-%m-%d", "%Y%m%d", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M")
_ZONED = ("%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M%#z")


class Cast(NamedTuple):
    """A column's values, and what is wrong with which of them."""

    values: pl.Series
    wrong: Mapping[str, pl.Series]  # what -> mask


def cast_ids(column: pl.Series, like: pl.DataType | None = None) -> Cast:
    """Cast ids to Int64 where every one is an integer, to String otherwise, or to the type they must be like."""
    if column.dtype.is_float():
        return cast_ids(_text_of_floats(column), like or pl.Int64())
    if column.dtype.is_integer() and like != pl.String:
        return _integers(column.is_null(), column.cast(pl.Int64, strict=False))
    text = _text(column, "ids")
    missing = text.is_null() | text.str.to_lowercase().is_in(_MISSING)
    whole = text.str.contains(_INTEGER).fill_null(value=False)
    if like == pl.Int64 or (like is None and (whole | missing).all() and whole.any()):
        numbers = text.str.replace(_FRACTION, "").cast(pl.Int64, strict=False)
        return _integers(missing, numbers, {"id is not an integer like the others": ~whole & ~missing})
    control = text.str.contains(UNPRINTABLE)
    wrong = {"empty id": missing, "id with a control character": control}
    return Cast(text, wrong | {f"id of over {LONGEST_ID} bytes": text.str.len_bytes() > LONGEST_ID})


def cast_weights(column: pl.Series) -> Cast:
    """Cast to finite Float32; nothing is said here about zero and below."""
    if column.dtype.is_numeric() or column.dtype == pl.Boolean:
        empty = column.is_null()
    else:
        column = _text(column, "weights")
        empty = (column == "") | column.is_null()
    values = column.cast(pl.Float32, strict=False)
    finite = values.is_finite().fill_null(value=False)
    return Cast(values, {"empty weight": empty, "weight is not a finite number": ~finite & ~empty})


def cast_moments(column: pl.Series) -> Cast:
    """Cast to UTC epoch seconds: from seconds, milliseconds (all or none), ISO text, dates and datetimes."""
    seconds = _seconds(column)
    wrong = {
        "timestamp is not a time": seconds.is_null(),
        "timestamp before 1970-01-02 or after 2100-01-01": ~seconds.is_between(FIRST_SECOND, LAST_SECOND),
    }
    return Cast(seconds, wrong)


def cast_feature(column: pl.Series) -> pl.Series:
    """Cast to Int64 where every value is an integer, to String otherwise; empty text is no value."""
    if column.dtype == pl.Boolean:
        return column.cast(pl.Int64)
    text = cast_text(column)
    if text.str.contains(_INTEGER).all() and text.count():
        numbers = text.str.replace(_FRACTION, "").cast(pl.Int64, strict=False)
        return text if numbers.null_count() > text.null_count() else numbers
    return text


def cast_text(column: pl.Series) -> pl.Series:
    """Cast to String; empty text is no value."""
    text = _text(_text_of_floats(column) if column.dtype.is_float() else column, "text or numbers")
    return text.replace({"": None})


def cast_genres(column: pl.Series) -> pl.Series:
    """Split text at bars, or at commas where the column has no bar, into lists of names."""
    if isinstance(column.dtype, pl.List):
        return column.cast(pl.List(pl.String)).fill_null(pl.lit([], dtype=pl.List(pl.String)))
    text = _text(column, "genres").fill_null("")
    parts = text.str.split("|" if text.str.contains("|", literal=True).any() else ",")
    return parts.list.eval(pl.element().str.strip_chars().replace({"": None}).drop_nulls())


def _integers(missing: pl.Series, values: pl.Series, wrong: Mapping[str, pl.Series] | None = None) -> Cast:
    other = dict(wrong or {})
    explained = missing
    for mask in other.values():
        explained = explained | mask
    too_large = values.is_null() & ~explained
    return Cast(values, {"empty id": missing, **other, "id over 2^63-1": too_large, "negative id": values < 0})


def _text(column: pl.Series, what: str) -> pl.Series:
    never = column.dtype.is_nested() or column.dtype in (pl.Binary, pl.Object, pl.Duration)
    if never or (what in ("ids", "weights", "times") and (column.dtype.is_temporal() or column.dtype == pl.Boolean)):
        raise TypeError(f"holds {column.dtype}, not {what}")
    return column.cast(pl.String).str.strip_chars()


def _text_of_floats(column: pl.Series) -> pl.Series:
    """Write floats as text, whole numbers without a fraction: 7.0 -> "7", NaN -> nothing."""
    whole = (column == column.floor()) & (column.abs() < 2**53)
    integers = column.set(~whole.fill_null(value=False), None).cast(pl.Int64)
    return integers.cast(pl.String).zip_with(integers.is_not_null(), column.fill_nan(None).cast(pl.String))


def _seconds(column: pl.Series) -> pl.Series:
    if column.dtype in (pl.Date, pl.Datetime):
        return column.dt.epoch("s").cast(pl.Int64)
    if column.dtype.is_numeric():
        return _scaled(column)
    text = _text(column, "times")
    numbers = text.cast(pl.Float64, strict=False)
    return _scaled(numbers) if numbers.count() * 2 > (text != "").sum() else _parsed(text)


def _scaled(numbers: pl.Series) -> pl.Series:
    """Tell by the middle of a column what its numbers are: seconds, milliseconds, or days written 20210501."""
    whole = numbers.cast(pl.Int64, strict=False)
    middle = whole.median()
    if not isinstance(middle, float) or middle < _FIRST_DAY or _LAST_DAY < middle <= LAST_SECOND:
        return whole
    return _parsed(whole.cast(pl.String)) if middle <= _LAST_DAY else whole // 1000


def _parsed(text: pl.Series) -> pl.Series:
    """Parse ISO dates and datetimes, each distinct text once."""
    known = text.unique()
    plain = known.str.replace("T", " ", literal=True).str.replace(r"[Zz]$", "")
    found = pl.Series(known.name, [None] * len(known), dtype=pl.Int64)
    for form in _MOMENTS:
        moments = plain.str.to_datetime(form, strict=False, time_unit="us", ambiguous="null")
        found = found.zip_with(found.is_not_null(), moments.dt.epoch("s"))
    for form in _ZONED:
        zoned = plain.str.to_datetime(form, strict=False, time_unit="us", time_zone="UTC")
        found = found.zip_with(found.is_not_null(), zoned.dt.epoch("s"))
    return text.replace_strict(known, found, return_dtype=pl.Int64)
