"""A training that was killed goes on from its last checkpoint, and ends where it would have ended."""

import copy
import time
from pathlib import Path
from typing import Any

import torch
from torch import nn

from training.neural.watch import Epoch, written_whole


class Checkpoint:
    """The state of one run of epochs in a file; without one nothing is kept."""

    def __init__(self, path: Path | None, every: float) -> None:
        """Read nothing yet.

        Args:
            path: of the file; None keeps nothing.
            every: seconds from one writing to the next.
        """
        self._path = path
        self._every = every
        self._written = time.monotonic()

    def restore(self, network: nn.Module, optimizer: torch.optim.Optimizer) -> list[Epoch]:
        """Put a network and its optimizer into the state that was kept; return the epochs behind it, none if none.

        A file that is no checkpoint of this network is left out of account, as if it were not there.
        """
        state = self._read()
        if state is None:
            return []
        parts: tuple[nn.Module | torch.optim.Optimizer, ...] = (network, optimizer)
        before = [copy.deepcopy(part.state_dict()) for part in parts]
        try:
            curve = [Epoch(*values) for values in state["curve"]]
            for part, kept in zip(parts, [state["network"], *state["optimizers"]], strict=True):
                part.load_state_dict(kept)
            if not _fits(optimizer):
                raise ValueError("an optimizer of another network")
            if not all(values.isfinite().all() for values in network.state_dict().values()) or not _numbers(curve):
                raise ValueError("no numbers")
        except Exception:  # whatever is wrong with it; a part of it may be in place already
            for part, kept in zip(parts, before, strict=True):
                part.load_state_dict(kept)
            return []
        return curve

    def store(self, network: nn.Module, optimizer: torch.optim.Optimizer, curve: list[Epoch], *, last: bool) -> None:
        """Keep the state, where the last writing was long enough ago or nothing comes after it."""
        if self._path is None or not (last or time.monotonic() - self._written >= self._every):
            return
        state = {
            "network": network.state_dict(),
            "optimizers": [optimizer.state_dict()],
            "curve": [tuple(epoch) for epoch in curve],
        }
        written_whole(self._path, lambda path: torch.save(state, path))
        self._written = time.monotonic()

    def _read(self) -> dict[str, Any] | None:
        if self._path is None or not self._path.exists():
            return None
        try:
            state: dict[str, Any] = torch.load(self._path, weights_only=True)  # tensors and plain values: no code
        except Exception:  # torch.load has no error of its own for a broken file
            return None
        return state


def _numbers(curve: list[Epoch]) -> bool:
    return all(isinstance(value, float) for epoch in curve for value in epoch if value is not None)


def _fits(optimizer: torch.optim.Optimizer) -> bool:
    """Tell whether what an optimizer remembers of weights has their shape; torch loads any."""
    return all(
        values.shape in {(), weights.shape}
        for weights, remembered in optimizer.state.items()
        for values in remembered.values()
        if isinstance(values, torch.Tensor)
    )
