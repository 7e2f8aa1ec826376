"""Histories as sequences of their newest events, in batches of like length."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from training.interactions import Interactions
from warmstart.scorer import Rows

TOGETHER = 32  # batches whose users are sorted by length: so little is padded, and who meets whom still changes


class Batch(NamedTuple):
    """Sequences, padded at their end."""

    items: torch.Tensor  # (b, l) rows
    lengths: torch.Tensor  # (b,)

    @property
    def there(self) -> torch.Tensor:
        """Tell what is no padding: (b, l)."""
        return torch.arange(self.items.shape[1])[None] < self.lengths[:, None]


def batches(interactions: Interactions, most: int, size: int, rng: np.random.Generator) -> Iterator[Batch]:
    """Yield all users of at least two events in an order drawn anew, each with the newest `most` of them."""
    counts = np.minimum(np.diff(interactions.indptr), most)
    users = rng.permutation(np.flatnonzero(counts >= 2))
    groups: list[NDArray[np.int64]] = []
    for start in range(0, len(users), TOGETHER * size):
        some = users[start : start + TOGETHER * size]
        some = some[np.argsort(counts[some], kind="stable")]
        groups += [some[place : place + size] for place in range(0, len(some), size)]
    for place in rng.permutation(len(groups)):
        yield newest(interactions, groups[place].astype(np.int32), most)


def newest(interactions: Interactions, users: Rows, most: int) -> Batch:
    """Return the newest events of some users."""
    stops = interactions.indptr[users + 1]
    lengths = np.minimum(stops - interactions.indptr[users], most)
    places = np.arange(lengths.max(initial=1))
    there = places[None] < lengths[:, None]
    items = np.zeros(there.shape, np.int64)
    items[there] = interactions.items[((stops - lengths)[:, None] + places[None])[there]]
    return Batch(torch.from_numpy(items), torch.from_numpy(lengths))
