"""A stage whose function is started once and takes one case after another; each finds the old version served."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from infra.local.worker import Worker
from tests.endurance.memory import MB, forget_peak, peak
from tests.faults.case import Seen
from tests.faults.kinds import Kind
from tests.faults.stage import Stage
from tests.faults.world import World
from tests.layers.breakages import Break
from warmstart.manifest import MAX_BYTES, canonical_json
from warmstart.registry import alias_key, manifest_key, version_prefix

MOST_BYTES = 2**24  # of a file
FLAT = 50 * MB  # bytes by which a refused file may raise a function's memory
BEYOND = 100  # by which a serial grows after a case, whatever the case made of it


class Standing(Stage):
    """Two versions and a function that serves the old one between cases."""

    def __init__(self, world: World, kind: Kind) -> None:
        super().__init__(world, kind)
        self._worker = self._started()
        prefix = version_prefix(self.model, self.new.version)
        keys = [manifest_key(self.model, self.new.version), *(f"{prefix}/{name}" for name in self.new.files)]
        self._good = {key: self.store.get(key, limit=MOST_BYTES).data for key in keys}
        self._alias_key = alias_key(self.model, "champion")
        self._serial = BEYOND

    @contextmanager
    def case(self) -> Iterator[None]:
        """Put the function behind the gateway; afterwards, make everything as it was."""
        alias = self.store.get(self._alias_key, limit=MAX_BYTES).data
        with self.world.twin.behind(self.family, self._worker):
            assert self.look() == "old version"
            forget_peak(self.world.twin.pid(self.family))
            try:
                yield
            finally:
                for key, data in self._good.items():
                    self.store.put(key, data)
                self._serial += BEYOND
                self.store.put(self._alias_key, canonical_json({**json.loads(alias), "serial": self._serial}))
                self.promote(self.old)
                self.ask()

    def _started(self) -> Worker:
        former = self.world.twin.workers.get(self.family)
        self.world.open.enter_context(self.serving())
        worker = self.world.twin.workers[self.family]
        if former is not None:
            self.world.twin.workers[self.family] = former
        return worker


def standing(world: World, kind: Kind) -> Standing:
    """Return the stage of a kind, made at the first call."""
    if kind.model not in world.standing:
        world.standing[kind.model] = Standing(world, kind)
    found: Standing = world.standing[kind.model]
    return found


def broken(world: World, kind: Kind, breaks: Break) -> Seen:
    """Break the new version where it lies, and ask twice; the function's memory must not have noticed."""
    stage = standing(world, kind)
    with stage.case():
        stage.promote(stage.new)
        breaks(stage.store, stage.new)
        before = peak(world.twin.pid(kind.family))
        looks = [stage.look() for _ in range(2)]
        grown = peak(world.twin.pid(kind.family)) - before
    flat = "" if grown < FLAT else ", memory not flat"
    return Seen(looks[0] + flat if looks[0] == looks[1] else "; ".join(looks) + flat, f"memory +{grown / MB:.1f} MB")


def refused(error: str) -> str:
    """Return what is seen where a version is refused."""
    return f"old version, {error} logged"
