"""An init: where its time goes, in milliseconds by part, written once as metrics of the function."""

import gc
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, get_args

from warmstart.telemetry import metrics

Part = Literal["Imports", "Store", "Download", "Verify", "Map", "SelfCheck"]


class InitTimes:
    """Adds up the parts. A pull runs beside the imports, so all parts together can be more than the whole."""

    def __init__(self) -> None:
        self.ms: dict[Part, float] = dict.fromkeys(get_args(Part), 0.0)

    @contextmanager
    def part(self, name: Part) -> Iterator[None]:
        """Count a block; a part is timed by one thread at a time."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.ms[name] += (time.perf_counter() - started) * 1000

    def imported(self) -> None:
        """Say that all is imported that answers need: `Imports` is the time from the start of the process to now."""
        self.ms["Imports"] = process_age_ms()

    def write(self) -> None:
        """Write `ImportsMs` to `SelfCheckMs`, and `InitMs`: the time from the start of the process to now."""
        named = {f"{name}Ms": ms for name, ms in self.ms.items()} | {"InitMs": process_age_ms()}
        function = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "local")
        metrics({name: round(ms, 2) for name, ms in named.items()}, "Milliseconds", function=function)


@contextmanager
def init() -> Iterator[InitTimes]:
    """Run a function's init, and write where its time went.

    No garbage is looked for among what is imported, now or later: it stays.
    """
    times = InitTimes()
    gc.disable()
    try:
        yield times
    finally:
        gc.freeze()
        gc.enable()
    times.write()


def process_age_ms() -> float:
    """Return the milliseconds since this process began, by the 10 ms that Linux counts in; 0 where it does not say."""
    try:
        after_the_name = Path("/proc/self/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return 0.0
    began = int(after_the_name[19]) / os.sysconf("SC_CLK_TCK")  # field 22 of proc(5), since the machine began
    return max(0.0, (time.clock_gettime(time.CLOCK_BOOTTIME) - began) * 1000)
