"""Where networks are trained: on the GPU where there is one, and in memory that is not fetched anew for each batch."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import torch

KEPT = ((-3, 2**25), (-1, 2**30), (-2, 2**26))  # of glibc's mallopt: M_MMAP_THRESHOLD, M_TRIM_THRESHOLD, M_TOP_PAD


def fastest_device() -> torch.device:
    """Return the fastest device of this machine."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def keep_freed_memory() -> None:
    """Let the allocator keep what a batch frees for the next one, for as long as the process lives.

    By default glibc gives arrays of a MB back to the system at once, and the next batch waits for pages to be made.
    """
    with suppress(OSError, AttributeError):  # another C library
        for option, size in KEPT:
            ctypes.CDLL(None).mallopt(option, size)


@contextmanager
def seeded(*numbers: int) -> Iterator[None]:
    """Draw from a generator of one's own within, whatever was drawn before; leave torch's as it was."""
    seed = 0
    for number in numbers:
        seed = (seed * 1_000_003 + number) % 2**63
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield
