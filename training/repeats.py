"""Pairs of user and item that come more than once."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from warmstart.scorer import Rows, Scores

TOGETHER = 2**22  # events that are compared at a time


def merged(
    users: Rows, items: Rows, weights: Scores, timestamps: NDArray[np.int64] | None
) -> tuple[Rows, Rows, Scores, NDArray[np.int64] | None]:
    """Merge repeated pairs of sorted events into the last of each, with the sum of their weights."""
    if not _repeat(users, items):
        return users, items, weights, timestamps
    pairs = users.astype(np.int64) * (items.max(initial=0) + 1) + items
    distinct, from_end, place = np.unique(pairs[::-1], return_index=True, return_inverse=True)
    sums = np.bincount(place, weights[::-1], len(distinct)).astype(np.float32)
    last = len(pairs) - 1 - from_end
    order = np.argsort(last)
    kept = last[order]
    return users[kept], items[kept], sums[order], None if timestamps is None else timestamps[kept]


def _repeat(users: Rows, items: Rows) -> bool:
    """Tell whether any pair of sorted events comes twice; so many of them at a time that little memory is taken."""
    width = int(items.max(initial=0)) + 1
    edges = np.unique(np.searchsorted(users, users[::TOGETHER]))  # where users begin, so that none is cut
    for part in (slice(*ends) for ends in pairwise([*edges.tolist(), len(users)])):
        pairs = np.sort(users[part].astype(np.int64) * width + items[part])
        if (pairs[1:] == pairs[:-1]).any():
            return True
    return False
