"""What Linux says of a process."""

from pathlib import Path
from typing import NamedTuple

MB = 2**20


class Sample(NamedTuple):
    """Memory in bytes, and open descriptors."""

    rss: int  # in RAM, mapped files included
    anonymous: int  # in RAM and of no file: what only the process itself can give back
    descriptors: int
    mapped: int  # bytes of model files in its address space, whether in RAM or not
    deleted: int  # of those, bytes whose file is gone: a former version that is still held


def sample(pid: int) -> Sample:
    """Measure a process."""
    fields = _status(pid)
    maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    models = [line for line in maps if "arrays.safetensors" in line]
    descriptors = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    deleted = sum(_length(line) for line in models if line.endswith("(deleted)"))
    return Sample(fields["VmRSS"], fields["RssAnon"], descriptors, sum(map(_length, models)), deleted)


def peak(pid: int) -> int:
    """Return the most RAM that a process has had since `forget_peak`."""
    return _status(pid)["VmHWM"]


def forget_peak(pid: int) -> None:
    """Begin to measure the peak anew (proc(5), clear_refs)."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def _status(pid: int) -> dict[str, int]:
    lines = [line.split() for line in Path(f"/proc/{pid}/status").read_text().splitlines()]
    return {words[0].rstrip(":"): int(words[1]) * 1024 for words in lines if len(words) == 3 and words[2] == "kB"}


def _length(line: str) -> int:
    start, _, end = line.partition(" ")[0].partition("-")
    return int(end, 16) - int(start, 16)
