"""One step down a loss."""

import torch


def descend(loss: torch.Tensor, optimizer: torch.optim.Optimizer) -> float:
    """Take a step, and return the loss that it was taken from."""
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return float(loss.item())
