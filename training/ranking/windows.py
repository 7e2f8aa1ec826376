"""What a ranker learns from: candidates of an earlier time, and what people had after it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from training.interactions import DAY, Interactions
from warmstart.errors import DataError
from warmstart.ids import UNKNOWN, rows_among
from warmstart.scorer import Rows

Labels = Literal["window", "last", "share"]
SHARE = 0.2  # of the pairs
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Window:
    """One cut: the first stages learn from what is earlier, and never see what is right."""

    earlier: Interactions
    users: Rows  # (u,) ascending, who had something that the earlier part knows
    starts: NDArray[np.int64]  # (u + 1,) where the items of each begin
    items: Rows  # (t,) rows of the earlier part

    def had_by(self, place: int) -> Rows:
        """Return what one of the users had."""
        return self.items[self.starts[place] : self.starts[place + 1]]


def windows_of(
    interactions: Interactions, labels: Labels, *, windows: int, days: float, rng: np.random.Generator
) -> list[Window]:
    """Cut interactions, the latest window first.

    Args:
        interactions: all that may be learnt from.
        labels: what is right: the next days after a cut, the last item of each user, or a fifth of all pairs, drawn.
            Where times tell nothing, days become a share.
        windows: how many cuts there are, one before the other.
        days: that each reaches; of windows alone.
        rng: draws the share.

    Raises:
        DataError: no cut leaves anything to learn from and anything that is right.
    """
    masks = [*_masks(interactions, labels, windows, days, rng)]
    found = [window for test in masks if (window := _cut(interactions, *test)) is not None]
    if not found:
        raise DataError("there is nothing to train a ranker on: no one had anything new after a cut")
    return found


def _masks(
    interactions: Interactions, labels: Labels, windows: int, days: float, rng: np.random.Generator
) -> Iterator[tuple[Mask, Mask]]:
    """Yield what is earlier and what is right of each cut."""
    times = interactions.timestamps
    if labels == "window" and times is not None and interactions.timeless is None:
        end = (int(times.max()) // int(DAY) + 1) * DAY
        for number in range(windows):
            begin, until = end - (number + 1) * days * DAY, end - number * days * DAY
            yield times < begin, (times >= begin) & (times < until)
        return
    if labels == "last":
        last = np.zeros(len(interactions.items), np.bool_)
        last[interactions.indptr[1:][np.diff(interactions.indptr) > 1] - 1] = True
        yield ~last, last
        return
    for _ in range(windows):
        drawn = rng.random(len(interactions.items)) < SHARE
        yield ~drawn, drawn


def _cut(interactions: Interactions, earlier: Mask, test: Mask) -> Window | None:
    if not earlier.any():
        return None
    part = interactions.part(earlier)
    rows = rows_among(part.item_ids, interactions.item_ids)[interactions.items[test]]
    known = rows != UNKNOWN
    users, counts = np.unique(interactions.users[test][known], return_counts=True)
    if not len(users):
        return None
    return Window(part, users.astype(np.int32), np.concatenate([[0], np.cumsum(counts)]), rows[known])
