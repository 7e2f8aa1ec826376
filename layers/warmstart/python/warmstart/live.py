"""The models that a function serves now: loaded once, looked after in requests, swapped whole, last good kept."""

import hashlib
import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from warmstart.errors import (
    ArtifactError,
    Incompatible,
    KeyMissing,
    ManifestInvalid,
    ModelNotFound,
    ModelUnavailable,
    TooLarge,
    WarmstartError,
)
from warmstart.init_times import InitTimes
from warmstart.manifest import MAX_BYTES, Manifest
from warmstart.pull import PREFIX, Pull
from warmstart.registry import Alias, alias_key, manifest_key
from warmstart.settings import Settings
from warmstart.store import HASTY, WATCHFUL, Store, open_store
from warmstart.telemetry import log, log_failure, metric

if TYPE_CHECKING:
    from warmstart.recommender import Recommender
    from warmstart.scorer import Scorer

L = TypeVar("L")  # what a version is, once it is loaded
L_co = TypeVar("L_co", covariant=True)
Load = Callable[[Path, Manifest], L]
ASSUMED_BYTES_PER_SECOND = 40 * 2**20  # of a pull from S3, on the safe side
SLICE_SECONDS = 0.2  # what one request gives to a pull that does not fit it
SPARE_SECONDS = 1.0  # of a request's time, kept for its answer
RETRY_SECONDS = 1.0  # between attempts to load a model that has none yet
LONGEST_WAIT_SECONDS = 600.0
MOST_DOUBLINGS = 10  # of a wait, for versions that are bad one after another


class Served(NamedTuple, Generic[L_co]):
    """One version, loaded; requests hold it until they have answered."""

    loaded: L_co
    manifest: Manifest
    serial: int
    folder: Path


class Next(NamedTuple):
    """A version on its way: what the alias said, and the pull that brings it."""

    alias: Alias
    etag: str
    pull: Pull


class LiveModel(Generic[L]):
    """One model: the version served now, and the next one on its way."""

    def __init__(self, name: str, models: "LiveModels[L]") -> None:
        self.name = name
        self.served: Served[L] | None = None
        self._models = models
        self._next: Next | None = None
        self._etag: str | None = None  # of the alias that is served
        self._look_at = 0.0  # `time.monotonic()` before which the alias is left alone
        self._looked_at: str | None = None  # the tag of the alias that was read last
        self._bad: tuple[str | None, float] = (None, 0.0)  # the tag of one that led to nothing, and until when
        self._bad_versions = 0  # in a row; each doubles that time
        self._lock = threading.Lock()

    def current(self, deadline: float) -> Served[L]:
        """Return the version to answer with, after at most one look at the alias.

        Args:
            deadline: `time.monotonic()` by which the request must have been answered.

        Raises:
            ModelUnavailable: no good version was ever loaded; the log names the cause.
        """
        if self.served is None:
            with self._lock:
                self._refresh(self._models.store, deadline)
        elif self._lock.acquire(blocking=False):  # whoever finds it taken answers with what is there
            try:
                self._refresh(self._models.hasty_store, deadline)
            finally:
                self._lock.release()
        if self.served is None:
            raise ModelUnavailable(self.name)
        return self.served

    def _refresh(self, store: Store, deadline: float) -> None:
        """Look at the alias if it is time to, and bring a new version nearer; a failure leaves the last good one."""
        try:
            if time.monotonic() >= self._look_at:
                self._look_at = time.monotonic() + self._models.settings.refresh_seconds
                self._look(store)
            if self._next is not None:
                self._bring_nearer(self._next, deadline)
        except WarmstartError as error:
            self._failed(error)

    def _look(self, store: Store) -> None:
        """Read the alias if it changed, and start to pull the version that it names."""
        key = alias_key(self.name, self._models.settings.alias)
        with self._models.times.part("Store"):
            found = store.get_if_changed(key, self._etag, limit=MAX_BYTES)
        if found is None or (found.etag == self._bad[0] and time.monotonic() < self._bad[1]):
            return
        self._looked_at = found.etag
        alias = Alias.from_json(found.data)
        if self.served and alias.serial < self.served.serial:
            raise ArtifactError(f"the alias has serial {alias.serial}, older than {self.served.serial}")
        if self.served and alias.version == self.served.manifest.version:
            self._drop_next()
            self.served, self._etag = self.served._replace(serial=alias.serial), found.etag
        elif self._next is None or self._next.alias != alias:
            self._drop_next()
            manifest = self._manifest(store, alias)
            self._models.refuse_unless_fits(manifest)
            coming = Pull(self._models.store, manifest, self._models.settings.cache, self._models.times)
            self._next = Next(alias, found.etag, coming)

    def _manifest(self, store: Store, alias: Alias) -> Manifest:
        try:
            with self._models.times.part("Store"):
                data = store.get(manifest_key(self.name, alias.version), limit=MAX_BYTES).data
        except KeyMissing:
            raise ManifestInvalid(f"the alias names {alias.version}, which does not exist") from None
        if hashlib.sha256(data).hexdigest() != alias.manifest_sha256:
            raise ManifestInvalid(f"the manifest of {alias.version} is not the one that the alias names")
        manifest = Manifest.from_json(data)
        if (manifest.model, manifest.version) != (self.name, alias.version):
            raise ManifestInvalid(f"the manifest under {self.name} {alias.version} is another one's")
        return manifest

    def _bring_nearer(self, coming: Next, deadline: float) -> None:
        """Pull to the end if this request has the time, else for a slice of it; swap once all is there."""
        now, until = time.monotonic(), deadline - SPARE_SECONDS
        if self.served and now + coming.pull.remaining_bytes / ASSUMED_BYTES_PER_SECOND > until:
            until = min(until, now + SLICE_SECONDS)
        try:
            complete = coming.pull.advance(until)
        except WarmstartError:
            self._drop_next()
            raise
        if complete:
            self._swap(coming)
        else:
            log("INFO", "pull goes on in later requests", model=self.name, remaining=coming.pull.remaining_bytes)
            metric("RefreshPending", 1, model=self.name)

    def _swap(self, coming: Next) -> None:
        """Load what was pulled and serve it from now on; the old files go."""
        started, old = time.perf_counter(), self.served
        loaded = self._loaded(coming.pull)
        self.served = Served(loaded, coming.pull.manifest, coming.alias.serial, coming.pull.folder)
        self._next, self._etag, self._bad_versions = None, coming.etag, 0
        log("INFO", "serving", model=self.name, version=coming.alias.version, serial=coming.alias.serial)
        metric("OpenTime", (time.perf_counter() - started) * 1000, unit="Milliseconds", model=self.name)
        if old is not None:
            shutil.rmtree(old.folder, ignore_errors=True)

    def _loaded(self, pull: Pull) -> L:
        """Open what was pulled; whatever that trips over, the version is not one to serve."""
        try:
            return self._models.load(pull.folder, pull.manifest)
        except WarmstartError:
            raise
        except Exception as error:
            log_failure("a version could not be loaded", error, model=self.name, version=pull.manifest.version)
            raise Incompatible(f"{pull.manifest.version} cannot be opened: {type(error).__name__}") from error

    def _drop_next(self) -> None:
        if self._next is not None:
            self._next.pull.discard()
            self._next = None

    def _failed(self, error: WarmstartError) -> None:
        """Keep the last good version, and a pull that a look only failed to confirm.

        A bad version is pulled again less and less often, until the alias moves on: that is seen at the next look.
        """
        wait = RETRY_SECONDS if self.served is None else self._models.settings.refresh_seconds
        self._look_at = time.monotonic() + wait
        if isinstance(error, ArtifactError):
            self._drop_next()
            self._bad_versions = min(self._bad_versions + 1, MOST_DOUBLINGS)
            self._bad = self._looked_at, time.monotonic() + min(wait * 2**self._bad_versions, LONGEST_WAIT_SECONDS)
        kept = self.served.manifest.version if self.served else None
        log("ERROR", "refresh failed", model=self.name, error=type(error).__name__, detail=str(error), serving=kept)
        metric("RefreshFailed", 1, model=self.name)


class LiveModels(Generic[L]):
    """All models of one function, under one budget of memory and disk."""

    def __init__(self, settings: Settings, load: Load[L], times: InitTimes | None = None) -> None:
        self.settings = settings
        self.times = times or InitTimes()
        with self.times.part("Store"):
            self.store = open_store(settings.store, endpoint=settings.endpoint, patience=WATCHFUL)
        self.load = load
        self._models: Mapping[str, LiveModel[L]] = {name: LiveModel(name, self) for name in settings.models}
        for left in settings.cache.glob(f"{PREFIX}*"):  # by an earlier process in this sandbox
            shutil.rmtree(left, ignore_errors=True)

    @cached_property
    def hasty_store(self) -> Store:
        """Return the store as it is asked inside requests; no start needs it."""
        return open_store(self.settings.store, endpoint=self.settings.endpoint, patience=HASTY)

    def preload(self, deadline: float) -> None:
        """Load what must be there at the first request; one that cannot be is tried again in requests."""
        for name in self.settings.preload:
            try:
                self._models[name].current(deadline)
            except ModelUnavailable:
                continue

    def current(self, name: str, deadline: float) -> Served[L]:
        """Return the served version of a model, or raise ModelNotFound or ModelUnavailable."""
        model = self._models.get(name)
        if model is None:
            raise ModelNotFound(name)
        return model.current(deadline)

    def refuse_unless_fits(self, manifest: Manifest) -> None:
        """Raise TooLarge, before a download, where this version and all others would not fit during a swap."""
        others = [m.served.manifest for m in self._models.values() if m.served and m.name != manifest.model]
        resident: Sequence[Manifest] = [*others, manifest]
        for what, sizes, limit in (
            ("memory", [m.memory_bytes for m in resident], self.settings.memory_bytes),
            ("disk", [m.total_bytes for m in resident], self.settings.disk_bytes),
        ):
            if sum(sizes) + max(sizes) > limit:
                raise TooLarge(
                    f"{manifest.version} needs {sum(sizes) + max(sizes)} bytes of {what} in a swap, there are {limit}"
                )


def loader(*scorers: "type[Scorer]", times: InitTimes | None = None) -> "Load[Recommender]":
    """Return what opens an artifact with the one of these scorers that its manifest names."""
    from warmstart.recommender import Recommender  # noqa: PLC0415 numpy comes later than the first bytes of a pull

    by_name = {scorer.name: scorer for scorer in scorers}

    def load(folder: Path, manifest: Manifest) -> "Recommender":
        scorer = by_name.get(manifest.scorer)
        if scorer is None:
            raise Incompatible(
                f"{manifest.version} is for the scorer {manifest.scorer[:40]!r}, not for {sorted(by_name)}"
            )
        return Recommender.open(folder, manifest, scorer, times)

    return load
