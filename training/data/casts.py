"""Columns cast to what they mean, a whole column at a time, with a mask for each thing that is wrong."""

from collections.abc import Mapping
from typing import NamedTuple

import polars as pl

LONGEST_ID = 256  # bytes
UNPRINTABLE = r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]"  # what the API refuses in ids, to Rust and to Java
MISSING = ("", "nan", "null", "none", "<na>")
FRACTION = r"\.0+$"
INTEGER = r"^(0|-?[1-9][0-9]*)(\.0+)?$"  # 007 is text; 7.0 is what pandas makes of 7 beside a gap


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
    text = text_of(column, "ids")
    missing = text.is_null() | text.str.to_lowercase().is_in(MISSING)
    whole = text.str.contains(INTEGER).fill_null(value=False)
    if like == pl.Int64 or (like is None and (whole | missing).all() and whole.any()):
        numbers = text.str.replace(FRACTION, "").cast(pl.Int64, strict=False)
        return _integers(missing, numbers, {"id is not an integer like the others": ~whole & ~missing})
    control = text.str.contains(UNPRINTABLE)
    wrong = {"empty id": missing, "id with a control character": control}
    return Cast(text, wrong | {f"id of over {LONGEST_ID} bytes": text.str.len_bytes() > LONGEST_ID})


def cast_weights(column: pl.Series) -> Cast:
    """Cast to finite Float32; nothing is said here about zero and below."""
    if column.dtype.is_numeric() or column.dtype == pl.Boolean:
        empty = column.is_null()
    else:
        column = text_of(column, "weights")
        empty = (column == "") | column.is_null()
    values = column.cast(pl.Float32, strict=False)
    finite = values.is_finite().fill_null(value=False)
    return Cast(values, {"empty weight": empty, "weight is not a finite number": ~finite & ~empty})


def cast_feature(column: pl.Series) -> pl.Series:
    """Cast to Int64 where every value is an integer, to String otherwise; empty text is no value."""
    if column.dtype == pl.Boolean:
        return column.cast(pl.Int64)
    text = cast_text(column)
    if text.str.contains(INTEGER).all() and text.count():
        numbers = text.str.replace(FRACTION, "").cast(pl.Int64, strict=False)
        return text if numbers.null_count() > text.null_count() else numbers
    return text


def cast_text(column: pl.Series) -> pl.Series:
    """Cast to String; empty text is no value."""
    text = text_of(_text_of_floats(column) if column.dtype.is_float() else column, "text or numbers")
    return text.replace({"": None})


def cast_genres(column: pl.Series) -> pl.Series:
    """Split text at bars, or at commas where the column has no bar, into lists of names."""
    if isinstance(column.dtype, pl.List):
        return column.cast(pl.List(pl.String)).fill_null(pl.lit([], dtype=pl.List(pl.String)))
    text = text_of(column, "genres").fill_null("")
    parts = text.str.split("|" if text.str.contains("|", literal=True).any() else ",")
    return parts.list.eval(pl.element().str.strip_chars().replace({"": None}).drop_nulls())


def _integers(missing: pl.Series, values: pl.Series, wrong: Mapping[str, pl.Series] | None = None) -> Cast:
    other = dict(wrong or {})
    explained = missing
    for mask in other.values():
        explained = explained | mask
    too_large = values.is_null() & ~explained
    return Cast(values, {"empty id": missing, **other, "id over 2^63-1": too_large, "negative id": values < 0})


def text_of(column: pl.Series, what: str) -> pl.Series:
    """Cast to stripped text, unless its type can never mean what it is for."""
    never = column.dtype.is_nested() or column.dtype in (pl.Binary, pl.Object, pl.Duration)
    if never or (what in ("ids", "weights", "times") and (column.dtype.is_temporal() or column.dtype == pl.Boolean)):
        raise TypeError(f"holds {column.dtype}, not {what}")
    return column.cast(pl.String).str.strip_chars()


def _text_of_floats(column: pl.Series) -> pl.Series:
    """Write floats as text, whole numbers without a fraction: 7.0 -> "7", NaN -> nothing."""
    whole = (column == column.floor()) & (column.abs() < 2**53)
    integers = column.set(~whole.fill_null(value=False), None).cast(pl.Int64)
    return integers.cast(pl.String).zip_with(integers.is_not_null(), column.fill_nan(None).cast(pl.String))
