"""Real data sets, where a machine has them: never part of the repository."""

import os
from pathlib import Path

import pytest


def _real(name: str) -> Path:
    """Find a data set below WARMSTART_DATA, or in data/ beside the repository or in it."""
    places = [Path(os.environ.get("WARMSTART_DATA", "data")), Path("../shared/data")]
    found = next((place / name for place in places if (place / name).is_dir()), None)
    return found or pytest.skip(f"{name} is not here: warmstart data fetch {name}, or set WARMSTART_DATA")


@pytest.fixture
def movielens_100k() -> Path:
    """Give the folder of MovieLens 100k."""
    return _real("movielens-100k")


@pytest.fixture
def movielens_1m() -> Path:
    """Give the folder of MovieLens 1M."""
    return _real("movielens-1m")
