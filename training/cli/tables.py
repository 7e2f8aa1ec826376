"""Writes a long table chunk by chunk; killed at any time, it leaves what was there before."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from training.data.whole import scraps_beside
from warmstart.errors import SettingsError

if TYPE_CHECKING:
    import polars as pl

    Write = Callable[["IO[bytes]", Iterable[pl.DataFrame]], None]


def check_table(path: Path) -> None:
    """Raise SettingsError where a table cannot be written, before anything is computed for it."""
    if path.suffix not in WRITERS:
        raise SettingsError(f"{path} ends with none of {', '.join(WRITERS)}")
    with _beside(path):
        pass


def write_table(path: Path, chunks: "Iterable[pl.DataFrame]") -> None:
    """Write chunks of one table beside its place, and put it there once it is whole; raise SettingsError if refused."""
    with _beside(path) as part:
        with part.open("wb") as file:
            WRITERS[path.suffix](file, chunks)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """Give a place for a file in the same folder; what lies there at the end goes."""
    try:
        if path.is_dir():
            raise IsADirectoryError(None, "it is a folder")
        with scraps_beside(path) as scraps:
            yield scraps / "whole"
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}") from error


def _parquet(file: IO[bytes], chunks: "Iterable[pl.DataFrame]") -> None:
    from pyarrow import parquet

    with ExitStack() as stack:
        writer = None
        for table in (chunk.to_arrow() for chunk in chunks):
            writer = writer or stack.enter_context(parquet.ParquetWriter(file, table.schema, compression="zstd"))
            writer.write_table(table)


def _csv(file: IO[bytes], chunks: "Iterable[pl.DataFrame]") -> None:
    for place, chunk in enumerate(chunks):
        chunk.write_csv(file, include_header=place == 0)


def _jsonl(file: IO[bytes], chunks: "Iterable[pl.DataFrame]") -> None:
    for chunk in chunks:
        chunk.write_ndjson(file)


WRITERS: "dict[str, Write]" = {".parquet": _parquet, ".csv": _csv, ".jsonl": _jsonl}
