"""A version on its way from the store to verified local files."""

import errno
import hashlib
import shutil
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, TYPE_CHECKING

from warmstart.errors import Corrupt, DiskUnusable, KeyMissing
from warmstart.init_times import InitTimes
from warmstart.manifest import ARRAYS, FileEntry, Manifest
from warmstart.registry import version_prefix
from warmstart.store import Store

if TYPE_CHECKING:
    from warmstart.finite import FiniteCheck

RANGE = 2 * 2**20  # bytes of one ranged read: small, so that the first is hashed while the next are on their way
PARALLEL = 4
PREFIX = "warmstart-"  # of the folders that pulls make in a cache
ATTEMPTS = 3  # of one range whose body is cut short, and of one file whose hash is wrong


class Pull:
    """Downloads one version by parallel ranges; can be left at any range and taken up again later.

    Size, SHA-256 and finite values are checked in one pass as the bytes arrive; no parser sees a file before that,
    but for the header of the arrays, which is read with bounds.
    """

    def __init__(self, store: Store, manifest: Manifest, cache: Path, times: InitTimes | None = None) -> None:
        self.manifest = manifest
        self.remaining_bytes = manifest.total_bytes
        self._store = store
        self._times = times or InitTimes()
        self._prefix = version_prefix(manifest.model, manifest.version)
        try:
            cache.mkdir(parents=True, exist_ok=True)
            self.folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{manifest.model}-{manifest.version}-", dir=cache))
        except OSError as error:
            raise DiskUnusable(f"{cache} cannot be written: {error.strerror}") from None
        self._steps = self._download_all()

    def advance(self, deadline: float | None = None) -> bool:
        """Download until all is there, or until `time.monotonic()` passes the deadline.

        Returns:
            Whether every file now lies verified in `folder`.

        Raises:
            Corrupt: bytes stay wrong after retries; the folder is removed.
            StoreError: the store gives no good answer; the folder is removed.
            DiskUnusable: the disk is full or read-only; the folder is removed.
        """
        try:
            for _ in self._steps:
                if deadline is not None and time.monotonic() >= deadline:
                    return False
        except OSError as error:
            self.discard()
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            raise DiskUnusable("the disk is full" if full else f"the disk refuses: {error.strerror}") from None
        except BaseException:
            self.discard()
            raise
        return True

    def discard(self) -> None:
        """Remove what was downloaded."""
        self._steps.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _download_all(self) -> Generator[None, None, None]:
        for name, entry in sorted(self.manifest.files.items()):
            yield from self._download(name, entry)

    def _download(self, name: str, entry: FileEntry) -> Generator[None, None, None]:
        key = f"{self._prefix}/{name}"
        part = self.folder / f"{name}.part"
        for attempt in range(1, ATTEMPTS + 1):
            with part.open("wb") as file:
                digest = yield from self._stream(key, entry, file, finite=name == ARRAYS)
            if digest == entry.sha256:
                part.rename(self.folder / name)
                return
            if attempt < ATTEMPTS:
                self.remaining_bytes += entry.bytes
        raise Corrupt(f"{key}: not the bytes that the manifest names")

    def _stream(self, key: str, entry: FileEntry, file: IO[bytes], *, finite: bool) -> Generator[None, None, str]:
        """Write one file as its ranges arrive in order; return its SHA-256."""
        digest = hashlib.sha256()
        check: FiniteCheck | None = None
        starts = range(0, entry.bytes, RANGE)
        for first in range(0, len(starts), PARALLEL):
            window = [(start, min(RANGE, entry.bytes - start)) for start in starts[first : first + PARALLEL]]
            for body in self._bodies(key, window):
                file.write(body)
                with self._times.part("Verify"):
                    digest.update(body)
                if finite:
                    check = check or _finite_check(entry.bytes)
                    with self._times.part("Verify"):
                        check.feed(body)
                self.remaining_bytes -= len(body)
            yield
        if check and check.found_in and digest.hexdigest() == entry.sha256:
            raise Corrupt(f"{key}: array {check.found_in} holds values that are not finite")
        return digest.hexdigest()

    def _bodies(self, key: str, window: Sequence[tuple[int, int]]) -> Iterator[memoryview]:
        """Read ranges, some at a time; in order, while the next are on their way."""
        with ThreadPoolExecutor(PARALLEL) as pool:  # ends before the pull is left: nobody may come back to end it
            bodies = pool.map(lambda place: self._range(key, *place), window)
            while True:
                with self._times.part("Download"):
                    body = next(bodies, None)
                if body is None:
                    return
                yield body

    def _range(self, key: str, start: int, length: int) -> memoryview:
        """Read one range; a body cut short is asked for again."""
        for _ in range(ATTEMPTS):
            try:
                body = self._store.get_range(key, start, length)
            except KeyMissing:
                raise Corrupt(f"{key} is missing") from None
            if len(body) == length:
                return body
        raise Corrupt(f"{key}: {len(body)} bytes at {start}, expected {length}")


def pull(store: Store, manifest: Manifest, cache: Path) -> Path:
    """Download a version at once; return the folder of its verified files."""
    download = Pull(store, manifest, cache)
    download.advance()
    return download.folder


def _finite_check(file_bytes: int) -> "FiniteCheck":
    """Import numpy only when the first bytes are there: a start imports it meanwhile."""
    from warmstart.finite import FiniteCheck  # noqa: PLC0415

    return FiniteCheck(file_bytes)
