"""Items, users and histories where there is no catalogue, or no good one."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.faults.ask import Answer, outcome
from tests.faults.case import Case, Seen
from tests.faults.world import World
from tests.training.datasets import checkerboard, recipe
from training.recipe import ModelSection
from training.selfcheck import check_in_fresh_process
from training.train import Training
from warmstart.manifest import ARRAYS, CATALOGUE, Manifest
from warmstart.publish import publish
from warmstart.registry import alias_key, promote, version_prefix
from warmstart.store import Store

PATHS = ("/items", "/users", "/users/0/history")
Spoil = Callable[[Store, Manifest], None]


def _absent(world: World) -> Seen:
    """Ask a store that has models and no catalogue."""
    prefix = world.fresh_name()
    world.publish(prefix, "als")
    with world.twin.fresh(world.functions(prefix, world.folder / prefix)[CATALOGUE]):
        return Seen("; ".join(outcome(world.ask(path)) for path in PATHS))


def _spoilt(world: World, spoil: Spoil) -> Seen:
    """Ask, promote a version that is spoilt, and ask again."""
    prefix = world.fresh_name()
    store = world.store(prefix)
    old = _publish(world, store, world.folder / world.fresh_name(), strings=False)
    with world.twin.fresh(world.functions(prefix, world.folder / prefix)[CATALOGUE]):
        before = _said(world.ask("/items"), old)
        spoil(store, _publish(world, store, world.folder / world.fresh_name(), strings=True))
        mark = world.log.mark()
        after = _said(world.ask("/items"), old)
        return Seen(", ".join([before, after, *(f"{kind} logged" for kind in world.log.failures(mark))]))


def _publish(world: World, store: Store, folder: Path, *, strings: bool) -> Manifest:
    tables = checkerboard(strings=strings)
    manifest = Training(recipe(ModelSection("popular", "popular", {})), tables).catalogue.seal(folder)
    publish(store, folder, check_in_fresh_process)
    promote(store, CATALOGUE, manifest.version, reason="test")
    return manifest


def _said(answer: Answer, old: Manifest) -> str:
    served = answer.headers.get("x-model-version") == old.version
    return f"{outcome(answer)} of the {'old' if served else 'new'} version" if answer.status == 200 else outcome(answer)


def _cut(store: Store, new: Manifest) -> None:
    key = f"{version_prefix(CATALOGUE, new.version)}/{ARRAYS}"
    store.put(key, store.get(key, limit=2**20).data[:-1])


def _garbage(store: Store, _: Manifest) -> None:
    store.put(alias_key(CATALOGUE, "champion"), b"garbage")


UNAVAILABLE = "503 model_unavailable"
KEPT = "200 of the old version, 200 of the old version"
CASES = [
    Case("nothing to say", "a store without a catalogue", "; ".join([UNAVAILABLE] * len(PATHS)), _absent),
    Case("damaged files", "a catalogue cut short", f"{KEPT}, Corrupt logged", partial(_spoilt, spoil=_cut), slow=True),
    Case(
        "alias astray",
        "a catalogue under garbage",
        f"{KEPT}, ManifestInvalid logged",
        partial(_spoilt, spoil=_garbage),
        slow=True,
    ),
]
