"""What a framework is given and what it gives back, in rows, whatever it is."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from training.evaluation.measure import K
from training.interactions import Interactions
from warmstart.errors import DataError
from warmstart.scorer import Rows

Settings = Mapping[str, int | float | str | bool | Sequence[int]]  # a model's own names


class Learning(NamedTuple):
    """Each pair once, and who asks."""

    users: Rows  # (n,) ascending
    items: Rows  # (n,) each user's oldest first
    asked: Rows  # (u,)
    n_items: int
    seed: int
    k: int = K

    @classmethod
    def of(cls, interactions: Interactions, asked: Rows, seed: int) -> "Learning":
        """Take the pairs of interactions."""
        return cls(interactions.users, interactions.items, asked, interactions.n_items, seed)

    @property
    def places(self) -> Rows:
        """Return each pair's place in its user's history, from 0: (n,). Times are too fine for recbole's float32."""
        starts = np.searchsorted(self.users, self.users)
        return (np.arange(len(self.users)) - starts).astype(np.int32)

    def check(self, items: Rows, whose: str) -> None:
        """Raise a DataError where lists are none: (u, k), -1 where one is shorter, each row once and none seen."""
        shape = (len(self.asked), self.k)
        if items.shape != shape or items.dtype != np.int32:
            raise DataError(f"{whose} gave {items.dtype} {items.shape} in place of lists, int32 {shape}")
        if not ((items >= -1) & (items < self.n_items)).all():
            raise DataError(f"{whose} gave rows that no item has")
        there = items >= 0
        given = (self.asked[:, None].astype(np.int64) * self.n_items + items)[there]
        if len(np.unique(given)) < len(given):
            raise DataError(f"{whose} gave an item twice in one list")
        if np.isin(given, self.users.astype(np.int64) * self.n_items + self.items).any():
            raise DataError(f"{whose} gave items that were seen")


class Lists(NamedTuple):
    """One model's answers."""

    items: Rows  # (u, k) best first, -1 where a list is shorter
    seconds: float  # of making the model ready, training and asking
