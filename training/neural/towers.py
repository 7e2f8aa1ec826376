"""DSSM as a network: a tower for what a user had and is, one for items; the score is the product of their vectors.

Huang et al., CIKM 2013, as retrieval has it since Yi et al., RecSys 2019: what others of a batch had is wrong for a
user, corrected by how often each item comes so (logQ).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse
from torch import nn
from torch.nn import functional as F  # noqa: N812 as everybody calls it

from training.features import FeatureTable
from training.interactions import Interactions
from training.neural.bags import Bags, bag_of
from training.neural.descent import descend
from training.neural.device import fastest_device
from training.neural.encoding import encoded
from training.neural.onnx_file import Served
from training.neural.positives import Positives
from training.neural.size import refuse_too_large, weights_of
from warmstart.inner_product import Vectors
from warmstart.scorer import Rows

if TYPE_CHECKING:
    from training.algorithms.dssm import DSSM

ASKED = 1_024  # users or items that are encoded at once


class Tower(nn.Module):
    """One hidden layer over a sum, and a vector of length 1."""

    def __init__(self, settings: "DSSM") -> None:
        super().__init__()
        self.offset = nn.Parameter(torch.zeros(settings.hidden))
        self.hidden = nn.Linear(settings.hidden, settings.hidden)
        self.out = nn.Linear(settings.hidden, settings.factors)

    def forward(self, bag: torch.Tensor) -> torch.Tensor:
        """Encode sums (b, hidden) as vectors (b, factors)."""
        first = F.silu(bag + self.offset)
        return F.normalize(self.out(first + F.silu(self.hidden(first))), dim=1)


class Towers(nn.Module):
    """Both towers and the tables that their sums are of."""

    def __init__(self, settings: "DSSM", n_items: int, n_user_values: int, n_item_values: int) -> None:
        super().__init__()
        self.history = nn.Parameter(torch.empty(n_items, settings.hidden))  # an item as a part of a history
        self.user_values = nn.Parameter(torch.empty(n_user_values, settings.hidden))
        self.items = nn.Parameter(torch.empty(n_items, settings.hidden))
        self.item_values = nn.Parameter(torch.empty(n_item_values, settings.hidden))
        self.biases = nn.Parameter(torch.zeros(n_items))
        self.user, self.item = Tower(settings), Tower(settings)
        for table in (self.history, self.user_values, self.items, self.item_values):
            nn.init.normal_(table, std=0.1)


class VectorAndOne(nn.Module):
    """What is served: a user's vector over the temperature, and a one that an item's bias is multiplied with."""

    def __init__(self, tower: nn.Module, temperature: float) -> None:
        super().__init__()
        self.tower = tower
        self.temperature = temperature

    def forward(self, bag: torch.Tensor) -> torch.Tensor:
        """Return (1, factors + 1)."""
        vector = self.tower(bag) / self.temperature
        return torch.cat([vector, torch.ones_like(vector[:, :1])], dim=1)


class TowersLearner:
    """Learns to tell some items of a user from the others of their history and from what others had."""

    def __init__(self, interactions: Interactions, users: FeatureTable, items: FeatureTable, settings: "DSSM") -> None:
        self._histories = interactions.matrix(binary=settings.binary)
        self._positives = Positives(interactions, settings.positives, uniform=settings.sampling == "uniform")
        self._user_values, self._item_values = users.matrix, items.matrix
        self._settings = settings
        self._device = fastest_device()
        self._refuse_too_large(interactions.n_items)
        self.network = Towers(settings, interactions.n_items, len(users), len(items)).to(self._device)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=settings.learning_rate, fused=True)

    def _refuse_too_large(self, n_items: int) -> None:
        told = min(self._settings.batch, len(self._positives.users)) * self._settings.positives
        refuse_too_large(
            lambda: Towers(self._settings, n_items, self._user_values.shape[1], self._item_values.shape[1]),
            lambda network: weights_of(network.user),
            told * (min(told, n_items) + self._settings.factors),
            f"dssm with {n_items:,} items and hidden = {self._settings.hidden:,}",
        )

    def epoch(self, rng: np.random.Generator) -> float:
        """Learn from all users once; return the mean cross-entropy of an item that is told."""
        self.network.train()
        return descend(self._losses(rng), self.optimizer)

    def _losses(self, rng: np.random.Generator) -> Iterator[tuple[torch.Tensor, int]]:
        order = rng.permutation(self._positives.users)
        for start in range(0, len(order), self._settings.batch):
            users = order[start : start + self._settings.batch]
            told = self._positives.drawn(users, rng)
            yield self._loss(users, told), int(told.sum())

    def _loss(self, users: Rows, told: NDArray[np.bool_]) -> torch.Tensor:
        histories = self._histories[users]
        owners, items = np.repeat(np.arange(len(users)), np.diff(histories.indptr))[told], histories.indices[told]
        known = histories.copy()
        known.data[told] = 0
        whose = torch.from_numpy(owners).to(self._device)
        vectors = self._user_vectors(Bags.of(known, self._device), users).index_select(0, whose)
        candidates, targets = np.unique(items, return_inverse=True)
        log_q = torch.from_numpy(self._positives.log_q(candidates, len(users))).to(self._device)
        logits = vectors @ self._item_vectors(candidates).T - log_q
        others = sparse.csr_matrix((np.ones(len(items), np.bool_), (owners, targets)), (len(users), len(candidates)))
        also = others[owners].toarray()
        also[np.arange(len(items)), targets] = False
        logits = logits.masked_fill(torch.from_numpy(also).to(self._device), -torch.inf)
        return F.cross_entropy(logits, torch.from_numpy(targets).to(self._device))

    def _bags(self, users: Rows) -> Bags:
        return Bags.of(self._histories[users], self._device)

    def _user_vectors(self, bags: Bags, users: Rows) -> torch.Tensor:
        shares = F.dropout(bags.shares, self._settings.dropout, self.network.training)
        sums = bags.sums(self.network.history, shares)
        if self._user_values.shape[1]:
            values = Bags.of(self._user_values[users], self._device)
            sums = sums + values.sums(self.network.user_values, torch.ones_like(values.shares))
        return cast("torch.Tensor", VectorAndOne(self.network.user, self._settings.temperature)(sums))

    def _item_vectors(self, items: Rows) -> torch.Tensor:
        rows = torch.from_numpy(items.astype(np.int64)).to(self._device)
        sums = self.network.items[rows]
        if self._item_values.shape[1]:
            values = Bags.of(self._item_values[items], self._device)
            sums = sums + values.sums(self.network.item_values)
        return torch.cat([self.network.item(sums), self.network.biases[rows][:, None]], dim=1)

    def vectors(self, users: Rows) -> Vectors:
        """Return each user's vector and a one: (len(users), factors + 1)."""
        self.network.eval()
        return encoded(users, ASKED, lambda part: self._user_vectors(self._bags(part), part))

    def item_vectors(self) -> Vectors:
        """Return each item's vector and bias: (n_items, factors + 1)."""
        self.network.eval()
        return encoded(np.arange(self._histories.shape[1], dtype=np.int32), ASKED, self._item_vectors)

    def served(self) -> Served:
        """Return the part that serves."""
        inputs = cast("Vectors", self.network.history.detach().cpu().numpy())
        return Served(VectorAndOne(self.network.user, self._settings.temperature), inputs, reads_sequences=False)

    def given(self, user: int) -> Vectors:
        """Return what serving puts into it for a user: (1, hidden)."""
        bag = bag_of(self._histories[user], self.served().inputs)
        values: Vectors = self._user_values[user] @ self.user_values()
        return bag[None] + values

    def user_values(self) -> Vectors:
        """Return what the values that are known of users put into it: (values, hidden)."""
        return cast("Vectors", self.network.user_values.detach().cpu().numpy())
