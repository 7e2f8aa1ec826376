"""Trains a network: for epochs until a validation fold says that no more are worth it, then on everything for as many.

Each epoch draws from a generator of its own, so a training that was killed goes on as if it had not been.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import torch
from torch import nn

from training import stopping
from training.interactions import Interactions
from training.neural.checkpoint import Checkpoint
from training.neural.device import keep_freed_memory, seeded
from training.neural.onnx_file import Served
from training.neural.validation import Held, hold_back
from training.neural.watch import Epoch, Watch, fingerprint
from warmstart.errors import DataError
from warmstart.inner_product import Vectors
from warmstart.scorer import Rows

SEARCH, WHOLE = "looking for the number of epochs", "learning from everything"


class Learner(Protocol):
    """A network and how it learns from some interactions."""

    @property
    def network(self) -> nn.Module:
        """Return all that is learnt."""
        ...

    @property
    def optimizer(self) -> torch.optim.Optimizer:
        """Return what takes the steps, with all that it remembers of them."""
        ...

    def epoch(self, rng: np.random.Generator) -> float:
        """Learn from everything once; return the mean loss."""
        ...

    def vectors(self, users: Rows) -> Vectors:
        """Return what the network makes of users' histories: (len(users), d)."""
        ...

    def item_vectors(self) -> Vectors:
        """Return what users' vectors are multiplied with: (n_items, d)."""
        ...

    def served(self) -> Served:
        """Return the part that serves."""
        ...

    def given(self, user: int) -> Vectors:
        """Return what serving puts into it for a user's history: (lines, d_in)."""
        ...


@dataclass(frozen=True)
class Schedule:
    """How long is learnt."""

    epochs: int  # at most; where nothing is held back, exactly
    patience: int  # epochs without a better one after which no more are tried
    validation: float  # share of the users of whom something is held back to tell; 0: nobody
    seed: int


class Learnt(NamedTuple):
    """A network that has learnt from everything, and how it came about."""

    learner: Learner
    epochs: int
    curve: list[Epoch]  # of the search; empty where there was none


def learn(
    make: Callable[[Interactions], Learner], interactions: Interactions, schedule: Schedule, name: str, watch: Watch
) -> Learnt:
    """Find the number of epochs, then learn from everything for as many.

    Args:
        make: a new learner of some interactions.
        interactions: what there is.
        schedule: how long.
        name: of the algorithm with its settings, by which a killed training finds its checkpoints.
        watch: is told, and keeps checkpoints.

    Raises:
        DataError: the loss became no number.
        Stopped: the process was asked to stop, and the epoch that it was in is kept.
    """
    keep_freed_memory()
    key = (name, repr(schedule), torch.__version__, fingerprint(interactions))
    curve: list[Epoch] = []
    epochs = schedule.epochs
    cut = _cut(interactions, schedule)
    if cut is not None:
        part, held = cut
        _, curve = _run(make, part, schedule, watch, Checkpoint(watch.file(SEARCH, *key), watch.kept_every), held)
        epochs = 1 + best(curve)
    exactly = Schedule(epochs, epochs, 0.0, schedule.seed)
    kept = Checkpoint(watch.file(WHOLE, str(epochs), *key), watch.kept_every)
    learner, _ = _run(make, interactions, exactly, watch, kept, None)
    return Learnt(learner, epochs, curve)


def best(curve: list[Epoch]) -> int:
    """Return the place of the best epoch by validation."""
    return int(np.argmax([epoch.ndcg or 0.0 for epoch in curve]))


def _cut(interactions: Interactions, schedule: Schedule) -> tuple[Interactions, Held] | None:
    if not schedule.validation:
        return None
    return hold_back(interactions, schedule.validation, np.random.default_rng(schedule.seed))


def _run(
    make: Callable[[Interactions], Learner],
    interactions: Interactions,
    schedule: Schedule,
    watch: Watch,
    checkpoint: Checkpoint,
    held: Held | None,
) -> tuple[Learner, list[Epoch]]:
    with seeded(schedule.seed):
        learner = make(interactions)
    curve = checkpoint.restore(learner.network, learner.optimizer)
    while len(curve) < schedule.epochs and not _stalled(curve, schedule.patience, held):
        started = time.perf_counter()
        number = len(curve)
        with seeded(schedule.seed, number + 1):
            loss = learner.epoch(np.random.default_rng([schedule.seed, number]))
        if not np.isfinite(loss):
            raise DataError(f"the loss of epoch {number + 1} is no number; take a smaller learning_rate")
        ndcg = None if held is None else held.ndcg(learner.vectors(held.users), learner.item_vectors())
        curve.append(Epoch(loss, time.perf_counter() - started, ndcg))
        watch.tell(WHOLE if held is None else SEARCH, curve, schedule.epochs)
        done = len(curve) == schedule.epochs or _stalled(curve, schedule.patience, held)
        checkpoint.store(learner.network, learner.optimizer, curve, last=done or stopping.asked())
        stopping.here()
    return learner, curve


def _stalled(curve: list[Epoch], patience: int, held: Held | None) -> bool:
    return held is not None and bool(curve) and len(curve) - 1 - best(curve) >= patience
