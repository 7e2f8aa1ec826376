"""What a ranker learns from: candidates of an earlier time, and what people had after it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from training.interactions import Interactions
from warmstart.histories import DAY
from warmstart.ids import UNKNOWN, rows_among
from warmstart.scorer import Rows

Labels = Literal["window", "last", "share"]
SHARE = 0.2  # of the pairs


@dataclass(frozen=True)
class Window:
    """One cut: the first stages learn from what is earlier, and never see what is right."""

    earlier: Interactions
    users: Rows  # (u,) ascending, who had something that the earlier part knows
    starts: NDArray[np.int64]  # (u + 1,) where the items of each begin
    items: Rows  # (t,) rows of the earlier part
    since: float | None = None  # UTC epoch seconds of the cut, where it is one by time

    def __post_init__(self) -> None:
        """Refuse a leak: a ranker that is shown what it has to tell is right about everything, until it serves."""
        n_items = self.earlier.n_items
        right = np.repeat(self.users, np.diff(self.starts)).astype(np.int64) * n_items + self.items
        if np.isin(right, self.earlier.users.astype(np.int64) * n_items + self.earlier.items).any():
            raise ValueError("what is right after a cut is among what came before it")
        if (
            self.since is not None
            and self.earlier.timestamps is not None
            and self.earlier.timestamps.max() >= self.since
        ):
            raise ValueError("something later than a cut is among what came before it")

    def had_by(self, place: int) -> Rows:
        """Return what one of the users had."""
        return self.items[self.starts[place] : self.starts[place + 1]]


def windows_of(
    interactions: Interactions, labels: Labels, *, windows: int, days: float, rng: np.random.Generator
) -> Iterator[Window]:
    """Cut interactions, the latest window first; those that leave nothing to learn from, or nothing right, are none.

    Args:
        interactions: all that may be learnt from.
        labels: what is right: the next days after a cut, the last item of each user, or a fifth of all pairs, drawn.
            Where times tell nothing, days become a share.
        windows: how many cuts there are, one before the other.
        days: that each reaches; of windows alone.
        rng: draws the share.
    """
    return (window for window in _windows(interactions, labels, windows, days, rng) if window is not None)


def _windows(
    interactions: Interactions, labels: Labels, windows: int, days: float, rng: np.random.Generator
) -> Iterator[Window | None]:
    times = interactions.timestamps
    if labels == "window" and times is not None and interactions.timeless is None:
        end = (int(times.max()) // int(DAY) + 1) * DAY
        for number in range(windows):
            until = end - number * days * DAY
            yield _of_days(interactions, until - days * DAY, until)
    elif labels == "last":
        last = np.zeros(len(interactions.items), np.bool_)
        last[interactions.indptr[1:][np.diff(interactions.indptr) > 1] - 1] = True
        yield _window(interactions.part(~last), interactions.part(last))
    else:
        for _ in range(windows):
            drawn = rng.random(len(interactions.items)) < SHARE
            yield _window(interactions.part(~drawn), interactions.part(drawn))


def _of_days(interactions: Interactions, since: float, until: float) -> Window | None:
    """Return a window by time; None where times tell nothing of what came before it, as if there were none."""
    earlier, later = interactions.before(since), interactions.before(until)
    return None if earlier.timeless is not None else _window(earlier, later, since)


def _window(earlier: Interactions, later: Interactions, since: float | None = None) -> Window | None:
    """Return what a cut shows: what is right is in the later part, new to its user, and known to the earlier part.

    None where nothing came before the cut, or nobody had anything new.
    """
    if not len(earlier.items):
        return None
    items = rows_among(earlier.item_ids, later.item_ids)[later.items].astype(np.int64)
    pairs = later.users.astype(np.int64) * earlier.n_items + items
    before = earlier.users.astype(np.int64) * earlier.n_items + earlier.items
    right = np.sort(pairs[(items != UNKNOWN) & ~np.isin(pairs, before)])
    if not len(right):
        return None
    users, counts = np.unique(right // earlier.n_items, return_counts=True)
    starts = np.concatenate([[0], np.cumsum(counts)])
    return Window(earlier, users.astype(np.int32), starts, (right % earlier.n_items).astype(np.int32), since)
