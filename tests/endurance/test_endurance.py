"""The same as `python -m tests.endurance`, with smaller numbers."""

import secrets
from pathlib import Path

import pytest

from tests.endurance import frozen, memory_run

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", memory_run.NAMES)
def test_memory_stays_flat(name: str, tmp_path: Path) -> None:
    """Within 5 % over thousands of requests and many swaps; descriptors too."""
    seed = secrets.randbelow(2**31)
    course = memory_run.run(name, tmp_path, warm_up=3_000, requests=15_000, every=300, seed=seed)
    print(f"seed {seed}: {memory_run.row(course)}")
    memory_run.check(course)


@pytest.mark.parametrize(("timeout_s", "slices"), [(15.0, False), (2.0, True)])
def test_a_frozen_function_swaps(timeout_s: float, slices: bool, tmp_path: Path) -> None:
    """A large version arrives in one answer where that has the time, else over several; nothing is ever mixed."""
    swaps = frozen.run(tmp_path, timeout_s=timeout_s, large_users=250_000)
    for swap in swaps:
        print(frozen.row(swap))
        frozen.check(swap, tmp_path)
    assert {swap.what: len(swap.until) > 1 for swap in swaps} == {
        "small again, over small": False,
        "large, over small again": slices,
        "large again, over large": slices,
        "small, over large again": False,
    }
    assert "refresh failed" not in (tmp_path / "log").read_text()
