"""Files and folders that appear whole or not at all."""

import fcntl
import glob
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from warmstart.errors import DataError

UNFINISHED = ".unfinished-"  # in the names of folders that a process works in


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
    beside, prefix = target.absolute().parent, f".{target.name}{UNFINISHED}"
    with _held(beside):  # nobody takes what is made just now for left
        _sweep(beside, prefix)
        scraps = TemporaryDirectory(dir=beside, prefix=prefix)
        held = os.open(scraps.name, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
    try:
        with scraps:
            yield Path(scraps.name)
    finally:
        os.close(held)


def _sweep(beside: Path, prefix: str) -> None:
    for left in beside.glob(f"{glob.escape(prefix)}*"):
        with suppress(OSError), _held(left, fcntl.LOCK_NB):  # whose process lives is not to be had
            shutil.rmtree(left)


@contextmanager
def _held(folder: Path, wait: int = 0) -> Iterator[None]:
    """Lock a folder; however a process ends, the kernel lets go of what it held."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | wait)
        yield
    finally:
        os.close(handle)
