"""SASRec as a network: RecTools' layers over the items of a history, the last state against all items."""

from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from rectools.models.nn.transformers.ligr import LiGRLayers
from rectools.models.nn.transformers.sasrec import SASRecTransformerLayers
from torch import nn
from torch.nn import functional as F  # noqa: N812 as everybody calls it

from training.interactions import Interactions
from training.neural.descent import descend
from training.neural.device import fastest_device
from training.neural.encoding import encoded
from training.neural.onnx_file import Served
from training.neural.sequences import Batch, batches, newest
from training.neural.size import refuse_too_large, weights_of
from warmstart.inner_product import Vectors
from warmstart.scorer import Rows

if TYPE_CHECKING:
    from training.algorithms.sasrec import SASRec

KINDS = {"sasrec": SASRecTransformerLayers, "ligr": LiGRLayers}
ASKED = 512  # users that are encoded at once


class SequenceNetwork(nn.Module):
    """Reads a history from its first event to its last; the state at each says what comes next."""

    def __init__(self, settings: "SASRec", n_items: int) -> None:
        super().__init__()
        self.items = nn.Embedding(n_items, settings.factors)
        self.positions = nn.Embedding(settings.length, settings.factors)  # from the newest event back
        self.dropout = nn.Dropout(settings.dropout)
        self.layers = KINDS[settings.layers](
            n_blocks=settings.blocks, n_factors=settings.factors, n_heads=settings.heads, dropout_rate=settings.dropout
        )
        for table in (self.items, self.positions):
            nn.init.xavier_normal_(table.weight)

    def states(self, vectors: torch.Tensor, from_end: torch.Tensor) -> torch.Tensor:
        """Return the state after each event.

        No event reads a later one, so what pads the end is read by none that counts.

        Args:
            vectors: (b, l, d) of the events' items.
            from_end: (b, l) how many events are newer.
        """
        length = vectors.shape[1]
        hidden = self.dropout(vectors + self.positions(from_end))
        place = torch.arange(length, device=vectors.device)
        later = place[None] > place[:, None]
        return cast("torch.Tensor", self.layers(hidden, torch.ones_like(hidden[:, :, :1]), later, None))


class LastState(nn.Module):
    """One history (h, d) to one vector (1, d): what is served."""

    def __init__(self, network: SequenceNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, sequence: torch.Tensor) -> torch.Tensor:
        """Return the state after the newest event."""
        from_end = sequence.shape[0] - 1 - torch.arange(sequence.shape[0])  # an exported arange only counts up
        return self.network.states(sequence[None], from_end[None])[:, -1]


class SequenceLearner:
    """Learns to tell each event from those before it, by the softmax over all items or a sample of them."""

    def __init__(self, interactions: Interactions, settings: "SASRec") -> None:
        self._interactions = interactions
        self._settings = settings
        self._device = fastest_device()
        self._refuse_too_large()
        self.network = SequenceNetwork(settings, interactions.n_items).to(self._device)
        self.optimizer = torch.optim.Adam(
            self.network.parameters(), lr=settings.learning_rate, betas=(0.9, 0.98), fused=True
        )

    def _refuse_too_large(self) -> None:
        settings, n_items = self._settings, self._interactions.n_items
        counts = np.minimum(np.diff(self._interactions.indptr), settings.length + 1)
        length, batch = int(counts.max(initial=0)), min(self._settings.batch, len(counts))
        logits = length * min(n_items, self._settings.negatives + 1)
        refuse_too_large(
            lambda: SequenceNetwork(settings, n_items),
            lambda network: weights_of(network) - weights_of(network.items),
            batch * (logits + settings.blocks * length * (settings.heads * length + 16 * settings.factors)),
            f"sasrec with {n_items:,} items and factors = {settings.factors:,}",
        )

    def epoch(self, rng: np.random.Generator) -> float:
        """Learn from all sequences once; return the mean cross-entropy of an event."""
        self.network.train()
        sequences = batches(self._interactions, self._settings.length + 1, self._settings.batch, rng)
        return descend((self._loss(batch, rng) for batch in sequences), self.optimizer)

    def _loss(self, batch: Batch, rng: np.random.Generator) -> tuple[torch.Tensor, int]:
        read = Batch(batch.items[:, :-1], batch.lengths - 1)
        told = read.there
        states = self._states(read)[told.to(self._device)]  # (events, d)
        targets = batch.items[:, 1:][told].to(self._device)
        n_items = self._interactions.n_items
        if self._settings.negatives >= n_items:
            return F.cross_entropy(states @ self.network.items.weight.T, targets), len(targets)
        others = torch.from_numpy(rng.integers(n_items, size=self._settings.negatives)).to(self._device)
        right = (states * self.network.items(targets)).sum(1, keepdim=True)
        wrong = states @ self.network.items(others).T
        wrong = wrong.masked_fill(others[None] == targets[:, None], -torch.inf)
        logits = torch.cat([right, wrong], 1)
        return F.cross_entropy(logits, torch.zeros_like(targets)), len(targets)

    def _states(self, batch: Batch) -> torch.Tensor:
        places = torch.arange(batch.items.shape[1])
        from_end = (batch.lengths[:, None] - 1 - places[None]).clamp(min=0)
        vectors = self.network.items(batch.items.to(self._device))
        return self.network.states(vectors, from_end.to(self._device))

    def vectors(self, users: Rows) -> Vectors:
        """Return the state after each user's newest event: (len(users), d)."""
        self.network.eval()
        return encoded(users, ASKED, self._last_states)

    def _last_states(self, users: Rows) -> torch.Tensor:
        batch = newest(self._interactions, users, self._settings.length)
        last = (batch.lengths - 1).clamp(min=0)
        return self._states(batch)[torch.arange(len(last)), last]

    def item_vectors(self) -> Vectors:
        """Return the items' embeddings, which events are read by and states are multiplied with: (n_items, d)."""
        return cast("Vectors", self.network.items.weight.detach().cpu().numpy())

    def served(self) -> Served:
        """Return the part that serves."""
        return Served(LastState(self.network), self.item_vectors(), reads_sequences=True, length=self._settings.length)

    def given(self, user: int) -> Vectors:
        """Return what serving puts into it for a user: (h, d)."""
        items = newest(self._interactions, np.array([user], np.int32), self._settings.length).items[0]
        values: Vectors = self.item_vectors()[items.numpy()]
        return values
