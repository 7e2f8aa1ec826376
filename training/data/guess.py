"""Which column of a table is which, guessed from names and contents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from training.columns import ITEM_ID, TIMESTAMP, USER_ID, WEIGHT
from training.data.casts import FIRST_SECOND, LAST_SECOND, cast_moments, cast_weights
from training.data.files import column_names, read_raw
from training.data.layouts import TableFile
from warmstart.errors import DataError

LONG = 28 * 86_400  # seconds that a table must span to be split by time

WORDS: Mapping[str, tuple[str, ...]] = {
    USER_ID: ("user", "customer", "visitor", "client", "buyer", "member", "account", "subscriber", "reader", "person"),
    ITEM_ID: (
        "item", "product", "sku", "movie", "film", "article", "book", "track", "song", "asin", "isbn", "stock_code",
        "content", "video", "show", "place", "business", "offer", "game", "imdb",
    ),
    WEIGHT: ("weight", "watched_pct", "rating", "score", "quantity", "qty", "count", "plays", "stars", "amount"),
    TIMESTAMP: ("timestamp", "datetime", "last_watch_dt", "date", "time", "dt", "at", "ts", "when", "day"),
}  # fmt: skip
_OPTIONS = {USER_ID: "--user-column", ITEM_ID: "--item-column", WEIGHT: "--weight-column", TIMESTAMP: "--time-column"}
_NEEDED = (USER_ID, ITEM_ID)


@dataclass(frozen=True)
class Guess:
    """A table's columns, why they were taken, and how much time it spans."""

    table: Path
    columns: Mapping[str, str]  # canonical -> in the file
    reasons: Mapping[str, str]  # canonical -> why
    span: int | None  # seconds between the first and the last row

    @property
    def fold(self) -> str:
        """The kind of fold: by time where there is enough of it."""
        return "time" if self.span is not None and self.span >= LONG else "leave_last_out"


def guess(table: Path, said: Mapping[str, str]) -> Guess:
    """Guess columns, those that were said excepted; DataError names the option that settles what stays open."""
    spec = TableFile(names=(table.name,))
    there = column_names(table, spec)
    for name, column in said.items():
        if column not in there:
            raise DataError(f"{table.name}, line 1: no column {column} ({_OPTIONS[name]}); there are {_some(there)}")
    frame = read_raw(table, spec, there).frame.head(100_000)
    if frame.is_empty():
        raise DataError(f"{table.name} has no rows")
    columns, reasons = dict(said), {name: f"{_OPTIONS[name]} says so" for name in said}
    for name in (name for name in (TIMESTAMP, WEIGHT, USER_ID, ITEM_ID) if name not in said):
        free = [column for column in there if column not in columns.values()]
        found = _by_name(name, free, frame) or (_by_contents(free, frame) if name in _NEEDED else None)
        if found is not None:
            columns[name], reasons[name] = found
    _require(table, columns, there)
    return Guess(table, columns, reasons, _span(table, spec, columns.get(TIMESTAMP)))


def _by_name(name: str, free: Sequence[str], frame: pl.DataFrame) -> tuple[str, str] | None:
    """Take the column whose name holds the earliest word, if its contents can be what the word says."""
    for word in WORDS[name]:
        for column in sorted((c for c in free if _holds(c, word)), key=len):
            if _fits(name, frame[column]):
                return column, f'its name holds "{word}"'
    return None


def _by_contents(free: Sequence[str], frame: pl.DataFrame) -> tuple[str, str] | None:
    """Take the only column left that repeats like an id."""
    alike = [column for column in free if _looks_like_ids(frame[column])]
    return (alike[0], "no other column holds repeated ids") if len(alike) == 1 else None


def _fits(name: str, column: pl.Series) -> bool:
    """Tell whether at least half of a column can be read as what it would be taken for."""
    try:
        if name == TIMESTAMP:
            wrong = cast_moments(column).wrong
        elif name == WEIGHT:
            wrong = cast_weights(column).wrong
        else:
            return not column.dtype.is_nested() and not column.dtype.is_temporal()
    except TypeError:
        return False
    return sum(int(mask.sum()) for mask in wrong.values()) * 2 <= len(column)


def _looks_like_ids(column: pl.Series) -> bool:
    whole = column.dtype.is_integer() or column.dtype == pl.String
    return whole and 1 < column.n_unique() < len(column)


def _span(table: Path, spec: TableFile, column: str | None) -> int | None:
    """Measure the time between the first and the last row, over the whole table."""
    if column is None:
        return None
    values = cast_moments(read_raw(table, spec, [column]).frame[column]).values
    good = values.filter(values.is_between(FIRST_SECOND, LAST_SECOND))
    first, last = good.min(), good.max()
    return last - first if isinstance(first, int) and isinstance(last, int) else None


def _require(table: Path, columns: Mapping[str, str], there: Sequence[str]) -> None:
    missing = [name for name in _NEEDED if name not in columns]
    if missing:
        options = " and ".join(_OPTIONS[name] for name in missing)
        called = " and ".join(name.removesuffix("_id") for name in missing)
        raise DataError(f"{table.name}: cannot tell which column is the {called} (say {options}): {_some(there)}")


def _holds(column: str, word: str) -> bool:
    """Tell whether a word stands in a column's name, whole or with id behind it."""
    name = _snake(column)
    return f"_{word}_" in f"_{name}_" or name in (f"{word}id", f"{word}s")


def _snake(column: str) -> str:
    """Write stockCode and Stock Code as stock_code."""
    spaced = "".join(f"_{c}" if c.isupper() and i and column[i - 1].islower() else c for i, c in enumerate(column))
    return spaced.lower().replace(" ", "_").replace("-", "_")


def _some(names: Sequence[str]) -> str:
    return ", ".join(names)[:200]
