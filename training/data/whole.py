"""Files and folders that appear whole or not at all."""

import fcntl
import glob
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

from warmstart.errors import DataError

UNFINISHED = ".unfinished-"  # in the names of folders that a process works in
LOCK = "lock"  # a file in each, locked while its process lives


@contextmanager
def whole_folder(target: Path) -> Iterator[tuple[Path, Path]]:
    """Give a folder to fill and one for scraps; the first becomes the target unless something is raised."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise DataError(f"{target} exists and is not an empty folder")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with scraps_beside(target) as scraps:
            folder = scraps / "whole"
            folder.mkdir()
            yield folder, scraps
            folder.rename(target)
    except OSError as error:
        raise DataError(f"{target} cannot be written: {error.strerror or error}") from error


def write_whole(target: Path, text: str) -> None:
    """Write a text file in one step."""
    try:
        with scraps_beside(target) as scraps:
            file = scraps / "whole"
            file.write_text(text, encoding="utf8")
            file.replace(target)
    except OSError as error:
        raise DataError(f"{target} cannot be written: {error.strerror or error}") from error


@contextmanager
def scraps_beside(target: Path) -> Iterator[Path]:
    """Give a folder of this process alone, in the target's own; what killed processes have left of theirs goes first.

    Raises:
        OSError: it cannot be made, or what is done meanwhile fails.
    """
    beside, name = target.absolute().parent, f".{target.name}"
    _sweep(beside, f"{name}{UNFINISHED}")
    scraps = Path(mkdtemp(dir=beside, prefix=f"{name}.begun-"))
    try:
        with (scraps / LOCK).open("w") as lock:
            with suppress(OSError):  # a file system without locks: nothing is swept there
                fcntl.flock(lock, fcntl.LOCK_EX)
            scraps = scraps.rename(beside / scraps.name.replace(f"{name}.begun-", f"{name}{UNFINISHED}", 1))
            yield scraps
    finally:
        shutil.rmtree(scraps, ignore_errors=True)


def _sweep(beside: Path, prefix: str) -> None:
    """Remove folders whose process is gone: the kernel has let go of its lock."""
    for left in beside.glob(f"{glob.escape(prefix)}*"):
        with suppress(OSError), (left / LOCK).open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left)
