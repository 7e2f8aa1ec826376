"""What a data set holds and what is wrong in it, without refusing anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import polars as pl

from training.columns import ITEM_ID, TIMESTAMP, USER_ID
from training.data.reading import Reading, read
from training.data.sieve import Finding
from training.data.tables import nothing_to_learn
from training.recipe import DataSection


@dataclass(frozen=True)
class Report:
    """Counts, time range, problems and remarks of one data set."""

    rows: dict[str, int]  # file -> rows
    users: int
    items: int
    first: str | None  # UTC days
    last: str | None
    bad_rows: int
    findings: list[Finding]
    left_out: Mapping[str, int]  # key of the recipe -> interactions that it leaves out
    remarks: list[str] = field(default_factory=list)
    unusable: str | None = None

    @property
    def good(self) -> bool:
        """Tell whether training would take the data set as it is."""
        return not self.bad_rows and self.unusable is None


def check(data: DataSection) -> Report:
    """Read a data set and report on it; only a file that cannot be read at all is a DataError."""
    reading = read(data)
    frame = reading.interactions.frame
    times = frame[TIMESTAMP] if TIMESTAMP in frame.columns else pl.Series([], dtype=pl.Int64)
    return Report(
        rows={table.name: table.rows for table in reading.tables},
        users=frame[USER_ID].n_unique(),
        items=frame[ITEM_ID].n_unique(),
        first=_day(times.min()),
        last=_day(times.max()),
        bad_rows=reading.bad,
        findings=reading.findings,
        left_out=reading.interactions.left_out,
        remarks=_remarks(reading),
        unusable=nothing_to_learn(reading.interactions),
    )


def _day(second: object) -> str | None:
    return datetime.fromtimestamp(second, UTC).date().isoformat() if isinstance(second, int) else None


def _repeats(frame: pl.DataFrame) -> int:
    """Count rows that are the same as an earlier one; those of equal hashes alone are compared, to save memory."""
    hashes = frame.hash_rows()
    in_order = np.sort(hashes.to_numpy())
    twice = pl.Series(np.unique(in_order[1:][in_order[1:] == in_order[:-1]]))
    alike = frame.filter(hashes.is_in(twice.implode()))
    return len(alike) - alike.unique().height


def _remarks(reading: Reading) -> list[str]:
    """Say what is no error and still worth knowing."""
    frame = reading.interactions.frame
    key = [name for name in (USER_ID, ITEM_ID, TIMESTAMP) if name in frame.columns]
    counts = [(_repeats(frame.select(key)), f"rows repeat an earlier {', '.join(key)}: their weights will be merged")]
    for table, column, called in ((reading.users, USER_ID, "users"), (reading.items, ITEM_ID, "items")):
        if table is not None:
            seen = frame[column].unique()
            strange = len(seen) - int(seen.is_in(table.frame[column].implode()).sum())
            counts.append((strange, f"{called} of the interactions are not in {table.name}"))
    return [f"{count} {what}" for count, what in counts if count]
