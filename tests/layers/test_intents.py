"""Of a promotion and a sweep at one version, one sees the other, also where the other has died."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.layers.artifacts import Spec, publish_draft
from tests.layers.places import Place
from tests.layers.steps import FOLDER, announces, deletes_manifest, promoted, swaps, swept
from tests.layers.watched import Watched
from warmstart import intents
from warmstart.errors import Conflict, VersionMissing
from warmstart.intents import LIFE, PROMOTION, PROMPT, PUBLICATION, SWEEP, announced
from warmstart.registry import (
    aliases,
    models,
    promote,
    read_alias,
    rollback,
    version_prefix,
    versions,
)
from warmstart.store import PATIENT, Store
from warmstart.sweep import sweep

Step = Callable[[str, str], bool]  # of an operation and a key: whether it is this one


class Killed(BaseException):
    """The process died."""


class Clock:
    """The time of a machine, and that of the store, which begins years before."""

    time = 10.0

    def now(self) -> float:
        """Return the machine's."""
        return self.time

    def written(self) -> datetime:
        """Return the store's."""
        return datetime(2001, 9, 9, tzinfo=UTC) + timedelta(seconds=self.time)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that stands, also for the store: an object is written when it is first listed."""
    clock, written = Clock(), dict[str, datetime]()
    real = Store.times

    def times(store: Store, prefix: str) -> dict[str, datetime]:
        return {key: written.setdefault(key, clock.written()) for key in real(store, prefix)}

    monkeypatch.setattr(intents, "now", clock.now)
    monkeypatch.setattr(Store, "times", times)
    return clock


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


@pytest.mark.parametrize(
    ("first", "second", "meet"),
    [
        (SWEEP, PROMOTION, True),
        (SWEEP, PUBLICATION, True),
        (PROMOTION, SWEEP, True),
        (PUBLICATION, SWEEP, True),
        (PROMOTION, PUBLICATION, False),
        (PROMOTION, PROMOTION, False),
        (SWEEP, SWEEP, False),
    ],
)
def test_a_sweep_and_what_needs_the_version_meet(
    store: Store, version: str, first: str, second: str, meet: bool
) -> None:
    """At the same version only; what is named otherwise is no intent."""
    store.put(f"{FOLDER}/notes.txt", b"")
    with announced(store, FOLDER, version, first) as one:
        with announced(store, FOLDER, version, second) as two:
            assert [(rival.key, rival.kind) for rival in two.rivals] == ([(one.key, first)] if meet else [])
        with announced(store, FOLDER, f"{version[:-1]}0", second) as two:
            assert two.rivals == []


def test_an_intent_outlives_every_write_of_its_owner() -> None:
    """The last write is begun in time, tried as long as a store tries, and has five minutes to arrive."""
    assert LIFE.total_seconds() >= PROMPT + PATIENT.longest + 300
    assert PATIENT.request > PATIENT.retry_for  # so what was silent is not sent again


def test_a_promoter_that_died_after_its_intent_is_waited_for(clock: Clock, store: Store, version: str) -> None:
    """The version stays until the intent is dead; then the sweep takes both."""
    with pytest.raises(Killed):
        promoted(killed_after(announces, store), version)
    assert swept(store) == []
    clock.time += LIFE.total_seconds()
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
    """The alias alone protects the version when the intent is dead, which goes with the next announcement."""
    with pytest.raises(Killed):
        promoted(killed_after(swaps, store), version)
    assert len(store.keys(FOLDER)) == 1
    clock.time += LIFE.total_seconds() + 1
    assert swept(store) == []
    promote(store, "als", version, reason="test", alias="challenger")
    alias = read_alias(store, "als")
    assert alias is not None
    assert (alias.version, versions(store, "als"), store.keys(FOLDER)) == (version, [version], [])


def test_a_sweep_that_died_after_its_intent_is_given_way_to(clock: Clock, store: Store, version: str) -> None:
    """A promotion is told from when on it can be tried again, and is done then; before, it leaves nothing."""
    with pytest.raises(Killed):
        swept(killed_after(announces, store))
    before = store.keys("models")
    with pytest.raises(Conflict, match=f"a sweep of {version} is under way; .* after 2001-09-09T00:10:10"):
        promoted(store, version)
    assert store.keys("models") == before
    clock.time += LIFE.total_seconds() + 1
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


def test_a_sweep_that_stood_still_deletes_no_more(clock: Clock, store: Store, version: str) -> None:
    """What is left of the version is not committed, and another sweep takes it."""

    def pause(operation: str, key: str) -> None:
        if deletes_manifest(operation, key):
            clock.time += PROMPT + 1

    with pytest.raises(Conflict):
        swept(Watched(store, after=pause))
    assert len(store.keys("models/als/versions")) == 1
    assert swept(store) == [version]


def test_a_sweep_that_stood_still_removes_no_folder(clock: Clock, folder: Place, tmp_path: Path) -> None:
    """After its last deletion somebody may have published the version again."""
    store = folder.open()
    version = publish_draft(store, tmp_path, Spec(created_at="2026-01-01T00:00:00+00:00")).version
    again = folder.folder() / version_prefix("als", version) / "again"

    def pause(operation: str, key: str) -> None:
        if operation == "delete" and key.endswith("/arrays.safetensors"):
            again.write_bytes(b"")
            clock.time += PROMPT + 1

    with pytest.raises(Conflict):
        swept(Watched(store, after=pause))
    assert again.exists()


def test_an_intent_that_is_gone_protects_nothing(store: Store, version: str) -> None:
    """Whoever took it for dead may be at work."""

    def remove(operation: str, key: str) -> None:
        if announces(operation, key):
            store.delete(key)

    with pytest.raises(Conflict, match="over 60 seconds"):
        promoted(Watched(store, after=remove), version)
    assert read_alias(store, "als") is None


def test_a_dry_run_and_a_promotion_of_what_stands_write_nothing(store: Store, version: str) -> None:
    """No intent is needed where nothing changes."""
    promoted(store, version)
    watched = Watched(store)
    promoted(watched, version)
    sweep(watched, "als", keep=0, older_than_days=0, dry_run=True)
    assert {operation for operation, _ in watched.calls} <= {"get", "keys", "times", "folders"}


def test_a_rollback_gives_way_too(store: Store, tmp_path: Path, version: str) -> None:
    """What holds of promotions holds of rollbacks."""
    promoted(store, version)
    promoted(store, publish_draft(store, tmp_path, Spec(upward=False)).version)
    with announced(store, FOLDER, version, SWEEP), pytest.raises(Conflict, match="a sweep of"):
        rollback(store, "als", reason="worse")
    assert rollback(store, "als", reason="worse").version == version
