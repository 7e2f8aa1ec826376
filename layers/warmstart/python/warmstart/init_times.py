"""Where the time of a start goes: milliseconds by part, written once, as metrics of the function."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from warmstart.telemetry import metrics

Part = Literal["Imports", "Store", "Download", "Verify", "Map", "SelfCheck"]
PARTS: tuple[Part, ...] = ("Imports", "Store", "Download", "Verify", "Map", "SelfCheck")


class InitTimes:
    """Adds up the parts of an init. A pull runs beside the imports, so the parts are more than the whole."""

    def __init__(self) -> None:
        self._ms = dict.fromkeys(PARTS, 0.0)

    @contextmanager
    def part(self, name: Part) -> Iterator[None]:
        """Count a block; a part is timed by one thread at a time."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self._ms[name] += (time.perf_counter() - started) * 1000

    def imported(self) -> None:
        """Everything is imported that the first answer needs: that took from the start of the process to now."""
        self._ms["Imports"] = process_age_ms()

    def write(self) -> None:
        """Write `ImportsMs` to `SelfCheckMs`, and `InitMs`, from the start of the process to now."""
        named = {f"{name}Ms": round(ms, 2) for name, ms in {**self._ms, "Init": process_age_ms()}.items()}
        metrics(named, "Milliseconds", function=os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "local"))


def process_age_ms() -> float:
    """Return the milliseconds since this process began, to the 10 ms that Linux counts in; 0 where it does not say."""
    try:
        with open("/proc/self/stat", "rb") as stat:  # noqa: PTH123 pathlib need not be there yet
            after_name = stat.read().rpartition(b")")[2].split()
    except OSError:
        return 0.0
    began = int(after_name[19]) / os.sysconf("SC_CLK_TCK")  # field 22 of proc(5), in ticks since the machine started
    return max(0.0, (time.clock_gettime(time.CLOCK_BOOTTIME) - began) * 1000)
