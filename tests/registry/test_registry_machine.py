"""A short run of the registry as a state machine; `python -m tests.registry` is the long one."""

import random

import pytest

from tests.registry.run import Run, soak

FIXED = 20_261_103


@pytest.mark.parametrize("kind", ["file", "s3"])
def test_a_known_history_does_not_break_the_registry(kind: str) -> None:
    """Whatever is done, and wherever it dies: nothing half is seen, nothing named is lost, no serial goes back."""
    assert soak(Run(kind, FIXED, 300), print).total() == 300


@pytest.mark.parametrize(("kind", "operations"), [("file", 300), ("s3", 100)])
def test_no_fresh_history_breaks_the_registry(kind: str, operations: int) -> None:
    """The same holds of operations that nobody has seen before."""
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    assert soak(Run(kind, seed, operations), print).total() == operations
