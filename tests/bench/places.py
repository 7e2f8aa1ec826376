"""Where things are: the repository, what benchmarks build, and the data that a machine may have."""

import os
from pathlib import Path

from tests.bench.figures import Skipped

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build"


def data_set(name: str) -> Path:
    """Return the folder of a real data set, or skip the benchmark that needs it."""
    folder = Path(os.environ.get("WARMSTART_DATA", ROOT / "data"), name)
    if not folder.is_dir():
        raise Skipped(f"no {name}: say where its parent folder is with WARMSTART_DATA")
    return folder
