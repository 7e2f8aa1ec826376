"""What the last run has learnt from, so that the next one sees what has become of the export."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from training.data.check import Report
from training.data.files import fingerprint
from training.recipe import Recipe
from training.retraining.source import HERE
from warmstart.errors import DataError, KeyMissing
from warmstart.store import Store

KEY = f"{HERE}/taken.json"
MOST_BYTES = 1 << 16
LEAST_SHARE = 0.5  # of the rows of the last run, under which a table counts as cut off


@dataclass(frozen=True)
class Taken:
    """The counts of a table, and by which recipe it was read."""

    recipe: str  # SHA-256 of its file
    rows: int  # of interactions
    users: int
    items: int
    first: str | None  # UTC days
    last: str | None

    @classmethod
    def of(cls, recipe: Recipe, report: Report) -> Self:
        """Take them out of a report."""
        rows = next(iter(report.rows.values()))
        return cls(fingerprint([recipe.path]), rows, report.users, report.items, report.first, report.last)

    @classmethod
    def read(cls, value: Mapping[str, Any]) -> Self:
        """Read what was written; DataError where it is something else."""
        try:
            taken = cls(**value)
            _ = taken.rows > 0, (taken.last or "") > ""
        except TypeError as error:
            raise DataError(f"not what a run has taken: {error}") from None
        return taken

    def worse_than(self, before: Self) -> str | None:
        """Say what is wrong with a table that comes after another; None where nothing is."""
        if self.rows < LEAST_SHARE * before.rows:
            return f"the table has {self.rows:,} rows, and had {before.rows:,} at the last run: is the export cut off?"
        if self.last is not None and before.last is not None and self.last < before.last:
            return f"the table ends on {self.last}, and ended on {before.last} at the last run: is it an old export?"
        if self == before:
            return f"nothing is new in the table since the last run, it ends on {self.last}: has the export stopped?"
        return None


def read_taken(store: Store) -> Taken | None:
    """Return what the last run took; None where there was none, or nobody can read it."""
    try:
        return Taken.read(json.loads(store.get(KEY, limit=MOST_BYTES).data))
    except (KeyMissing, ValueError, TypeError, RecursionError, DataError):
        return None


def put_taken(store: Store, taken: Taken) -> None:
    """Write down what a run has taken."""
    store.put(KEY, json.dumps(asdict(taken)).encode())
