"""Real data sets, where a machine has them: never part of the repository."""

import os
from pathlib import Path

import pytest


def _real(name: str) -> Path:
    """Find a data set below WARMSTART_DATA, or where `warmstart data fetch` puts it."""
    folder = Path(os.environ.get("WARMSTART_DATA", "data"), name)
    if not folder.is_dir():
        pytest.skip(f"{name} is not here: warmstart data fetch {name}, or say where with WARMSTART_DATA")
    return folder


@pytest.fixture
def movielens_100k() -> Path:
    """Give the folder of MovieLens 100k."""
    return _real("movielens-100k")


@pytest.fixture
def movielens_1m() -> Path:
    """Give the folder of MovieLens 1M."""
    return _real("movielens-1m")
