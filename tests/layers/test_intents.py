"""Of a promotion and a sweep at one version, one sees the other, also where the other has died."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.layers.artifacts import Spec, publish_draft
from tests.layers.places import Place
from tests.layers.watched import Watched
from warmstart import intents
from warmstart.errors import AccessDenied, Conflict, StoreUnavailable, VersionMissing
from warmstart.intents import LIFE, PROMOTION, PROMPT, SWEEP, announced, live, remove_dead
from warmstart.registry import (
    alias_key,
    aliases,
    intents_folder,
    models,
    promote,
    read_alias,
    rollback,
    versions,
)
from warmstart.store import Store
from warmstart.sweep import sweep

FOLDER = intents_folder("als")
Step = Callable[[str, str], bool]  # of an operation and a key: whether it is this one


class Killed(BaseException):
    """The process died."""


class Clock:
    """The time that intents go by."""

    time = 10**9

    def now(self) -> int:
        """Return it."""
        return self.time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that stands."""
    clock = Clock()
    monkeypatch.setattr(intents, "now", clock.now)
    return clock


@pytest.fixture
def version(store: Store, tmp_path: Path) -> str:
    """A committed version that nobody names."""
    return publish_draft(store, tmp_path, Spec(created_at="2026-01-01T00:00:00+00:00")).version


def killed_after(step: Step, store: Store) -> Store:
    """Return a store whose user dies after a step: no later call is made."""
    dead: list[str] = []

    def before(operation: str, key: str) -> None:
        if dead:
            raise Killed

    def after(operation: str, key: str) -> None:
        if step(operation, key):
            dead.append(key)
            raise Killed

    return Watched(store, before=before, after=after)


def announces(operation: str, key: str) -> bool:
    """Whether an intent is written."""
    return operation == "put" and key.startswith(FOLDER)


def swaps(operation: str, key: str) -> bool:
    """Whether an alias is written."""
    return operation in {"put_if_absent", "replace"} and key == alias_key("als", "champion")


def deletes_manifest(operation: str, key: str) -> bool:
    """Whether a manifest goes."""
    return operation == "delete" and key.endswith("/manifest.json")


def swept(store: Store) -> list[str]:
    """Sweep everything that may go."""
    return sweep(store, "als", keep=0, older_than_days=0, dry_run=False, now=datetime(2026, 2, 1, tzinfo=UTC))


def promoted(store: Store, version: str) -> object:
    """Promote a version."""
    return promote(store, "als", version, reason="test")


def test_who_is_done_leaves_nothing(store: Store, version: str) -> None:
    """Promotions, rollbacks and sweeps take their intents back."""
    promoted(store, version)
    swept(store)
    assert store.keys(FOLDER) == []


def test_an_intent_is_neither_a_version_nor_an_alias(store: Store, version: str) -> None:
    """No list counts it."""
    with announced(store, FOLDER, version, PROMOTION), announced(store, FOLDER, version, SWEEP):
        assert len(store.keys(FOLDER)) == 2
        assert (models(store), versions(store, "als"), aliases(store, "als")) == (["als"], [version], {})


def test_only_the_same_kind_at_the_same_version_counts(store: Store, version: str) -> None:
    """An intent is found by what it is, and what is named otherwise is none."""
    store.put(f"{FOLDER}/notes.txt", b"")
    with announced(store, FOLDER, version, PROMOTION) as mine:
        assert live(store, FOLDER, version, PROMOTION) == [mine]
        assert live(store, FOLDER, version, SWEEP) == []
        assert live(store, FOLDER, version[:-1], PROMOTION) == []
    assert live(store, FOLDER, version, PROMOTION) == []


def test_a_promoter_that_died_after_its_intent_is_waited_for(clock: Clock, store: Store, version: str) -> None:
    """The version stays until the intent is dead; then the sweep takes both."""
    with pytest.raises(Killed):
        promoted(killed_after(announces, store), version)
    clock.time += LIFE
    assert swept(store) == []
    assert versions(store, "als") == [version]
    clock.time += 1
    assert swept(store) == [version]
    assert store.keys("models") == []


def test_a_promoter_that_died_can_be_run_again_at_once(clock: Clock, store: Store, version: str) -> None:
    """Promotions do not stand in each other's way."""
    with pytest.raises(Killed):
        promoted(killed_after(announces, store), version)
    promoted(store, version)
    assert swept(store) == []


def test_a_promoter_that_died_after_the_swap_has_promoted(clock: Clock, store: Store, version: str) -> None:
    """The alias alone protects the version when the intent is dead, which goes."""
    with pytest.raises(Killed):
        promoted(killed_after(swaps, store), version)
    clock.time += LIFE + 1
    assert swept(store) == []
    alias = read_alias(store, "als")
    assert alias is not None
    assert (alias.version, versions(store, "als"), store.keys(FOLDER)) == (version, [version], [])


def test_a_sweep_that_died_after_its_intent_is_given_way_to(clock: Clock, store: Store, version: str) -> None:
    """A promotion is told from when on it can be tried again, and is done then; before, it leaves nothing."""
    with pytest.raises(Killed):
        swept(killed_after(announces, store))
    before = store.keys("models")
    with pytest.raises(Conflict, match=f"a sweep is deleting {version} of als; .* after 2001-09-09T02:46:40"):
        promoted(store, version)
    assert store.keys("models") == before
    clock.time += LIFE + 1
    promoted(store, version)
    assert swept(store) == []
    assert store.keys(FOLDER) == []


def test_a_sweep_that_died_after_the_manifest_has_deleted(clock: Clock, store: Store, version: str) -> None:
    """Nothing can be promoted any more, and another sweep takes the files at once."""
    with pytest.raises(Killed):
        swept(killed_after(deletes_manifest, store))
    with pytest.raises(VersionMissing):
        promoted(store, version)
    assert swept(store) == [version]
    assert store.folders("models/als/versions") == []


def test_each_gives_way_while_it_sees_the_other(place: Place, store: Store, version: str) -> None:
    """Beside a promotion a sweep leaves the version; beside a sweep a promotion is refused; who is alone goes on."""
    gone: list[list[str]] = []

    def meanwhile(operation: str, key: str) -> None:
        if operation == "put" and not gone:
            gone.append([])
            with announced(place.open(), FOLDER, version, SWEEP):
                gone.append(swept(place.open()))
                with pytest.raises(Conflict):
                    promoted(place.open(), version)

    promoted(Watched(store, after=meanwhile), version)
    assert gone == [[], []]


def test_a_promotion_that_stood_still_does_not_act(clock: Clock, store: Store, version: str) -> None:
    """Past its time it swaps nothing: by now others may take it for dead."""

    def pause(operation: str, key: str) -> None:
        if announces(operation, key):
            clock.time += PROMPT + 1

    with pytest.raises(Conflict, match="over 60 seconds"):
        promoted(Watched(store, after=pause), version)
    assert (read_alias(store, "als"), store.keys(FOLDER)) == (None, [])


@pytest.mark.parametrize("seconds", [PROMPT + 1, -1])
def test_a_sweep_that_stood_still_deletes_no_more(clock: Clock, store: Store, version: str, seconds: int) -> None:
    """Nor where its clock was set back, since then it cannot know how long it stood."""

    def pause(operation: str, key: str) -> None:
        if deletes_manifest(operation, key):
            clock.time += seconds

    with pytest.raises(Conflict):
        swept(Watched(store, after=pause))
    assert len(store.keys("models/als/versions")) == 1
    assert swept(store) == [version]


def test_a_swap_without_an_answer_keeps_its_intent(place: Place, store: Store, version: str) -> None:
    """It may still happen, so until the intent is dead a sweep leaves the version."""
    late: list[str] = []

    def fail(operation: str, key: str) -> None:
        if swaps(operation, key):
            late.append(key)
            raise StoreUnavailable("no answer")

    with pytest.raises(StoreUnavailable):
        promoted(Watched(store, before=fail), version)
    assert len(store.keys(FOLDER)) == len(late) == 1
    assert swept(store) == []


def test_an_intent_that_cannot_be_taken_back_is_no_failure(store: Store, version: str) -> None:
    """Who may write and not delete can still promote."""

    def refuse(operation: str, key: str) -> None:
        if operation == "delete":
            raise AccessDenied(key)

    promoted(Watched(store, before=refuse), version)
    assert read_alias(store, "als") is not None
    assert len(store.keys(FOLDER)) == 1


@pytest.mark.parametrize("skew", [-LIFE - 1, LIFE + 1])
def test_an_intent_of_another_age_is_dead(clock: Clock, store: Store, version: str, skew: int) -> None:
    """Clocks do not differ by so much: what is far in the past or in the future nobody will act on."""
    store.put(f"{FOLDER}/{version}.{SWEEP}.{clock.time + skew}.{'0' * 16}", b"")
    store.put(f"{FOLDER}/{version}.{SWEEP}.{clock.time}.{'1' * 16}", b"")
    (found,) = live(store, FOLDER, version, SWEEP)
    remove_dead(store, FOLDER)
    assert store.keys(FOLDER) == [found.key]


def test_a_dry_run_and_a_promotion_of_what_stands_write_nothing(store: Store, version: str) -> None:
    """No intent is needed where nothing changes."""
    promoted(store, version)
    store.put(f"{FOLDER}/{version}.{PROMOTION}.1.{'0' * 16}", b"")  # of 1970: dead
    watched = Watched(store)
    promoted(watched, version)
    sweep(watched, "als", keep=0, older_than_days=0, dry_run=True)
    assert {operation for operation, _ in watched.calls} <= {"get", "keys", "folders"}


def test_a_rollback_gives_way_too(store: Store, tmp_path: Path, version: str) -> None:
    """What holds of promotions holds of rollbacks."""
    promoted(store, version)
    promoted(store, publish_draft(store, tmp_path, Spec(upward=False)).version)
    with announced(store, FOLDER, version, SWEEP), pytest.raises(Conflict, match="a sweep is deleting"):
        rollback(store, "als", reason="worse")
    assert rollback(store, "als", reason="worse").version == version
