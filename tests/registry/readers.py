"""Functions that stay alive beside the registry: each answer must be one version's, and none older than the last."""

import shutil
import time
from pathlib import Path

from tests.layers.artifacts import DotScorer
from tests.layers.places import Place
from tests.registry.drafts import MODEL, Draft, answers
from tests.registry.faults import Fault, Outcome, Stale, Wait, attempt, faulty
from tests.registry.world import Pointer, Violation
from warmstart.live import LiveModels, Served, loader

LOAD = loader(DotScorer)
LONG = 60.0  # seconds: time for everything


class Reader:
    """One function's process, and what it said last."""

    def __init__(self, place: Place, cache: Path, alias: str, pool: list[Draft]) -> None:
        self.alias = alias
        self.serial = 0
        self._place = place
        self._settings = place.settings(cache)._replace(alias=alias)
        self._answers = {draft.manifest.version: draft.answers for draft in pool}
        self._files = {draft.manifest.version: set(draft.manifest.files) for draft in pool}
        self.start()

    def start(self) -> None:
        """Begin anew, as a process after one that died does: on the same disk, with nothing in memory."""
        self.serial = 0
        self.served: Served | None = None
        self._models = LiveModels(self._settings, LOAD)
        self._store = self._place.open()
        self.check_cache(0)

    def read(
        self, *, seconds: float = LONG, fault: Fault | None = None, wait: Wait | None = None, stale: bytes | None = None
    ) -> Pointer:
        """Ask for both answers; return what the reader serves, and raise Violation where it is not one version's."""
        store = Stale(self._store, stale) if stale else faulty(self._store, None, fault, wait)
        self._models.store = self._models.hasty_store = store
        served = self._models.current(MODEL, time.monotonic() + seconds)
        version = served.manifest.version
        if answers(served.loaded) != self._answers.get(version):
            raise Violation(f"a reader at serial {served.serial} does not answer as {version} must")
        if served.serial < self.serial:
            raise Violation(f"a reader went back from serial {self.serial} to {served.serial}")
        self.serial, self.served = served.serial, served
        return Pointer(version, "", served.serial, None)

    def try_read(
        self, *, seconds: float = LONG, fault: Fault | None = None, wait: Wait | None = None, stale: bytes | None = None
    ) -> Outcome:
        """Read, and say how it went; a reader that has served once always answers."""
        outcome = attempt(lambda: self.read(seconds=seconds, fault=fault, wait=wait, stale=stale))
        if outcome.word == "crash":
            self.start()
        elif outcome.word != "done" and (self.serial or outcome.word != "ModelUnavailable"):
            raise Violation(f"a reader that served serial {self.serial} answered {outcome.word}")
        return outcome

    def check_cache(self, pulls: int) -> None:
        """Raise Violation unless the disk holds the served version whole, and at most so many pulls under way."""
        cache = self._settings.cache
        folders = set(cache.iterdir()) if cache.exists() else set()
        if self.served:
            there = {path.name for path in self.served.folder.iterdir()} if self.served.folder in folders else set()
            if there != self._files[self.served.manifest.version]:
                raise Violation(f"the served folder holds {sorted(there)}")
            folders.remove(self.served.folder)
        if len(folders) > pulls:
            raise Violation(f"a cache holds {sorted(path.name for path in folders)} beside what is served")


def read_once(place: Place, cache: Path, alias: str, pool: list[Draft]) -> Outcome:
    """Read as a function that was never there before, and leave nothing."""
    try:
        reader = Reader(place, cache, alias, pool)
        outcome = reader.try_read()
        reader.check_cache(0)
        return outcome
    finally:
        shutil.rmtree(cache, ignore_errors=True)
