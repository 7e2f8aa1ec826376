"""Where networks are trained: on the GPU where there is one."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


def found() -> torch.device:
    """Return the fastest device of this machine."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


@contextmanager
def seeded(*numbers: int) -> Iterator[None]:
    """Draw from a generator of one's own within, whatever was drawn before; leave torch's as it was."""
    seed = 0
    for number in numbers:
        seed = (seed * 1_000_003 + number) % 2**63
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield
