"""A store of its own for one case, with two versions of one model and the function that serves them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.faults.ask import Answer, outcome
from tests.faults.drafts import Taste, opens
from tests.faults.injector import Act
from tests.faults.kinds import ALS, Kind
from tests.faults.world import SOON, World
from warmstart.manifest import ARRAYS, Manifest
from warmstart.publish import publish
from warmstart.registry import promote

FAMILY, MODEL = ALS.family, ALS.model
TASTES: tuple[Taste, Taste] = ("even", "odd")


class Stage:
    """Two published versions; the old one is promoted."""

    def __init__(self, world: World, kind: Kind = ALS) -> None:
        self.world = world
        self.kind = kind
        self.family, self.model = kind.family, kind.model
        self.prefix = world.fresh_name()
        self.store = world.store(self.prefix)
        self.cache = world.folder / self.prefix
        self.old, self.new = self.publish()
        self.promote(self.old)

    def publish(self) -> tuple[Manifest, Manifest]:
        """Publish both."""
        even, odd = (publish(self.store, self.world.drafts.draft(self.model, taste), opens) for taste in TASTES)
        return even, odd

    def promote(self, manifest: Manifest) -> None:
        """Make the alias point at a version, without the injector."""
        promote(self.store, self.model, manifest.version, reason="test")

    @property
    def alias(self) -> str:
        """A pattern for the alias's path."""
        return rf"{self.prefix}/models/{self.model}/aliases/"

    def manifest_of(self, manifest: Manifest) -> str:
        """A pattern for the path of a version's manifest."""
        return rf"{self.prefix}/models/{self.model}/versions/{manifest.version}/manifest\.json"

    def arrays_of(self, manifest: Manifest, name: str = ARRAYS) -> str:
        """A pattern for the path of a version's arrays, or of another of its files."""
        return rf"{self.prefix}/models/{self.model}/versions/{manifest.version}/{name}"

    @contextmanager
    def serving(
        self, *, memory_mb: int | None = None, cache: Path | None = None, disk_mb: int | None = None
    ) -> Iterator[float]:
        """Start the function afresh behind the gateway; yield the seconds of its start."""
        function = self.world.functions(self.prefix, cache or self.cache)[self.family]
        if memory_mb:
            function = replace(function, memory_mb=memory_mb)
        if disk_mb:
            function = replace(function, environment={**function.environment, "WARMSTART_DISK_MB": str(disk_mb)})
        with self.world.twin.fresh(function) as seconds:
            yield seconds

    def ask(self) -> Answer:
        """Ask for what the model has for a user."""
        return self.world.ask(self.kind.path)

    def look(self) -> str:
        """Ask, and say which version answered and what the log and the metrics hold of a refused one."""
        mark = self.world.log.mark()
        answer = self.ask()
        return said(self, answer, mark)

    @contextmanager
    def faulty(self, pattern: str, act: Act, times: int | None = None) -> Iterator[None]:
        """Switch on a fault of reads."""
        with self.world.injector.rule(pattern, act, times=times):
            yield


def said(stage: Stage, answer: Answer, mark: int) -> str:
    """Say which version answered, or which problem came, and what was logged since."""
    names = {stage.old.version: "old version", stage.new.version: "new version"}
    log = stage.world.log
    came = outcome(answer)
    if answer.status == 200:
        came = names.get(answer.headers.get("x-model-version", ""), "another version")
    kinds = log.failures(mark)
    counted = "" if not kinds or log.counted("RefreshFailed", mark) else ", not counted"
    return ", ".join([came, *(f"{kind} logged" for kind in kinds)]) + counted


__all__ = ["FAMILY", "MODEL", "SOON", "Stage", "said"]
