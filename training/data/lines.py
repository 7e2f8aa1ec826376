"""The slow walk through a CSV file that finds the line of a row: only taken when something is wrong."""

import csv
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from itertools import islice
from pathlib import Path

from training.data.layouts import TableFile
from warmstart.errors import DataError

csv.field_size_limit(1 << 24)  # characters: as long as a row may be; Python's own limit is 128 KiB


def records(path: Path, spec: TableFile) -> Iterator[tuple[int, list[str]]]:
    """Yield every record that is not blank, the header included, with the line it starts on."""
    with path.open(encoding=spec.encoding, errors="replace", newline="") as file:
        walk = _quoted(file, spec) if spec.quoted else _split(file, spec)
        yield from ((line, values) for line, values in walk if values)


def lines_of(path: Path, spec: TableFile, rows: AbstractSet[int]) -> dict[int, int]:
    """Find the line of each row, rows being those of the right width, counted from 0."""
    good = (line for line, width, expected in _widths(path, spec) if width == expected)
    up_to = enumerate(islice(good, max(rows, default=-1) + 1))
    return {row: line for row, line in up_to if row in rows}


def ragged(path: Path, spec: TableFile) -> list[tuple[int, str]]:
    """List the lines that hold more or fewer values than the header names, each with what is wrong."""
    return [(line, f"{width} values for {n} columns") for line, width, n in _widths(path, spec) if width != n]


def refuse_open_quote(path: Path, spec: TableFile) -> None:
    """Raise DataError where a quote opens and the file ends before it closes."""
    start = 1
    try:
        with path.open(encoding=spec.encoding, errors="replace", newline="") as file:
            reader = csv.reader(file, delimiter=spec.separator, strict=True)
            for _ in reader:
                start = reader.line_num + 1
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise DataError(f"{path.name}, line {start}: a quote opens and never closes") from error


def undecodable(path: Path, spec: TableFile) -> int:
    """Find the first line that is not in the file's encoding; 0 where there is none."""
    with path.open("rb") as file:
        for line, content in enumerate(file, start=1):
            try:
                content.decode(spec.encoding)
            except UnicodeDecodeError:
                return line
    return 0


def _widths(path: Path, spec: TableFile) -> Iterator[tuple[int, int, int]]:
    """Yield line, number of values and number of columns of every row."""
    walk = records(path, spec)
    expected = len(spec.header) or len(next(walk, (1, []))[1])
    yield from ((line, len(values), expected) for line, values in walk)


def _quoted(file: Iterator[str], spec: TableFile) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(file, delimiter=spec.separator)
    start = 1
    for values in reader:
        yield start, values
        start = reader.line_num + 1


def _split(file: Iterator[str], spec: TableFile) -> Iterator[tuple[int, list[str]]]:
    for line, content in enumerate(file, start=1):
        text = content.rstrip("\r\n")
        yield line, text.split(spec.separator) if text else []
