"""Variational autoencoders with a multinomial likelihood: the plain one, and one with another prior and encoder.

The plain one is MultVAE (Liang, Krishnan, Hoffman & Jebara, WWW 2018). The changed one has what RecVAE (Shenbin et al.,
WSDM 2020) changed of it: a composite prior, of which the posterior of the epoch before is the largest part, a weight of
the divergence that grows with a user's history, and an encoder of densely connected layers. RecVAE's alternating
updates are left out.
"""

import copy
import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 as everybody calls it

from training.interactions import Interactions
from training.neural.bags import Bags, bag_of
from training.neural.descent import descend
from training.neural.device import fastest_device
from training.neural.encoding import encoded
from training.neural.onnx_file import Served
from training.neural.posterior import Posterior, composite_log_density
from training.neural.size import refuse_too_large, weights_of
from warmstart.inner_product import Vectors
from warmstart.scorer import Rows

if TYPE_CHECKING:
    from training.algorithms.autoencoder import Autoencoder

LAYERS = 4  # of the dense encoder
NORM_EPS = 0.1  # as RecVAE has it
ANNEALED = 20  # epochs until the plain one's divergence has its whole weight
ASKED = 1_024  # users that are encoded at once


class PlainEncoder(nn.Module):
    """One layer of tanh."""

    def __init__(self, settings: "Autoencoder") -> None:
        super().__init__()
        self.offset = nn.Parameter(torch.zeros(settings.hidden))
        self.mean = nn.Linear(settings.hidden, settings.factors)
        self.log_variance = nn.Linear(settings.hidden, settings.factors)

    def forward(self, bag: torch.Tensor) -> Posterior:
        """Encode what the items of a history sum up to: (b, hidden)."""
        hidden = torch.tanh(bag + self.offset)
        return Posterior(self.mean(hidden), self.log_variance(hidden))


class DenseEncoder(nn.Module):
    """Layers of swish that each read the sum of all before, normalised."""

    def __init__(self, settings: "Autoencoder") -> None:
        super().__init__()
        self.offset = nn.Parameter(torch.zeros(settings.hidden))
        self.layers = nn.ModuleList(nn.Linear(settings.hidden, settings.hidden) for _ in range(LAYERS))
        self.norms = nn.ModuleList(nn.LayerNorm(settings.hidden, eps=NORM_EPS) for _ in range(LAYERS + 1))
        self.mean = nn.Linear(settings.hidden, settings.factors)
        self.log_variance = nn.Linear(settings.hidden, settings.factors)

    def forward(self, bag: torch.Tensor) -> Posterior:
        """Encode what the items of a history sum up to: (b, hidden)."""
        first, *others = self.norms
        hidden = first(F.silu(bag + self.offset))
        total = hidden
        for layer, norm in zip(self.layers, others, strict=True):
            hidden = norm(F.silu(layer(hidden)) + total)
            total = total + hidden
        return Posterior(self.mean(hidden), self.log_variance(hidden))


ENCODERS: Mapping[str, type[PlainEncoder | DenseEncoder]] = {
    "plain": PlainEncoder,
    "composite": DenseEncoder,
}


class Reader(nn.Module):
    """A table that items are read by, and an encoder of what they sum up to."""

    def __init__(self, settings: "Autoencoder", n_items: int) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.empty(n_items, settings.hidden))
        self.encoder = ENCODERS[settings.architecture](settings)
        nn.init.xavier_uniform_(self.table)

    def forward(self, bags: Bags, shares: torch.Tensor | None = None) -> Posterior:
        """Read b histories, with their own shares (n,) or others."""
        return cast("Posterior", self.encoder(bags.sums(self.table, shares)))


class AutoencoderNetwork(nn.Module):
    """A reader, and a linear decoder: the items' vectors."""

    def __init__(self, settings: "Autoencoder", n_items: int) -> None:
        super().__init__()
        self.reader = Reader(settings, n_items)
        self.before = copy.deepcopy(self.reader).requires_grad_(requires_grad=False)  # as it was an epoch ago
        self.decoder = nn.Linear(settings.factors, n_items)
        self.steps = nn.Buffer(torch.zeros((), dtype=torch.int64))
        nn.init.xavier_normal_(self.decoder.weight)
        nn.init.zeros_(self.decoder.bias)


class MeanAndOne(nn.Module):
    """What is served: the mean of the posterior, and a one that an item's bias is multiplied with."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, bag: torch.Tensor) -> torch.Tensor:
        """Return (1, factors + 1)."""
        mean = self.encoder(bag).mean
        return torch.cat([mean, torch.ones_like(mean[:, :1])], dim=1)


class AutoencoderLearner:
    """Learns to tell all of a user's items from a part of them."""

    def __init__(self, interactions: Interactions, settings: "Autoencoder") -> None:
        self._histories = interactions.matrix(binary=settings.binary)
        self._users = np.flatnonzero(np.diff(interactions.indptr))
        self._settings = settings
        self._device = fastest_device()
        refuse_too_large(
            lambda: AutoencoderNetwork(settings, interactions.n_items),
            lambda network: weights_of(network.reader.encoder),
            min(settings.batch, len(self._users)) * interactions.n_items,
            f"autoencoder with {interactions.n_items:,} items and hidden = {settings.hidden:,}",
        )
        self.network = AutoencoderNetwork(settings, interactions.n_items).to(self._device)
        learnt = [values for values in self.network.parameters() if values.requires_grad]
        self.optimizer = torch.optim.Adam(learnt, lr=settings.learning_rate, fused=True)

    def epoch(self, rng: np.random.Generator) -> float:
        """Learn from all users once; return the mean loss of one."""
        self.network.train()
        loss = descend(self._losses(rng), self.optimizer)
        self.network.before.load_state_dict(self.network.reader.state_dict())
        return loss

    def _losses(self, rng: np.random.Generator) -> Iterator[tuple[torch.Tensor, int]]:
        order = rng.permutation(self._users)
        for start in range(0, len(order), self._settings.batch):
            users = order[start : start + self._settings.batch]
            yield self._loss(self._bags(users)), len(users)
            self.network.steps.add_(1)

    def _loss(self, bags: Bags) -> torch.Tensor:
        shares = F.dropout(bags.shares, self._settings.dropout)
        posterior = self.network.reader(bags, shares)
        drawn = posterior.drawn()
        log_shares = F.log_softmax(self.network.decoder(drawn), dim=1)
        missed = -log_shares[bags.owners, bags.items].sum() / len(drawn)
        return missed + self._divergence(posterior, drawn, bags, shares)

    def _divergence(self, posterior: Posterior, drawn: torch.Tensor, bags: Bags, shares: torch.Tensor) -> torch.Tensor:
        """Return how far the posteriors are from the prior, weighed: from the standard normal, or the composite."""
        if self._settings.architecture == "plain":
            mean, log_variance = posterior
            apart = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum(1)
            annealed = self.network.steps / (ANNEALED * math.ceil(len(self._users) / self._settings.batch))
            return self._settings.divergence * annealed.clamp(max=1) * apart.mean()
        with torch.no_grad():
            before = self.network.before(bags, shares)
        apart = (posterior.log_density(drawn) - composite_log_density(before, drawn)).sum(1)
        return self._settings.divergence * (apart * torch.bincount(bags.owners, minlength=len(drawn))).mean()

    def vectors(self, users: Rows) -> Vectors:
        """Return the mean of each user's posterior and a one: (len(users), factors + 1)."""
        self.network.eval()
        reader = self.network.reader
        served = MeanAndOne(reader.encoder)
        return encoded(users, ASKED, lambda part: served(self._bags(part).sums(reader.table)))

    def _bags(self, users: Rows) -> Bags:
        return Bags.of(self._histories[users], self._device)

    def item_vectors(self) -> Vectors:
        """Return the decoder: (n_items, factors + 1), an item's bias last."""
        decoder = self.network.decoder
        return cast("Vectors", torch.cat([decoder.weight, decoder.bias[:, None]], 1).detach().cpu().numpy())

    def served(self) -> Served:
        """Return the part that serves."""
        reader = self.network.reader
        inputs = cast("Vectors", reader.table.detach().cpu().numpy())
        return Served(MeanAndOne(reader.encoder), inputs, reads_sequences=False)

    def given(self, user: int) -> Vectors:
        """Return what serving puts into it for a user: (1, hidden)."""
        return bag_of(self._histories[user], self.served().inputs)[None]
