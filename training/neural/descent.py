"""Steps down a loss."""

from collections.abc import Iterable

import torch

from warmstart.errors import DataError


def descend(losses: Iterable[tuple[torch.Tensor, int]], optimizer: torch.optim.Optimizer) -> float:
    """Take a step down each loss, and return the mean of all.

    Args:
        losses: a batch's mean, and of how many; each is computed once the step before it is taken.
        optimizer: takes them.

    Raises:
        DataError: a GPU has not enough memory for a batch.
    """
    total, count = 0.0, 0
    try:
        for loss, size in losses:
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            total, count = total + float(loss.item()) * size, count + size
    except torch.OutOfMemoryError:
        raise DataError("the GPU has not enough memory for a batch; take a smaller one") from None
    return total / max(count, 1)
