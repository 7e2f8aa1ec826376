"""Files and folders that appear whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from warmstart.errors import DataError


@contextmanager
def whole_folder(target: Path) -> Iterator[tuple[Path, Path]]:
    """Give a folder to fill and one for scraps; the first becomes the target unless something is raised."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise DataError(f"{target} exists and is not an empty folder")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as scraps:
            folder = Path(scraps, "whole")
            folder.mkdir()
            yield folder, Path(scraps)
            folder.rename(target)
    except OSError as error:
        raise DataError(f"{target} cannot be written: {error.strerror or error}") from error


def write_whole(target: Path, text: str) -> None:
    """Write a text file in one step."""
    try:
        with TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as scraps:
            file = Path(scraps, "whole")
            file.write_text(text, encoding="utf8")
            file.replace(target)
    except OSError as error:
        raise DataError(f"{target} cannot be written: {error.strerror or error}") from error
