"""The fold inside the learning part that tells when to stop: the newest items of some users."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from training.interactions import Interactions
from warmstart.ids import rows_among
from warmstart.inner_product import Vectors
from warmstart.scorer import Rows
from warmstart.topk import top_k

K = 10
MOST_USERS = 2_000  # that are measured on
SHARE = 0.1  # of each one's items


class Held(NamedTuple):
    """What is held back of some users; items have the rows that they have in the learning part."""

    users: Rows  # (u,) who is asked
    seen: sparse.csr_matrix  # (u, n_items) what they are known by
    right: sparse.csr_matrix  # (u, n_items) what they had next

    def ndcg(self, users: Vectors, items: Vectors) -> float:
        """Return the mean ndcg@10 of vectors (u, d) over those of all items (n_items, d)."""
        discounts = 1 / np.log2(np.arange(2, K + 2))
        gains = np.zeros(len(users))
        for row, vector in enumerate(users):
            best = top_k(items @ vector, K, self.seen[row].indices.astype(np.int32)).rows
            right = np.isin(best, self.right[row].indices)
            gains[row] = (right * discounts[: len(best)]).sum()
        ideal = np.cumsum(discounts)[np.minimum(np.diff(self.right.indptr), K) - 1]
        return float((gains / ideal).mean())


def hold_back(interactions: Interactions, share: float, rng: np.random.Generator) -> tuple[Interactions, Held] | None:
    """Hold back a tenth of the items of some users, the newest or, without times, any.

    Args:
        interactions: what there is.
        share: of the users.
        rng: chooses them.

    Returns:
        What is left to learn from, and the fold; None where nobody has two items, or nothing held back is left.
    """
    counts = np.diff(interactions.indptr)
    several = np.flatnonzero(counts >= 2)
    if not len(several):
        return None
    n_held = min(MOST_USERS, max(1, int(share * len(several))))
    users = np.sort(rng.choice(several, n_held, replace=False))
    held = np.zeros(len(interactions.items), np.bool_)
    for user in users:
        start, stop = interactions.indptr[user : user + 2]
        count = max(1, int(SHARE * (stop - start)))
        if interactions.timeless is None:
            held[stop - count : stop] = True
        else:
            held[rng.choice(np.arange(start, stop), count, replace=False)] = True
    learn = interactions.part(~held)
    fold = _fold(interactions, learn, users.astype(np.int32), held)
    return (learn, fold) if len(fold.users) else None


def _fold(whole: Interactions, learn: Interactions, users: Rows, held: NDArray[np.bool_]) -> Held:
    rows = rows_among(learn.item_ids, whole.item_ids)
    there = held & (rows >= 0)[whole.items]
    right = sparse.csr_matrix(
        (np.ones(there.sum(), np.float32), (whole.users[there], rows[whole.items[there]])),
        (whole.n_users, learn.n_items),
    )
    right, seen = right[users], learn.matrix(binary=True)[users]
    asked = np.diff(right.indptr) > 0
    return Held(users[asked], seen[asked], right[asked])
