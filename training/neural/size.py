"""Refusing a network that would not fit, before any of it is made."""

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import nn

from training.memory import refuse_over
from warmstart.errors import DataError
from warmstart.onnx_graph import MOST_BYTES

NUMBER = 4  # bytes
LEARNT = 4  # numbers for each that is learnt: itself, its gradient, and Adam's two
PASSED = 3  # numbers for each that a step computes: itself, its gradient, and what was made of it
ROOM = 2**16  # bytes of a file beside its weights

N = TypeVar("N", bound=nn.Module)


def refuse_too_large(make: Callable[[], N], serves: Callable[[N], int], computed: int, what: str) -> None:
    """Raise DataError where a network's file would be larger than serving takes, or its learning than memory.

    Args:
        make: the network; only its sizes are, no numbers.
        serves: how many weights of it go into the file.
        computed: numbers that a step computes, roughly.
        what: is said to be too large.
    """
    with torch.device("meta"):
        network = make()
    if (size := NUMBER * serves(network) + ROOM) > MOST_BYTES:
        most = MOST_BYTES >> 20
        raise DataError(f"{what}: its network would be a file of {size / 2**20:,.0f} MiB, and {most} are served")
    kept = sum(values.numel() * (LEARNT if values.requires_grad else 1) for values in network.parameters())
    refuse_over(NUMBER * (kept + PASSED * computed), what)


def weights_of(module: nn.Module) -> int:
    """Count the weights of a module."""
    return sum(values.numel() for values in module.parameters())
