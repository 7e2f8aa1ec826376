"""The least that this machine needs for something, to be measured beside it."""

import mmap
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.bench.timing import Measure, timed

STARTED = """
import hashlib, importlib, sys
names, files = (part.split(",") for part in sys.argv[1:])
for name in filter(None, names):
    importlib.import_module(name)
for name in filter(None, files):
    with open(name, "rb") as file:
        hashlib.file_digest(file, "sha256")
"""


def start(modules: Iterable[str], files: Iterable[Path]) -> Measure:
    """Return what measures an interpreter that imports modules, reads files, hashes them, and ends."""
    command = [sys.executable, "-c", STARTED, ",".join(modules), ",".join(map(str, files))]
    return timed(lambda: subprocess.run(command, check=True))


def mapping(files: Sequence[Path]) -> Measure:
    """Return what measures opening files that are not empty and mapping them."""

    def mapped() -> None:
        for path in files:
            with path.open("rb") as file:
                mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ).close()

    return timed(mapped)
