"""Which items of users' histories a step tells, and how likely it is that it tells an item."""

import numpy as np
from numpy.typing import NDArray

from training.interactions import Interactions
from warmstart.scorer import Rows, Scores


class Positives:
    """Draws some items of each user, one after another by their weight, at most half of them; of who has one, none."""

    def __init__(self, interactions: Interactions, most: int, *, uniform: bool) -> None:
        """Look at all histories.

        Args:
            interactions: whose weights decide.
            most: items of a user.
            uniform: all weights are alike.
        """
        weights = interactions.matrix(binary=uniform)
        weights.data = np.maximum(weights.data, 0)
        counts = np.diff(interactions.indptr)
        self.users = np.flatnonzero(counts >= 2)  # of whom any are drawn
        self._indptr = weights.indptr
        sums = np.repeat(np.maximum(weights.sum(axis=1).A1, 1e-9), counts)
        self._quality = weights.data / sums  # (n,) q of each interaction; a user's sum to 1
        self._draws = np.where(counts >= 2, np.minimum(most, np.maximum(counts // 2, 1)), 0)  # (n_users,)
        drawn = np.minimum(self._quality * np.repeat(self._draws, counts), 1)
        often = np.bincount(weights.indices, drawn, interactions.n_items)
        self._share = np.minimum(often / max(len(self.users), 1), 1 - 1e-9)  # (n_items,) of users, of whom it is drawn

    def drawn(self, users: Rows, rng: np.random.Generator) -> NDArray[np.bool_]:
        """Return which of all items of some users' histories are drawn, one history after another.

        The largest of log q + G, G of a Gumbel distribution, are such a draw (Yellott, 1977).
        """
        counts = self._indptr[users + 1] - self._indptr[users]
        ends = np.cumsum(counts)
        places = np.repeat(self._indptr[users] - (ends - counts), counts) + np.arange(counts.sum())
        keys = np.log(np.maximum(self._quality[places], 1e-12)) + rng.gumbel(size=len(places))
        owners = np.repeat(np.arange(len(users)), counts)
        order = np.lexsort((-keys, owners))
        ranks = np.empty(len(order), np.int64)
        ranks[order] = np.arange(len(order)) - np.repeat(ends - counts, counts)
        drawn: NDArray[np.bool_] = ranks < self._draws[users][owners]
        return drawn

    def log_q(self, items: Rows, n_users: int) -> Scores:
        """Return the logarithm of how likely each of some items is drawn of any of so many users: (len(items),)."""
        likely = -np.expm1(n_users * np.log1p(-self._share[items]))
        log_q: Scores = np.log(np.maximum(likely, 1e-12)).astype(np.float32)
        return log_q
