"""Which column of a table is which, guessed from names and contents."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from training.columns import ITEM_ID, TIMESTAMP, USER_ID, WEIGHT
from training.data.casts import cast_weights
from training.data.files import column_names, read_raw
from training.data.guess_time import Times, columns_of_days, guess_time
from training.data.layouts import TableFile
from training.data.separators import sniff
from training.data.time_format import wrong_with
from training.recipe import DataSection
from warmstart.errors import DataError

WORDS: Mapping[str, tuple[str, ...]] = {
    USER_ID: ("user", "customer", "visitor", "client", "buyer", "member", "account", "subscriber", "reader", "person"),
    ITEM_ID: (
        "item", "product", "sku", "movie", "film", "article", "book", "track", "song", "asin", "isbn", "stock_code",
        "content", "video", "show", "place", "business", "offer", "game", "imdb",
    ),
    WEIGHT: ("weight", "watched_pct", "rating", "score", "quantity", "qty", "count", "plays", "stars", "amount"),
    TIMESTAMP: ("timestamp", "datetime", "last_watch_dt", "date", "time", "dt", "at", "ts", "when", "day"),
}  # fmt: skip
OPTIONS = {USER_ID: "--user-column", ITEM_ID: "--item-column", WEIGHT: "--weight-column", TIMESTAMP: "--time-column"}
_NEEDED = (USER_ID, ITEM_ID)


@dataclass(frozen=True)
class Guess:
    """The data section of a table, and why its columns were taken."""

    data: DataSection
    reasons: Mapping[str, str]  # canonical, or time_format -> why


@dataclass(frozen=True)
class Said:
    """What is not to be guessed."""

    columns: Mapping[str, str] = field(default_factory=dict)  # canonical -> in the file
    time_format: str | None = None
    times: bool = True  # whether to look for times at all


def guess(table: Path, said: Said | None = None) -> Guess:
    """Guess columns, those that were said excepted; DataError names the option that settles what stays open."""
    said = said or Said()
    spec = TableFile((table.name,), separator=sniff(table))
    there = column_names(table, spec)
    _check(table, said, there)
    frame = read_raw(table, spec, there).frame
    if frame.is_empty():
        raise DataError(f"{table.name} has no rows")
    columns, reasons = dict(said.columns), {name: f"{OPTIONS[name]} says so" for name in said.columns}
    time = _times(table, frame, said) if said.times else None
    if time is not None:
        columns[TIMESTAMP], reasons[TIMESTAMP] = time.column, time.reason
        reasons["time_format"] = "--time-format says so" if said.time_format else "no other fits every row"
    sample = frame.head(100_000)
    for name in (name for name in (WEIGHT, USER_ID, ITEM_ID) if name not in columns):
        free = [column for column in there if column not in columns.values()]
        found = _by_name(name, free, sample) or (_by_contents(free, sample) if name in _NEEDED else None)
        if found is not None:
            columns[name], reasons[name] = found
    _require(table, columns, there)
    data = DataSection(table.parent, None, table.name, None, None, columns, None, ())
    separator = None if spec.separator == "," else spec.separator
    ignore = (TIMESTAMP,) if time is None and TIMESTAMP in there else ()  # it would be read for its name
    form = time.form if time else None
    return Guess(replace(data, separator=separator, time_format=form, ignore=ignore), reasons)


def _check(table: Path, said: Said, there: Sequence[str]) -> None:
    """Refuse what was said of a column that is not there or of one column twice, and a format that is none."""
    taken = dict[str, str]()  # column -> option
    for name, column in said.columns.items():
        if column not in there:
            raise DataError(f"{table.name}, line 1: no column {column} ({OPTIONS[name]}); there are {_some(there)}")
        if column in taken:
            raise DataError(f"column {column} is said twice: {taken[column]} and {OPTIONS[name]}")
        taken[column] = OPTIONS[name]
    wrong = None if said.time_format is None else wrong_with(said.time_format)
    if wrong is not None:
        raise DataError(f"--time-format {wrong}")


def _times(table: Path, frame: pl.DataFrame, said: Said) -> Times | None:
    """Find the times: in the column that was said, in one of such a name, or in the only one of such contents."""
    free = [column for column in frame.columns if column not in said.columns.values()]
    if TIMESTAMP in said.columns:
        named = [(said.columns[TIMESTAMP], f"{OPTIONS[TIMESTAMP]} says so")]
    else:
        named = list(_named(TIMESTAMP, free)) or _of_days(table, frame, free)
    try:
        times = guess_time(named, frame, said.time_format)
    except DataError as error:
        raise DataError(f"{table.name}, {error}") from error
    if times is None and said.time_format is not None:
        raise DataError(f"{table.name}: cannot tell which column holds the times (say {OPTIONS[TIMESTAMP]})")
    return times


def _of_days(table: Path, frame: pl.DataFrame, free: Sequence[str]) -> list[tuple[str, str]]:
    days = columns_of_days(free, frame.head(1000))
    if len(days) > 1:
        option = OPTIONS[TIMESTAMP]
        raise DataError(f"{table.name}: {_some(days)} hold days: say which with {option}, or --no-timestamp")
    return [(column, "no other column holds days") for column in days]


def _named(name: str, free: Sequence[str]) -> Iterator[tuple[str, str]]:
    """List the columns whose name holds a word, that of the earliest word first."""
    for word in WORDS[name]:
        for column in sorted((c for c in free if _holds(c, word)), key=len):
            yield column, f'its name holds "{word}"'


def _by_name(name: str, free: Sequence[str], frame: pl.DataFrame) -> tuple[str, str] | None:
    """Take the column whose name holds the earliest word, if its contents can be what the word says."""
    return next((found for found in _named(name, free) if _fits(name, frame[found[0]])), None)


def _by_contents(free: Sequence[str], frame: pl.DataFrame) -> tuple[str, str] | None:
    """Take the only column left that repeats like an id."""
    alike = [column for column in free if _looks_like_ids(frame[column])]
    return (alike[0], "no other column holds repeated ids") if len(alike) == 1 else None


def _fits(name: str, column: pl.Series) -> bool:
    """Tell whether at least half of a column can be read as what it would be taken for."""
    if name != WEIGHT:
        return not column.dtype.is_nested() and not column.dtype.is_temporal()
    try:
        wrong = cast_weights(column).wrong
    except TypeError:
        return False
    return sum(int(mask.sum()) for mask in wrong.values()) * 2 <= len(column)


def _looks_like_ids(column: pl.Series) -> bool:
    whole = column.dtype.is_integer() or column.dtype == pl.String
    return whole and 1 < column.n_unique() < len(column)


def _require(table: Path, columns: Mapping[str, str], there: Sequence[str]) -> None:
    missing = [name for name in _NEEDED if name not in columns]
    if missing:
        options = " and ".join(OPTIONS[name] for name in missing)
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
