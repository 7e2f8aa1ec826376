"""What each user has had: stored at training, and as it grows by what a request brings."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from warmstart.artifact import Artifact
from warmstart.ids import UNKNOWN, Id
from warmstart.ragged import Ragged
from warmstart.scorer import NO_ROWS, Rows, Scores

DAY = 86_400.0  # seconds
Floats = NDArray[np.float16] | NDArray[np.float32]


class Event(NamedTuple):
    """One interaction that came with a request."""

    item_id: Id
    weight: float | None = None  # None: that of a typical event of training
    timestamp: int | None = None  # UTC epoch seconds


class History(NamedTuple):
    """One user's events, oldest first."""

    rows: Rows  # (h,)
    weights: Scores  # (h,)
    days: Scores | None  # (h,) days after the last event of training, so at most 0 if stored; None where not known

    @property
    def ages(self) -> Scores | None:
        """Return days before the newest of these events: the same today and in a year."""
        return None if self.days is None else self.days[-1:] - self.days

    @property
    def idle(self) -> float | None:
        """Return days from the newest of these to the last of training, below 0 if that is older; None: not known."""
        return None if self.days is None or not len(self.days) else -float(self.days[-1])

    def extended(
        self, events: Sequence[Event], rows: Sequence[int], *, origin: float | None, typical_weight: float
    ) -> "History":
        """Append a request's events; one without a time counts as the newest.

        Args:
            events: what came.
            rows: (len(events),) their items' rows.
            origin: UTC epoch seconds of the last event of training; None where training had no times.
            typical_weight: what an event weighs that does not say.
        """
        joined = np.concatenate([self.rows, np.array(rows, np.int32)])
        weighed = [typical_weight if event.weight is None else event.weight for event in events]
        weights = np.concatenate([self.weights, np.array(weighed, np.float32)])
        days = self._days_with(events, origin)
        if days is None:
            return History(joined, weights, None)
        order = np.argsort(days, kind="stable")
        return History(joined[order], weights[order], days[order].astype(np.float32))

    def _days_with(self, events: Sequence[Event], origin: float | None) -> NDArray[np.float64] | None:
        """Return them to the second, which float32 does not tell apart a year after training, or before."""
        stored = NO_DAYS if not len(self.rows) else self.days
        times = [event.timestamp for event in events]
        if stored is None or (not len(stored) and all(time is None for time in times)):
            return None
        days = np.array([np.nan if time is None else (time - (origin or 0.0)) / DAY for time in times], np.float64)
        joined = np.concatenate([stored, days])
        return np.where(np.isnan(joined), np.nanmax(joined), joined)


NO_DAYS: Scores = np.empty(0, np.float32)
EMPTY = History(NO_ROWS, np.empty(0, np.float32), None)


class Histories:
    """All users' events as compressed sparse rows, memory-mapped."""

    def __init__(self, index: Ragged, rows: NDArray[Any], weights: Floats | None, ages: Floats | None) -> None:
        self._index = index  # of n_users
        self._rows = rows  # (n_events,)
        self._weights = weights  # (n_events,) or None where all are 1
        self._ages = ages  # (n_events,) days before the last event of training, or None

    @classmethod
    def load(cls, artifact: Artifact, n_users: int) -> Self:
        """Open `seen_*`; raise Incompatible where they do not fit each other."""
        rows = artifact.rows("seen_rows", None)
        weights, ages = (
            artifact.array(name, (np.float32, np.float16), len(rows)) if name in artifact else None
            for name in ("seen_weights", "seen_ages")
        )
        return cls(Ragged.load(artifact, "seen_indptr", n_users, len(rows)), rows, weights, ages)

    def of(self, user: int) -> History:
        """Return a user's stored events; none for an unknown user."""
        if user == UNKNOWN:
            return EMPTY
        place = self._index[user]
        rows = self._rows[place].astype(np.int32)
        weights = np.ones(len(rows), np.float32) if self._weights is None else self._weights[place].astype(np.float32)
        return History(rows, weights, None if self._ages is None else -self._ages[place].astype(np.float32))
