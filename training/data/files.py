"""One table file as it stands: CSV as text, Parquet in its own types, every row in its place."""

import codecs
import hashlib
import io
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

import polars as pl
import pyarrow as pa
from pyarrow import csv as arrow_csv

from training.data import lines
from training.data.layouts import TableFile
from warmstart.errors import DataError

_BLOCK = 1 << 24  # bytes read at a time: no row may be longer
_MAGIC = {  # first bytes that no table of text has
    b"\x1f\x8b": "gzip: unpack it",
    b"PK\x03\x04": "a zip archive or a spreadsheet: unpack it, or save it as CSV",
    b"PAR1": "Parquet: name it .parquet",
    b"\xff\xfe": "UTF-16: save it as UTF-8",
    b"\xfe\xff": "UTF-16: save it as UTF-8",
}


@dataclass(frozen=True)
class RawTable:
    """The rows of one file, under the file's own column names."""

    path: Path
    spec: TableFile
    frame: pl.DataFrame
    ragged: tuple[tuple[int, str], ...] = field(default=())  # lines left out of the frame, and why

    @property
    def unit(self) -> str:
        """What the file counts: lines, or rows where it has none."""
        return "row" if _is_parquet(self.path) else "line"

    def lines(self, rows: AbstractSet[int]) -> dict[int, int]:
        """Tell where rows of the frame stand in the file, counted from 1."""
        if _is_parquet(self.path):
            return {row: row + 1 for row in rows}
        return lines.lines_of(self.path, self.spec, rows)


def column_names(path: Path, spec: TableFile) -> list[str]:
    """Read the names of a file's columns, and nothing else."""
    refuse_what_is_no_table(path)
    if _is_parquet(path):
        return list(_parquet(path).collect_schema())
    return list(spec.header) or _header(path, spec)


def read_raw(path: Path, spec: TableFile, columns: Sequence[str]) -> RawTable:
    """Read some columns of a file; a file that is not what its name says is a DataError."""
    refuse_what_is_no_table(path)
    if _is_parquet(path):
        return RawTable(path, spec, _collected(path, columns))
    frame, bad = _read_csv(path, spec, columns)
    return RawTable(path, spec, frame, tuple(lines.ragged(path, spec)) if bad else ())


def fingerprint(paths: Sequence[Path]) -> str:
    """Hash the bytes of files, one after the other, with SHA-256."""
    digest = hashlib.sha256()
    for block in chain.from_iterable(map(_blocks, paths)):
        digest.update(block)
    return digest.hexdigest()


def _is_parquet(path: Path) -> bool:
    return path.suffix == ".parquet"


def refuse_what_is_no_table(path: Path) -> None:
    """Raise DataError for a path that is no file, an empty one, or one whose first bytes are another format's."""
    if path.is_dir():
        raise DataError(f"{path} is a directory, not a table")
    if not path.is_file():
        raise DataError(f"{path}: no such file")
    if not path.stat().st_size:
        raise DataError(f"{path.name} is empty")
    if not _is_parquet(path):
        _refuse_other_formats(path)


def _refuse_other_formats(path: Path) -> None:
    start = next(_blocks(path))
    found = next((what for magic, what in _MAGIC.items() if start.startswith(magic)), None)
    if found is not None:
        raise DataError(f"{path.name} looks like {found}")


def _parquet(path: Path) -> pl.LazyFrame:
    try:
        frame = pl.scan_parquet(path, glob=False)
        frame.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DataError(f"{path.name} is not a Parquet file") from error
    return frame


def _collected(path: Path, columns: Sequence[str]) -> pl.DataFrame:
    frame = _parquet(path)
    try:
        return frame.select(columns).collect()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DataError(f"{path.name} is damaged: its columns cannot be read") from error


def _header(path: Path, spec: TableFile) -> list[str]:
    _, names = next(lines.records(path, spec), (1, []))
    if any("\ufffd" in name for name in names):
        _screen(path, spec)
    names = [name.removeprefix("\ufeff").strip() for name in names]
    twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if twice is not None:
        raise DataError(f"{path.name}, line 1: column {twice} stands there twice")
    return names


def _read_csv(path: Path, spec: TableFile, columns: Sequence[str]) -> tuple[pl.DataFrame, int]:
    """Read with Arrow, which is strict about the number of values; return the count of ragged lines too."""
    _screen(path, spec)
    ragged = list[arrow_csv.InvalidRow]()
    source, separator = _source(path, spec)
    names = column_names(path, spec)
    if not _has_rows(path, spec):
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String)), 0
    try:
        table = arrow_csv.read_csv(
            source,
            _reading(path, spec, names),
            _parsing(spec, separator, ragged),
            arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), include_columns=list(columns)),
        )
    except pa.ArrowInvalid as error:
        raise DataError(f"{path.name} cannot be read as CSV: a row of over {_BLOCK >> 20} MiB") from error
    return pl.DataFrame(table), len(ragged)


def _screen(path: Path, spec: TableFile) -> None:
    """Refuse what Arrow would not name the line of: another encoding, and a quote that never closes."""
    decoder = codecs.getincrementaldecoder(spec.encoding)()
    quotes = 0
    try:
        for block in _blocks(path):
            decoder.decode(block)
            quotes += block.count(b'"')
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        line = lines.undecodable(path, spec)
        raise DataError(f"{path.name}, line {line}: not {spec.encoding} text: save it as UTF-8") from error
    if spec.quoted and quotes % 2:
        lines.refuse_open_quote(path, spec)


def _reading(path: Path, spec: TableFile, names: Sequence[str]) -> arrow_csv.ReadOptions:
    skipped = 0 if spec.header else _header_lines(path, spec)
    return arrow_csv.ReadOptions(column_names=names, skip_rows=skipped, encoding=spec.encoding, block_size=_BLOCK)


def _parsing(spec: TableFile, separator: str, ragged: list[arrow_csv.InvalidRow]) -> arrow_csv.ParseOptions:
    """Have rows of the wrong width skipped, and collected."""

    def set_aside(row: arrow_csv.InvalidRow) -> str:
        ragged.append(row)
        return "skip"

    return arrow_csv.ParseOptions(
        delimiter=separator,
        quote_char='"' if spec.quoted else False,
        newlines_in_values=spec.quoted,
        invalid_row_handler=set_aside,
    )


def _source(path: Path, spec: TableFile) -> tuple[Path | io.BytesIO, str]:
    """Give Arrow a separator of one byte: files with `::` are rewritten in memory."""
    if len(spec.separator) == 1:
        return path, spec.separator
    return io.BytesIO(path.read_bytes().replace(spec.separator.encode(), b"\x1f")), "\x1f"


def _has_rows(path: Path, spec: TableFile) -> bool:
    """Tell whether a row follows the header: where none does, Arrow fails, and may abort the process at its end."""
    wanted = 1 if spec.header else 2
    return len(list(islice(lines.records(path, spec), wanted))) == wanted


def _header_lines(path: Path, spec: TableFile) -> int:
    """Count the lines up to the first row: one, unless a name holds a line break."""
    walk = lines.records(path, spec)
    next(walk, None)
    return next(walk, (2, []))[0] - 1


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            yield block
