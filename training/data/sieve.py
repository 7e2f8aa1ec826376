"""Bad rows: found column by column, named by file, line and column, counted once each."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from training.data.casts import Cast
from training.data.files import RawTable
from warmstart.errors import DataError

_SHOWN = 40  # characters of a bad value that a message may repeat


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with one column, in at least one row."""

    file: str
    unit: str  # "line", or "row" in a file without lines
    first: int
    column: str
    what: str
    count: int

    def __str__(self) -> str:
        """Name the place, then what is wrong there."""
        column = f", column {self.column}" if self.column else ""
        return f"{self.file}, {self.unit} {self.first}{column}: {self.what}"


class Sieve:
    """The rows of one table that are still good, and why the others are not."""

    def __init__(self, raw: RawTable) -> None:
        self.raw = raw
        self.good: NDArray[np.bool_] = np.ones(len(raw.frame), dtype=np.bool_)
        self._wrong: list[tuple[str, str, int, int]] = []  # column, what, first row, count

    def take(self, column: str, cast: Callable[[pl.Series], Cast]) -> pl.Series:
        """Cast a column, note what is wrong with it and pass its values on."""
        try:
            values, wrong = cast(self.raw.frame[column])
        except TypeError as error:
            raise DataError(f"{self.raw.path.name}, column {column}: {error}") from error
        self.refuse(column, wrong)
        return values

    def refuse(self, column: str, wrong: Mapping[str, pl.Series]) -> None:
        """Note the rows that a mask names."""
        for what, mask in wrong.items():
            rows = np.flatnonzero(mask.fill_null(value=False).to_numpy())
            if len(rows):
                self.good[rows] = False
                self._wrong.append((column, what, int(rows[0]), len(rows)))

    @property
    def bad(self) -> int:
        """How many rows are bad, each counted once."""
        return int(np.count_nonzero(~self.good)) + len(self.raw.ragged)

    def findings(self) -> list[Finding]:
        """List what is wrong, in the order of the file."""
        return sorted([*self._of_ragged(), *self._of_columns()], key=lambda finding: finding.first)

    def _of_ragged(self) -> Iterator[Finding]:
        if self.raw.ragged:
            first, what = self.raw.ragged[0]
            yield Finding(self.raw.path.name, self.raw.unit, first, "", what, len(self.raw.ragged))

    def _of_columns(self) -> Iterator[Finding]:
        lines = self.raw.lines({row for _, _, row, _ in self._wrong})
        for column, what, row, count in self._wrong:
            shown = _shown(self.raw.frame[column][row])
            yield Finding(self.raw.path.name, self.raw.unit, lines[row], column, what + shown, count)


def _shown(value: Any) -> str:
    """Repeat a bad value, shortened, unless there is none."""
    text = "" if value is None else repr(value)
    if not text.strip("'\" "):
        return ""
    return f": {text}" if len(text) <= _SHOWN else f": {text[: _SHOWN - 3]}..."
