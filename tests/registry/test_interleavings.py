"""Promotions and sweeps of one version, in every order of their calls and wherever each of them dies."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from itertools import permutations, product
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import pytest

from tests.layers.artifacts import Spec, write_draft
from tests.registry.faults import attempt
from tests.registry.interleavings import HOURS_2, Objects, Operation, begin, reachable
from tests.registry.places import grounds
from tests.registry.world import Violation, check_named, observe
from warmstart.intents import PROMOTION, SWEEP, announced
from warmstart.manifest import Manifest
from warmstart.publish import _commit
from warmstart.registry import alias_key, intents_folder, manifest_key, promote, rollback, version_prefix
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


PAIRS = [*SCENES][:2]
SHORT = [*((scene, 1) for scene in PAIRS), ("a promotion and two sweeps", 0)]
LONG = [(scene, 0) for scene in [*SCENES][3:]]
LONGEST = [("a promotion and a sweep", 2), ("two promotions and a sweep", 1)]


@pytest.mark.parametrize(
    ("scene", "pauses"), [*SHORT, *(pytest.param(*scene, marks=pytest.mark.slow) for scene in LONG + LONGEST)]
)
def test_what_an_alias_names_is_there_in_every_state(three: Versions, scene: str, pauses: int) -> None:
    """Whatever the order, wherever any of them dies or stands still for two hours; and the living leave no intent."""
    check_all(SCENES[scene](three), pauses)


@pytest.mark.parametrize("scene", PAIRS)
def test_after_both_died_anywhere_each_can_be_run_again(three: Versions, scene: str) -> None:
    """At once either may give way to a dead one; two hours later nothing stands in the way and nothing is left."""
    files, operations = SCENES[scene](three)
    for state in reachable(begin(files, operations), operations):
        for later, order in product((0, HOURS_2), permutations(operations)):
            objects = Objects(state.files, state.written, state.time + later)
            with patch("warmstart.intents.now", lambda: 0):
                ends = {operation: attempt(partial(operation, objects)).word for operation in order}
            world = observe(objects.files)
            check_named(world)
            promotion, swept = (ends[operation] for operation in operations)
            assert swept == "done"
            assert promotion in {"done", "VersionMissing"} | (set() if later else {"Conflict"})
            assert promotion != "done" or three.old in world.named()
            if later:
                assert (three.old in world.folders) == (three.old in world.named())
                with announced(objects, intents_folder("als"), three.new, PROMOTION):
                    pass
                assert not objects.keys(intents_folder("als"))


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
        ("warmstart.intents.Mine.give_way", lambda _: None),
        ("warmstart.intents.Mine._meets", lambda mine, other: mine.kind != SWEEP == other.kind),
        ("warmstart.sweep._named_by_aliases", lambda *_: set()),
        ("warmstart.intents.Mine.confirm", lambda _: None),
        ("warmstart.intents.PROMPT", 10_000),
    ],
)
def test_the_enumeration_finds_what_is_left_out(three: Versions, mistake: str, instead: object) -> None:
    """Without one of the looks or limits there is an order in which a named version is lost."""
    with patch(mistake, instead), pytest.raises(Violation):
        check_all(SCENES["a promotion and a sweep"](three), pauses=1)


def put_again(three: Versions) -> Operation:
    """Publish the old version once more, without its trial, and promote it."""
    key = manifest_key("als", three.old)
    mine = {name: data for name, data in three.files.items() if three.old in name and name != key}

    def do(store: Store) -> None:
        for name, data in mine.items():
            store.put(name, data)
        _commit(store, Manifest.from_json(three.files[key]), three.files[key])
        to(three.old)(store)

    return do


def test_what_is_published_again_beside_its_sweep_is_whole_or_not_committed(three: Versions) -> None:
    """In every state: a publisher and a sweep see each other as a promotion and a sweep do."""
    check_all((three.begin(three.new), [put_again(three), clean]), pauses=1)


@pytest.mark.parametrize(
    ("mistake", "instead"),
    [("warmstart.publish.absent_files", lambda *_: []), ("warmstart.intents.Mine.give_way", lambda _: None)],
)
def test_the_enumeration_finds_what_a_publisher_leaves_out(three: Versions, mistake: str, instead: object) -> None:
    """Without one of the looks there is an order in which a version is committed without its files."""
    with patch(mistake, instead), pytest.raises(Violation):
        check_all((three.begin(three.new), [put_again(three), clean]), pauses=0)


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
            lambda: [*store.times("a")],
        ]
        return [end.value if end.word == "done" else end.word for end in map(attempt, calls)]

    with grounds("file", tmp_path) as folders, grounds("s3", tmp_path) as buckets:
        assert said(Objects(())) == said(folders().place.open()) == said(buckets().place.open())
