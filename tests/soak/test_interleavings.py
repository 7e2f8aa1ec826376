"""Promotions and sweeps of one version, in every order of their calls and wherever each of them dies."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from itertools import permutations, product
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import pytest

from tests.layers.artifacts import Spec, write_draft
from tests.soak.faults import attempt
from tests.soak.interleavings import HOURS_2, Objects, Operation, begin, reachable
from tests.soak.places import grounds
from tests.soak.world import Violation, check_named, observe
from warmstart.manifest import MAX_BYTES
from warmstart.registry import Alias, alias_key, manifest_key, promote, read_manifest, rollback, version_prefix
from warmstart.store import Store
from warmstart.sweep import sweep

LATE = datetime(2026, 2, 1, tzinfo=UTC)
Scene = tuple[dict[str, bytes], list[Operation]]


class Versions(NamedTuple):
    """Three committed versions, oldest first: the first alone is what the sweeps may take."""

    files: dict[str, bytes]
    old: str
    middle: str
    new: str

    def begin(self, version: str, previous: str | None = None) -> dict[str, bytes]:
        """Return a store whose champion is a version."""
        alias = promote(Objects(tuple(self.files.items())), "als", version, reason="first")._replace(previous=previous)
        return {**self.files, alias_key("als", "champion"): alias.to_json()}


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Versions:
    """Versions of the 1st, 2nd and 3rd of January."""
    files: dict[str, bytes] = {}
    names = []
    for day in (1, 2, 3):
        folder = tmp_path_factory.mktemp("draft")
        names.append(write_draft(folder, Spec(created_at=f"2026-01-{day:02d}T00:00:00+00:00")).version)
        files |= {f"{version_prefix('als', names[-1])}/{p.name}": p.read_bytes() for p in folder.iterdir()}
    return Versions(files, *names)


def to(version: str, *more: str, alias: str = "champion") -> Operation:
    """Promote a version, then others."""

    def do(store: Store) -> None:
        for name in (version, *more):
            promote(store, "als", name, reason="test", alias=alias)

    return do


def back(store: Store) -> object:
    """Roll the champion back."""
    return rollback(store, "als", reason="test")


def clean(store: Store) -> object:
    """Sweep all but the two newest."""
    return sweep(store, "als", keep=2, older_than_days=0, dry_run=False, now=LATE)


SCENES: dict[str, Callable[[Versions], Scene]] = {
    "a promotion and a sweep": lambda v: (v.begin(v.new), [to(v.old), clean]),
    "a first promotion and a sweep": lambda v: (v.files, [to(v.old), clean]),
    "a promotion and two sweeps": lambda v: (v.begin(v.new), [to(v.old), clean, clean]),
    "two promotions and a sweep": lambda v: (v.begin(v.new), [to(v.old), to(v.old, alias="challenger"), clean]),
    "a rollback, a promotion and a sweep": lambda v: (v.begin(v.new, v.old), [back, to(v.middle), clean]),
    "one alias comes as another leaves": lambda v: (
        v.begin(v.old),
        [to(v.old, alias="challenger"), to(v.middle, v.new), clean],
    ),
}


def check_all(scene: Scene, pauses: int) -> None:
    """Check every state that can come of a scene."""
    files, operations = scene
    for state in reachable(begin(files, operations), operations, pauses=pauses):
        world = observe(dict(state.files))
        check_named(world)
        if all(state.ends) and not pauses and world.intents:
            raise Violation(f"intents were left: {world.intents}")


SHORT = [("a promotion and a sweep", 1), ("a first promotion and a sweep", 1)]
LONG = [(scene, 0) for scene in [*SCENES][2:]]
LONGEST = [("a promotion and a sweep", 2), ("two promotions and a sweep", 1)]


@pytest.mark.parametrize(
    ("scene", "pauses"), [*SHORT, *(pytest.param(*scene, marks=pytest.mark.slow) for scene in LONG + LONGEST)]
)
def test_what_an_alias_names_is_there_in_every_state(three: Versions, scene: str, pauses: int) -> None:
    """Whatever the order, wherever any of them dies or stands still for two hours; and the living leave no intent."""
    check_all(SCENES[scene](three), pauses)


@pytest.mark.parametrize("scene", [scene for scene, _ in SHORT])
def test_after_both_died_anywhere_each_can_be_run_again(three: Versions, scene: str) -> None:
    """At once either may give way to a dead one; two hours later nothing stands in the way and nothing is left."""
    files, operations = SCENES[scene](three)
    for state in reachable(begin(files, operations), operations):
        for later, order in product((0, HOURS_2), permutations(operations)):
            objects = Objects(state.files)
            with patch("warmstart.intents.now", lambda at=state.time + later: at):
                ends = {operation: attempt(partial(operation, objects)).word for operation in order}
            world = observe(objects.files)
            check_named(world)
            promotion, swept = (ends[operation] for operation in operations)
            assert swept == "done"
            assert promotion in {"done", "VersionMissing"} | (set() if later else {"Conflict"})
            assert promotion != "done" or three.old in world.named()
            if later:
                assert (len(world.intents), three.old in world.folders) == (0, three.old in world.named())


def test_all_ends_of_a_promotion_beside_a_sweep(three: Versions) -> None:
    """One of them has its way, or each gives way to the other; the sweep is told by what it did not take."""
    files, operations = SCENES["a promotion and a sweep"](three)
    ends = {
        (state.ends[0], three.old in observe(dict(state.files)).committed)
        for state in reachable(begin(files, operations), operations)
        if all(state.ends)
    }
    assert ends == {("done", True), ("VersionMissing", False), ("Conflict", False), ("Conflict", True)}


@pytest.mark.parametrize(
    ("mistake", "instead"),
    [
        ("warmstart.registry.live", lambda *_: []),
        ("warmstart.sweep.live", lambda *_: []),
        ("warmstart.sweep._named_by_aliases", lambda *_: set()),
        ("warmstart.intents.Intent.confirm", lambda _: None),
        ("warmstart.intents.PROMPT", 10_000),
    ],
)
def test_the_enumeration_finds_what_is_left_out(three: Versions, mistake: str, instead: object) -> None:
    """Without one of the looks or limits there is an order in which a named version is lost."""
    with patch(mistake, instead), pytest.raises(Violation):
        check_all(SCENES["a promotion and a sweep"](three), pauses=1)


@pytest.mark.parametrize("looks", [True, False])
def test_what_is_published_again_beside_its_sweep_is_promoted_whole_or_not_at_all(three: Versions, looks: bool) -> None:
    """An old version may come to stand without its files, but no alias comes to name it: the promotion looks."""
    key = manifest_key("als", three.old)
    mine = {name: data for name, data in three.files.items() if three.old in name and name != key}

    def publish_and_promote(store: Store) -> None:
        if attempt(lambda: store.get(key, limit=MAX_BYTES)).word == "KeyMissing":
            for name, data in mine.items():
                store.put(name, data)
                store.get(name, limit=len(data))
            store.put_if_absent(key, three.files[key])
        to(three.old)(store)

    def careless(store: Store, model: str, version: str) -> str:
        return read_manifest(store, model, version)[1]

    operations = [publish_and_promote, clean]
    broken = 0
    with nullcontext() if looks else patch("warmstart.registry._whole", careless):
        for state in reachable(begin(three.begin(three.new), operations), operations):
            files = dict(state.files)
            alias = Alias.from_json(files[alias_key("als", "champion")])
            broken += alias.version == three.old and not files.keys() >= {key, *mine}
    assert bool(broken) is not looks


def test_the_store_in_memory_answers_as_real_ones_do(tmp_path: Path) -> None:
    """The same calls in the same order give the same, but for the tags."""

    def said(store: Store) -> list[object]:
        def replaced() -> None:
            store.replace("a/b/c", b"3", store.get("a/b/c", limit=9).etag)

        calls: list[Callable[[], object]] = [
            lambda: store.get("a/b/c", limit=9).data,
            lambda: store.put_if_absent("a/b/c", b"1"),
            lambda: store.put_if_absent("a/b/c", b"2"),
            replaced,
            lambda: store.get("a/b/c", limit=9).data,
            lambda: store.replace("a/b/c", b"4", "another"),
            lambda: store.put("a/d", b""),
            lambda: store.keys("a"),
            lambda: store.keys("a/b"),
            lambda: store.folders("a"),
            lambda: store.delete("a/b/c"),
            lambda: store.delete("a/b/c"),
            lambda: store.keys("a"),
        ]
        return [end.value if end.word == "done" else end.word for end in map(attempt, calls)]

    with grounds("file", tmp_path) as folders, grounds("s3", tmp_path) as buckets:
        assert said(Objects(())) == said(folders().place.open()) == said(buckets().place.open())
