"""A sweep takes old versions, and never one that somebody may still need."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.layers.artifacts import Spec, publish_draft
from tests.layers.places import Place
from tests.layers.watched import Watched
from warmstart.errors import ManifestInvalid
from warmstart.registry import intents_folder, manifest_key, promote, read_alias, version_prefix, versions
from warmstart.store import Store
from warmstart.sweep import sweep

NOW = datetime(2026, 1, 31, tzinfo=UTC)


@pytest.fixture
def names(store: Store, tmp_path: Path) -> list[str]:
    """Six committed versions, five days apart: of 6, 11, ... 26 and 1 January, oldest first."""
    dates = [f"2026-01-{day:02d}T00:00:00+00:00" for day in (1, 6, 11, 16, 21, 26)]
    return [publish_draft(store, tmp_path, Spec(created_at=date)).version for date in dates]


def test_old_versions_go(store: Store, names: list[str]) -> None:
    """What is old and named by nobody goes with all its files."""
    assert sweep(store, "als", keep=1, older_than_days=0, dry_run=False, now=NOW) == names[:5]
    assert versions(store, "als") == names[5:]
    assert store.folders("models/als/versions") == names[5:]


def test_a_dry_run_says_the_same_and_deletes_nothing(store: Store, names: list[str]) -> None:
    """What would go is named, and stands."""
    before = store.keys("models")
    assert sweep(store, "als", keep=2, older_than_days=0, dry_run=True, now=NOW) == names[:4]
    assert store.keys("models") == before


def test_the_young_and_the_last_stay(store: Store, names: list[str]) -> None:
    """Neither a version younger than so many days goes, nor one of the last so many."""
    assert sweep(store, "als", keep=0, older_than_days=12, dry_run=True, now=NOW) == names[:4]
    assert sweep(store, "als", keep=3, older_than_days=12, dry_run=True, now=NOW) == names[:3]
    assert sweep(store, "als", keep=99, older_than_days=0, dry_run=True, now=NOW) == []
    assert sweep(store, "als", keep=0, older_than_days=999, dry_run=True, now=NOW) == []


def test_what_an_alias_names_stays(store: Store, names: list[str]) -> None:
    """Any alias protects its version and the one before."""
    promote(store, "als", names[0], reason="new")
    promote(store, "als", names[2], reason="new")
    promote(store, "als", names[3], reason="try", alias="challenger")
    assert sweep(store, "als", keep=0, older_than_days=0, dry_run=True, now=NOW) == [names[1], names[4], names[5]]
    assert sweep(store, "als", keep=0, older_than_days=0, dry_run=False, now=NOW) == [names[1], names[4], names[5]]
    assert versions(store, "als") == [names[0], names[2], names[3]]


def test_what_was_never_committed_goes_when_it_is_old(store: Store, names: list[str]) -> None:
    """A publisher that died long ago leaves nothing; one that may still be at work is left alone."""
    store.put(f"{version_prefix('als', '20251231T000000Z-0000000')}/arrays.safetensors", b"half")
    store.put(f"{version_prefix('als', '20260130T000000Z-0000000')}/arrays.safetensors", b"half")
    gone = sweep(store, "als", keep=0, older_than_days=26, dry_run=False, now=NOW)
    assert gone == ["20251231T000000Z-0000000", names[0]]


def test_half_a_file_goes_too(folder: Place, tmp_path: Path) -> None:
    """In a folder, what a killed writer left is no object, and still goes with its version, once."""
    store = folder.open()
    version = publish_draft(store, tmp_path, Spec(created_at="2026-01-01T00:00:00+00:00")).version
    left = folder.folder() / version_prefix("als", version) / "arrays.safetensors#1"
    left.write_bytes(b"half")
    assert sweep(store, "als", keep=0, older_than_days=0, dry_run=False, now=NOW) == [version]
    assert not left.parent.exists()
    assert sweep(store, "als", keep=0, older_than_days=0, dry_run=False, now=NOW) == []


def test_foreign_folders_are_left_alone(store: Store, names: list[str]) -> None:
    """What is not named as a version is, in a time that can have been, is not ours to delete."""
    for name in ("keep-me", "20261399T000000Z-0000000"):
        store.put(f"models/als/versions/{name}/file", b"")
    assert sweep(store, "als", keep=0, older_than_days=0, dry_run=False, now=NOW) == names
    assert store.folders("models/als/versions") == ["20261399T000000Z-0000000", "keep-me"]


def test_the_aliases_are_read_again_before_each_deletion(place: Place, store: Store, names: list[str]) -> None:
    """A version that is promoted while its neighbours go is not taken."""

    def meanwhile(operation: str, key: str) -> None:
        if operation == "delete" and key == manifest_key("als", names[0]):
            promote(place.open(), "als", names[3], reason="rescued")

    gone = sweep(Watched(store, after=meanwhile), "als", keep=0, older_than_days=0, dry_run=False, now=NOW)
    assert names[3] not in gone
    assert names[3] in versions(store, "als")


def test_the_manifest_goes_first(store: Store, names: list[str]) -> None:
    """A sweep stopped after its first deletion leaves a version that is no longer committed, and no half one."""

    def stop(operation: str, key: str) -> None:
        if (operation, key) == ("delete", manifest_key("als", names[0])):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(Watched(store, after=stop), "als", keep=0, older_than_days=0, dry_run=False, now=NOW)
    assert versions(store, "als") == names[1:]
    assert f"{version_prefix('als', names[0])}/arrays.safetensors" in store.keys("models")


def test_two_sweeps_at_once_take_the_same(place: Place, store: Store, names: list[str]) -> None:
    """A second sweep in the middle of the first does no harm to it, nor to what is promoted beside them."""

    def meanwhile(operation: str, key: str) -> None:
        if (operation, key) == ("delete", manifest_key("als", names[1])) and names[1] in versions(store, "als"):
            promote(place.open(), "als", names[3], reason="rescued")
            assert swept(place.open()) == [names[1], names[2], names[4], names[5]]

    def swept(store: Store) -> list[str]:
        return sweep(store, "als", keep=0, older_than_days=0, dry_run=False, now=NOW)

    assert swept(Watched(store, before=meanwhile)) == [*names[:3], *names[4:]]
    assert (versions(store, "als"), store.keys(intents_folder("als"))) == ([names[3]], [])


def test_a_broken_alias_stops_the_sweep(store: Store, names: list[str]) -> None:
    """Where it cannot be read what is needed, nothing is deleted, nor said to be free to go."""
    store.put("models/als/aliases/champion.json", b"not JSON")
    before = store.keys("models")
    for dry_run, keep in ((False, 0), (True, 0), (False, 9)):
        with pytest.raises(ManifestInvalid):
            sweep(store, "als", keep=keep, older_than_days=0, dry_run=dry_run, now=NOW)
    assert store.keys("models") == before


def test_the_present_is_the_default(store: Store, tmp_path: Path) -> None:
    """Without a time, ages count to now: what was sealed a moment ago is young."""
    publish_draft(store, tmp_path, Spec())
    assert sweep(store, "als", keep=0, older_than_days=1, dry_run=True) == []
    assert read_alias(store, "als") is None
