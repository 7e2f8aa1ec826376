"""A command until its end: how long it took, and how much memory it and all that it started had at most."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

EVERY = 0.05  # seconds between two looks
PAGE = os.sysconf("SC_PAGE_SIZE")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")  # as many as a user has by default
ROOT = Path(__file__).parents[2]


class Watched(NamedTuple):
    """What one command took, and what it said."""

    seconds: float
    cpu_seconds: float  # of all its processes, on all cores: what others do on the machine hardly changes it
    peak: int  # bytes in RAM of all its processes together; a page that two of them have counts twice
    said: Any  # the JSON of its standard output

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "seconds": round(self.seconds, 2),
            "cpu_seconds": round(self.cpu_seconds, 2),
            "peak_bytes": self.peak,
            "said": self.said,
        }


def watched(command: Sequence[str], folder: Path, fine: Sequence[int]) -> Watched:
    """Run a command in a folder to its end.

    Args:
        command: what to run; it says JSON.
        folder: where.
        fine: the codes that it may end with.

    Raises:
        RuntimeError: it ended otherwise, with its last words.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as log:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=environment(), stdout=output, stderr=log)
        over, peaks = threading.Event(), [0]
        looking = threading.Thread(target=_look, args=(process.pid, over, peaks), daemon=True)
        looking.start()
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = code = os.waitstatus_to_exitcode(status)
        over.set()
        looking.join()
        if code not in fine:
            raise RuntimeError(f"{' '.join(command[3:])} ended with {code}: {_text(log)[-2000:]}")
        sys.stderr.write(_text(log)[-400:])
        cpu_seconds = used.ru_utime + used.ru_stime
        return Watched(seconds, cpu_seconds, max(used.ru_maxrss * 1024, *peaks), json.loads(_text(output)))


def tree(root: int) -> set[int]:
    """Return a process and all that it started and what these did, as far as they live."""
    found, unseen = set[int](), {root}
    while unseen:
        pid = unseen.pop()
        found.add(pid)
        unseen |= _children(pid) - found
    return found


def resident(pids: set[int]) -> int:
    """Return how many bytes processes have in RAM, each of them for itself."""
    return sum(_resident(pid) for pid in pids)


def kill(root: int) -> None:
    """End a process and all that it started as a power cut would, as far as they live."""
    for pid in tree(root):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def environment() -> dict[str, str]:
    """Return the variables of a command that runs our code, with as many threads as there are cores."""
    given = {name: value for name, value in os.environ.items() if name not in THREADS}
    paths = [str(ROOT), str(ROOT / "layers" / "warmstart" / "python")]
    return {**given, "PYTHONPATH": os.pathsep.join(paths)}


def _look(root: int, over: threading.Event, peaks: list[int]) -> None:
    """Look at intervals; what a single process had at most the system itself knows."""
    while not over.wait(EVERY):
        peaks[0] = max(peaks[0], resident(tree(root)))


def _children(pid: int) -> set[int]:
    try:
        tasks = [*Path(f"/proc/{pid}/task").iterdir()]
        return {int(child) for task in tasks for child in (task / "children").read_text().split()}
    except OSError:  # it has ended
        return set()


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except OSError:
        return 0


def _text(file: Any) -> str:
    file.seek(0)
    text: str = file.read().decode(errors="replace")
    return text
