"""An object store with the two conditional writes that the registry needs, over S3 or a folder."""

import fcntl
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotModifiedError
from obstore.store import LocalStore, S3Store

from warmstart.errors import Conflict, Corrupt, KeyMissing, SettingsError
from warmstart.store_errors import BUSY, code_of, translated

if TYPE_CHECKING:
    from obstore.store import ClientConfig, S3Config

BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
ANOTHER_PART = re.compile(r"non-partial response|Requested \d+\.\.\d+, got ")  # what obstore says of a wrong range
BUSY_TRIES = 5
IDLE = "2s"  # after which a connection is not used again
BUSY_SECONDS = 0.1
BACKOFF = timedelta(seconds=1)  # the longest wait between two tries
LOCK_SECONDS = 10.0  # that a write waits for another's lock


class Object(NamedTuple):
    """An object's bytes and the tag that its next conditional write must name."""

    data: bytes
    etag: str


class Patience(NamedTuple):
    """How long to wait for a store, in seconds.

    A request that was silent for its whole time is not sent again where that is longer than tries are made.
    """

    request: float = 30.0
    connect: float = 2.0
    silence: float = 30.0  # between two bytes of an answer
    retries: int = 4
    retry_for: float = 8.0

    @property
    def longest(self) -> float:
        """How long one write can be tried for: each time, a last try begins just before the end of `retry_for`."""
        return BUSY_TRIES * (self.retry_for + BACKOFF.total_seconds() + self.request + BUSY_SECONDS)


PATIENT = Patience()
WATCHFUL = Patience(silence=2.5, retry_for=4)  # of functions: a store that is silent leaves them time to answer
HASTY = Patience(request=0.3, connect=0.3, retries=1, retry_for=0.3)  # a check inside somebody's request


def _unless_busy(write: Callable[[], object]) -> None:
    """Make a conditional write; one that met another in progress is made again, and is most often decided then."""
    for _ in range(BUSY_TRIES - 1):
        try:
            write()
        except AlreadyExistsError as error:
            if BUSY not in code_of(error):
                raise
            time.sleep(BUSY_SECONDS)
        else:
            return
    write()


class Store:
    """Objects under one URL; keys are relative to it. Safe to share between threads."""

    def __init__(self, url: str, backend: Any) -> None:
        self.url = url
        self._backend = backend

    def get(self, key: str, *, limit: int) -> Object:
        """Return the whole object; one that says to hold over `limit` bytes is refused unread."""
        with translated(key):
            return self._read(obstore.get(self._backend, key), key, limit)

    def get_if_changed(self, key: str, etag: str | None, *, limit: int) -> Object | None:
        """Return the object, or None while its tag is still `etag`; with None for a tag it always counts as changed."""
        if etag is None:
            return self.get(key, limit=limit)
        try:
            with translated(key):
                return self._read(obstore.get(self._backend, key, options={"if_none_match": etag}), key, limit)
        except NotModifiedError:
            return None

    def get_range(self, key: str, start: int, length: int) -> memoryview:
        """Return `length` bytes from `start`; a shorter body is returned as it came, for the caller to judge.

        An answer that is not the part asked for, as of a network that shows its own page, counts as an empty one.
        """
        with translated(key):
            try:
                return memoryview(obstore.get_range(self._backend, key, start=start, length=length))
            except BaseError as error:
                if not ANOTHER_PART.search(str(error)):
                    raise
                return memoryview(b"")

    def size(self, key: str) -> int:
        """Return the object's size in bytes."""
        with translated(key):
            return int(obstore.head(self._backend, key)["size"])

    def put(self, key: str, content: bytes | Path) -> None:
        """Write bytes or a file, whatever stood there; large files go in parts."""
        with translated(key):
            obstore.put(self._backend, key, content)

    def put_if_absent(self, key: str, data: bytes) -> None:
        """Write a small object; raise Conflict where one exists."""
        with translated(key):
            _unless_busy(lambda: obstore.put(self._backend, key, data, mode="create", use_multipart=False))

    def replace(self, key: str, data: bytes, etag: str) -> None:
        """Write a small object over the version that bears `etag`; raise Conflict where another stands."""
        with translated(key):
            _unless_busy(lambda: obstore.put(self._backend, key, data, mode={"e_tag": etag}, use_multipart=False))

    def delete(self, key: str) -> None:
        """Remove an object; one that is not there is no error."""
        with suppress(KeyMissing), translated(key):
            obstore.delete(self._backend, key)

    def remove_folder(self, prefix: str) -> None:
        """Remove what is left of a folder whose objects are gone: nothing, in an object store."""

    def keys(self, prefix: str) -> list[str]:
        """Return every key below a folder, sorted."""
        return sorted(self.times(prefix))

    def times(self, prefix: str) -> dict[str, datetime]:
        """Return every key below a folder with the time at which it was written, by the store's clock."""
        with translated(prefix):
            return {m["path"]: m["last_modified"] for batch in obstore.list(self._backend, prefix) for m in batch}

    def folders(self, prefix: str) -> list[str]:
        """Return the names of the folders right below a folder, sorted."""
        with translated(prefix):
            found = obstore.list_with_delimiter(self._backend, prefix)["common_prefixes"]
        return sorted(path.rstrip("/").rpartition("/")[2] for path in found)

    @staticmethod
    def _read(result: Any, key: str, limit: int) -> Object:
        if result.meta["size"] > limit:
            raise Corrupt(f"{key} holds {result.meta['size']} bytes, over the limit of {limit}")
        etag = result.meta["e_tag"]
        return Object(bytes(result.bytes()), etag)


class FolderStore(Store):
    """A store in a folder; a lock file stands in for the conditional write that a file system lacks."""

    def __init__(self, url: str, folder: Path) -> None:
        super().__init__(url, LocalStore(folder, automatic_cleanup=False, mkdir=True))
        self._folder = folder

    def replace(self, key: str, data: bytes, etag: str) -> None:
        """Compare and write under a lock: all writers of this store are this code."""
        with translated(key), self._locked(key):
            if obstore.head(self._backend, key)["e_tag"] != etag:
                raise Conflict(f"{key} was written by somebody else")
            obstore.put(self._backend, key, data, use_multipart=False)

    def remove_folder(self, prefix: str) -> None:
        """Remove the folder itself, and what writers left in it that were killed halfway: such files are no objects."""
        import shutil  # noqa: PLC0415 the authorizer removes nothing, and starts without it and its archives

        shutil.rmtree(self._folder / prefix, ignore_errors=True)

    def folders(self, prefix: str) -> list[str]:
        """Return the folders with anything in them: an object store has no empty ones."""
        found = super().folders(prefix)
        walks = {name: os.walk(self._folder / prefix / name) for name in found}  # silent of what goes meanwhile
        return [name for name, walk in walks.items() if any(files for _, _, files in walk)]

    @contextmanager
    def _locked(self, key: str) -> Iterator[None]:
        lock = self._folder / ".locks" / key.replace("/", "~")
        lock.parent.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + LOCK_SECONDS
        with lock.open("w") as handle:
            while not _taken(handle):
                if time.monotonic() > deadline:
                    raise Conflict(f"{key}: another process has not given back {lock} for {LOCK_SECONDS:g} seconds")
                time.sleep(0.02)
            yield


def _taken(handle: IO[str]) -> bool:
    """Try to lock a file; the lock goes when it is closed."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def open_store(
    url: str,
    *,
    patience: Patience = PATIENT,
    credentials: Callable[[], Any] | None = None,
    endpoint: str | None = None,
) -> Store:
    """Open `s3://bucket/prefix`, `file:///folder` or a plain folder.

    Args:
        url: where the store is.
        patience: time limits and retries.
        credentials: an obstore credential provider; without one the environment is read, as Lambda sets it.
        endpoint: an S3-compatible server instead of AWS; without one the environment is read.

    Raises:
        SettingsError: the URL is of no known kind, or the folder cannot be made.
    """
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    if url.startswith("s3://") and BUCKET.fullmatch(bucket):
        return Store(url, _s3(bucket, prefix.strip("/"), patience, credentials, endpoint))
    path = re.sub(r"^file://(localhost)?(?=/)", "", url)
    if not path or ":" in path.partition("/")[0]:
        raise SettingsError(f"a store is s3://bucket/prefix, file:///folder or a folder, not {url!r}")
    folder = Path(path).expanduser().resolve()
    try:
        return FolderStore(f"file://{folder}", folder)
    except (BaseError, OSError) as error:
        raise SettingsError(f"the folder {folder} cannot be used: {error}") from None


def _s3(
    bucket: str, prefix: str, patience: Patience, credentials: Callable[[], Any] | None, endpoint: str | None
) -> S3Store:
    options: ClientConfig = {"timeout": f"{patience.request}s", "connect_timeout": f"{patience.connect}s"}
    options["read_timeout"] = f"{patience.silence}s"
    options["pool_idle_timeout"] = IDLE  # a function that was frozen would write into a connection that S3 has closed
    config: S3Config = {}
    if endpoint:
        config = {"endpoint": endpoint, "virtual_hosted_style_request": False}
        options["allow_http"] = endpoint.startswith("http://")
    return S3Store(
        bucket,
        prefix=prefix or None,
        config=config,
        client_options=options,
        retry_config={
            "max_retries": patience.retries,
            "retry_timeout": timedelta(seconds=patience.retry_for),
            "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": BACKOFF, "base": 2},
        },
        credential_provider=credentials,
    )
