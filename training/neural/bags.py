"""Histories as bags: each item once, whatever its place, as a network reads them by the thousand."""

from typing import NamedTuple

import numpy as np
import torch
from scipy import sparse
from torch.nn import functional as F  # noqa: N812 as everybody calls it

from functions.neural.encoder import shares as served_shares
from warmstart.inner_product import Vectors


class Bags(NamedTuple):
    """Some users' items, one user after another."""

    items: torch.Tensor  # (n,) rows
    shares: torch.Tensor  # (n,) of each user's items, of length 1 together
    starts: torch.Tensor  # (b,) where each user's items begin
    owners: torch.Tensor  # (n,) whose item it is, from 0

    @classmethod
    def of(cls, histories: sparse.csr_matrix, device: torch.device) -> "Bags":
        """Lay out the lines of a matrix (b, n_items)."""
        counts = np.diff(histories.indptr)
        owners = np.repeat(np.arange(len(counts)), counts)
        weights = histories.data.astype(np.float64)
        norms = np.sqrt(np.bincount(owners, weights**2, len(counts)))[owners]
        shares = np.divide(weights, norms, out=np.zeros_like(weights), where=norms > 0)
        laid = (histories.indices.astype(np.int64), shares.astype(np.float32), histories.indptr[:-1].astype(np.int64))
        return cls(*(torch.from_numpy(values).to(device) for values in (*laid, owners)))

    def sums(self, table: torch.Tensor, shares: torch.Tensor | None = None) -> torch.Tensor:
        """Return the sum of what each user's items are in a table (n_items, d), by their shares or others: (b, d)."""
        weights = self.shares if shares is None else shares
        return F.embedding_bag(self.items, table, self.starts, mode="sum", per_sample_weights=weights)


def bag_of(history: sparse.csr_matrix, table: Vectors) -> Vectors:
    """Return what serving makes of one line of a matrix (1, n_items) and a table (n_items, d): (d,)."""
    bag: Vectors = served_shares(history.data.astype(np.float64)) @ table[history.indices]
    return bag
