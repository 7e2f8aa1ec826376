"""`warmstart --help`, as a shell runs it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figures import Figure, Skipped
from tests.bench.timing import Measure, interleaved, medians, timed

ROUNDS = 15


def figures() -> Iterator[Figure]:
    """Measure the console script beside an interpreter that does nothing."""
    script = Path(sys.executable).with_name("warmstart")
    if not script.exists():
        raise Skipped(f"no {script.name} beside {Path(sys.executable).name}: install the project")
    measures = {"help": _process(str(script), "--help"), "bare": _process(sys.executable, "-c", "pass")}
    interleaved(measures, 1)
    times = interleaved(measures, ROUNDS)
    middle = medians(times)
    yield Figure(
        name="warmstart --help",
        ms=middle["help"],
        peer="python -c pass",
        peer_ms=middle["bare"],
        limit=300,
        limits="ms",
        raw=times,
    )


def _process(*command: str) -> Measure:
    return timed(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))
