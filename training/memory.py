"""How much memory is left, and refusing what would not fit before it begins."""

import resource
from pathlib import Path

from warmstart.errors import DataError

GB = 10**9
MEMINFO = Path("/proc/meminfo")
STATM = Path("/proc/self/statm")
CGROUP = Path("/sys/fs/cgroup")


def refuse_over(needed: int, what: str) -> None:
    """Raise DataError where something needs more bytes of memory than are left."""
    left = available()
    if left is not None and needed > left:
        raise DataError(f"{what} needs {needed / GB:.3g} GB of memory, and {left / GB:.3g} GB are left")


def available() -> int | None:
    """Return the bytes that this process can still take: the least of what system, group and limit leave.

    None where the system does not say.
    """
    known = [left for left in (_of_system(MEMINFO), _of_group(CGROUP), _of_limit()) if left is not None]
    return min(known, default=None)


def _of_system(meminfo: Path) -> int | None:
    try:
        lines = dict(line.split(":", 1) for line in meminfo.read_text().splitlines())
        return int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return None


def _of_limit() -> int | None:
    """Return what `ulimit -v` leaves."""
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    try:
        taken = int(STATM.read_text().split()[0]) * resource.getpagesize()
    except (OSError, ValueError):
        return None
    return None if limit == resource.RLIM_INFINITY else max(0, limit - taken)


def _of_group(folder: Path) -> int | None:
    """Return what a control group (version 2) leaves; what its page cache holds can be taken back."""
    try:
        limit, current = (int((folder / f"memory.{name}").read_text()) for name in ("max", "current"))
        cached = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())["inactive_file"]
    except (OSError, KeyError, ValueError):  # "max" where there is no limit
        return None
    return limit - current + int(cached)
