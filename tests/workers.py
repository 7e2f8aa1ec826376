"""Which tests one process runs, and in which order, where several processes run them at once."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

TOGETHER = {  # folder -> group: what these start once, a session's fixtures start for all of them
    "tests/e2e/emulated/": "docker",
    "tests/images/": "docker",
    "tests/e2e/explorer/": "explorer",
    "tests/faults/": "faults",
    "tests/fuzz/": "fuzz",
}
APART = ("tests/notebooks/", "tests/quality/", "tests/endurance/")  # their tests share nothing
FIRST = ("docker", *APART, "fuzz", "explorer", "faults", "tests/e2e/")  # the longest: what begins last must be short


class Shared(LoadScopeScheduling):
    """Gives a process one group after another, in the order of the collection."""

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def group_of(nodeid: str) -> str:
    """Return what runs in one process with a test: its folder's group, itself alone, or its file."""
    path, _, _ = nodeid.partition("::")
    if path.startswith(APART):
        return nodeid
    return next((group for folder, group in TOGETHER.items() if path.startswith(folder)), path)


def place_of(nodeid: str) -> int:
    """Return the place of a test's group in the order of the long ones, behind them where it is none."""
    group = group_of(nodeid)
    return next((place for place, name in enumerate(FIRST) if group.startswith(name)), len(FIRST))
