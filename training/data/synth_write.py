"""Tables that are written part by part, so that only one part is in memory."""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import polars as pl
import pyarrow.parquet as pq

Form = Literal["csv", "parquet"]


def write_parts(path: Path, form: Form, parts: Iterable[pl.DataFrame]) -> int:
    """Write a table of at least one part and return how many rows it has; a part of Parquet is a row group."""
    return _parquet(path, parts) if form == "parquet" else _csv(path, parts)


def _csv(path: Path, parts: Iterable[pl.DataFrame]) -> int:
    rows = 0
    with path.open("wb") as file:
        for part in parts:
            part.write_csv(file, include_header=not rows)
            rows += len(part)
    return rows


def _parquet(path: Path, parts: Iterable[pl.DataFrame]) -> int:
    rows, writer = 0, None
    try:
        for part in parts:
            table = part.to_arrow()
            writer = writer or pq.ParquetWriter(path, table.schema)
            writer.write_table(table)
            rows += len(part)
    finally:
        if writer is not None:
            writer.close()
    return rows
