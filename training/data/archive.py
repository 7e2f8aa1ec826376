"""Members of a zip archive, bounded before they are unpacked and verified after."""

import hashlib
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

from warmstart.errors import DataError


def extract(archive: Path, files: Mapping[str, str], to: Path, limit: int) -> list[Path]:
    """Unpack members into one folder under their last names; an empty SHA-256 is not compared."""
    try:
        with zipfile.ZipFile(archive) as members:
            return [_extract(members, name, sha256, to, limit) for name, sha256 in files.items()]
    except zipfile.BadZipFile as error:
        raise DataError(f"{archive.name} is not a zip archive, or a damaged one") from error


def sha256_of(path: Path) -> str:
    """Hash a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify(path: Path, sha256: str) -> None:
    """Raise DataError unless a file has this SHA-256."""
    found = sha256_of(path)
    if found != sha256.lower():
        raise DataError(f"{path.name} is not what was asked for: SHA-256 {found}, expected {sha256}")


def _extract(members: zipfile.ZipFile, name: str, sha256: str, to: Path, limit: int) -> Path:
    try:
        size = members.getinfo(name).file_size
    except KeyError as error:
        raise DataError(f"{Path(members.filename or '').name} holds no {name}") from error
    if size > limit:
        raise DataError(f"{name} would unpack to {size} bytes, over the limit of {limit}")
    path = to / Path(name).name
    with members.open(name) as member, path.open("wb") as file:
        shutil.copyfileobj(member, file)
    if sha256:
        verify(path, sha256)
    return path
