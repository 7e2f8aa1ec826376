"""Which tests one process runs, and in which order, where `make test` runs several processes at once."""

from collections.abc import Sequence
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
TOGETHER = {  # folder -> group: what these start once, a session's fixtures start for all of them
    "e2e/emulated": "docker",
    "images": "docker",
    "e2e/explorer": "explorer",
    "faults": "faults",
    "fuzz": "fuzz",
}
APART = ("notebooks/test_notebooks.py", "quality/test_quality.py", "endurance/test_endurance.py")  # they share nothing
FIRST = ("docker", *APART, "fuzz", "explorer", "faults", "e2e")  # the longest: what begins last must not be long


def share_out(items: list[pytest.Item]) -> None:
    """Group tests by their folder or their file, and let the long groups begin."""
    for item in items:
        if group := group_of(item.path.relative_to(TESTS).as_posix()):
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: rank(item, FIRST))


def group_of(path: str) -> str | None:
    """Return whose process runs a file's tests; None: any process any of them."""
    if path in APART:
        return None
    return next((group for folder, group in TOGETHER.items() if path.startswith(f"{folder}/")), path)


def rank(item: pytest.Item, first: Sequence[str]) -> int:
    """Return a test's place in the order: its group's or its file's place, the last where neither has one."""
    path = item.path.relative_to(TESTS).as_posix()
    names = (group_of(path) or path, path)
    return next((place for place, name in enumerate(first) if any(each.startswith(name) for each in names)), len(first))
