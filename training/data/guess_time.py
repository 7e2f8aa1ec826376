"""Which column of a table holds times, and how they are written: settled, or an error that names the options."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from training.data.casts import text_of
from training.data.moments import cast_moments, in_range, parsed
from training.data.time_format import KNOWN
from warmstart.errors import DataError

_DAY = r"^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}"  # how a value must begin, to be a time under any name
_UNDERSTOOD = "epoch seconds and milliseconds, ISO 8601, and days like 31/12/2020, 12/31/2020 and 31.12.2020"


@dataclass(frozen=True)
class Times:
    """A column of times."""

    column: str
    form: str | None  # of strptime; None for numbers and ISO 8601
    reason: str  # why this column


def guess_time(named: Sequence[tuple[str, str]], frame: pl.DataFrame, form: str | None) -> Times | None:
    """Take the first column that can be read in one way only, of those that may hold times, each with why it may.

    Raises:
        DataError: there are such columns, and none that can be read in one way only.
    """
    ways = {column: _ways(frame[column], form) for column, _ in named}
    for column, reason in named:
        if len(ways[column]) == 1:
            return Times(column, ways[column][0], reason)
    if named:
        column = max(ways, key=lambda name: len(ways[name]))  # rather one of two readings than of none
        raise _unsettled(column, frame[column], ways[column], form)
    return None


def columns_of_days(free: Sequence[str], frame: pl.DataFrame) -> list[str]:
    """Find the columns whose contents are days, whatever their name is."""
    return [column for column in free if _of_days(frame[column])]


def _ways(column: pl.Series, form: str | None) -> list[str | None]:
    """List the formats that a column can be read in, None being numbers and ISO 8601."""
    try:
        if form is not None or _half_good(column, None):
            return [form] if _half_good(column, form) else []
        known = text_of(column, "times").unique()
    except TypeError:
        return []
    known = known.filter(known != "")
    return [way for way in KNOWN if len(known) and in_range(parsed(known, way)).fill_null(value=False).all()]


def _half_good(column: pl.Series, form: str | None) -> bool:
    """Tell whether at least half of a column can be read; the others are bad rows, which reading names."""
    wrong = cast_moments(column, form).wrong
    return sum(int(mask.sum()) for mask in wrong.values()) * 2 <= len(column)


def _of_days(column: pl.Series) -> bool:
    if column.dtype in (pl.Date, pl.Datetime):
        return True
    if column.dtype != pl.String:
        return False
    text = column.str.strip_chars()
    text = text.filter(text != "")
    return bool(len(text) and text.str.contains(_DAY).all() and _ways(column, None))


def _unsettled(column: str, values: pl.Series, ways: Sequence[str | None], form: str | None) -> DataError:
    example, out_of_range = _example(values, form)
    start, without = f"column {column}: {example!r:.60}", "or --no-timestamp to leave times out"
    if example is None:
        return DataError(f"column {column} is empty: say --time-column, {without}")
    if len(ways) > 1:
        say = " or ".join(f'"{way}"' for way in ways)
        return DataError(f"{start} can be read in two ways: say --time-format {say}, {without}")
    if out_of_range:
        return DataError(
            f"{start} is out of range, before 1970-01-02 or after 2100-01-01: say --time-column, {without}"
        )
    if form is not None:
        return DataError(f'{start} is not written "{form}": say another --time-format, {without}')
    return DataError(
        f"{start} is not understood as a time (understood are {_UNDERSTOOD}): "
        f'say --time-format, as "%d %b %Y" for 31 Dec 2020, --time-column for another column, {without}'
    )


def _example(values: pl.Series, form: str | None) -> tuple[object, bool]:
    """Give the first value that cannot be used, and whether it is a time all the same."""
    try:
        seconds = cast_moments(values, form).values
    except TypeError:
        return next(iter(values.head(1).to_list()), None), False
    good = in_range(seconds).fill_null(value=False)
    blank = values.is_null() | (values.cast(pl.String).str.strip_chars() == "")
    bad = (~good & ~blank).arg_true()
    return (values[bad[0]], seconds[bad[0]] is not None) if len(bad) else (None, False)
