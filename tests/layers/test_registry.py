"""Aliases move as a whole or not at all, and only ever forward."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.layers.artifacts import Spec, promote_new, publish_draft
from tests.layers.places import Place
from tests.layers.watched import Watched
from warmstart.errors import Conflict, ManifestInvalid, NothingToRollBack, VersionMissing
from warmstart.manifest import MAX_BYTES
from warmstart.registry import (
    Alias,
    alias_key,
    aliases,
    intents_folder,
    manifest_key,
    models,
    promote,
    promote_over,
    read_alias,
    read_manifest,
    rollback,
    version_prefix,
    versions,
)
from warmstart.store import Store

GOOD = Alias("20260131T000000Z-0123abc", "0" * 64, 1, "2026-01-31T00:00:00+00:00", "test", None)


def test_models_and_versions_are_listed(store: Store, tmp_path: Path) -> None:
    """Only committed versions count, oldest first, each under its model."""
    assert (models(store), versions(store, "als")) == ([], [])
    newer = publish_draft(store, tmp_path, Spec(created_at="2026-02-01T00:00:00+00:00")).version
    older = publish_draft(store, tmp_path, Spec(created_at="2026-01-01T00:00:00+00:00")).version
    publish_draft(store, tmp_path, Spec(model="knn"))
    store.put("models/als/versions/20260301T000000Z-0000000/arrays.safetensors", b"not committed")
    store.put("models/als/versions/nonsense/manifest.json", b"{}")
    store.put("models/Not A Model/x", b"")
    store.put(f"{intents_folder('ghost')}/left", b"")  # by a sweep of a model that is no more
    assert models(store) == ["als", "knn"]
    assert versions(store, "als") == [older, newer]


def test_a_manifest_is_read_with_its_hash(store: Store, two: tuple[str, str]) -> None:
    """A committed version is found, another is named as missing."""
    manifest, digest = read_manifest(store, "als", two[0])
    assert (manifest.version, len(digest)) == (two[0], 64)
    for model, version in (
        ("als", "20990101T000000Z-0000000"),
        ("knn", two[0]),
        ("../als", two[0]),
        ("als", "../x"),
        ("als", ""),
    ):
        with pytest.raises(VersionMissing):
            read_manifest(store, model, version)


def test_promotions_grow_the_serial(store: Store, two: tuple[str, str]) -> None:
    """Each move remembers what was there before; a move to where it points already is none."""
    first, second = two
    assert read_alias(store, "als") is None
    set_first = promote(store, "als", first, reason="new")
    assert (set_first.version, set_first.serial, set_first.previous) == (first, 1, None)
    assert promote(store, "als", first, reason="again") == set_first
    moved = promote(store, "als", second, reason="better")
    assert (moved.version, moved.serial, moved.previous, moved.reason) == (second, 2, first, "better")
    assert read_alias(store, "als") == moved
    assert moved.manifest_sha256 == read_manifest(store, "als", second)[1]


def test_a_rollback_and_its_own_rollback(store: Store, two: tuple[str, str]) -> None:
    """Rolling back goes to the version before, rolling back again returns; the serial grows each time."""
    first, second = two
    for version in two:
        promote(store, "als", version, reason="new")
    back = rollback(store, "als", reason="worse")
    forth = rollback(store, "als", reason="better after all")
    assert (back.version, back.previous, back.serial) == (first, second, 3)
    assert (forth.version, forth.previous, forth.serial) == (second, first, 4)


def test_there_may_be_nothing_to_roll_back(store: Store, two: tuple[str, str]) -> None:
    """An alias that was never set, or set once, has no version before."""
    with pytest.raises(NothingToRollBack):
        rollback(store, "als", reason="worse")
    promote(store, "als", two[0], reason="new")
    with pytest.raises(NothingToRollBack):
        rollback(store, "als", reason="worse")


def test_only_committed_versions_are_promoted(store: Store) -> None:
    """A version without a manifest leaves no alias behind."""
    with pytest.raises(VersionMissing):
        promote(store, "als", "20990101T000000Z-0000000", reason="new")
    assert read_alias(store, "als") is None


@pytest.mark.parametrize("before", [0, 1])
def test_a_version_that_goes_after_the_first_look_is_not_promoted(
    place: Place, store: Store, tmp_path: Path, two: tuple[str, str], before: int
) -> None:
    """What a sweep took before the promotion announced itself leaves the alias as it was, and no intent."""
    old = promote_new(store, tmp_path, Spec(times=False)) if before else None

    def meanwhile(operation: str, key: str) -> None:
        if key.startswith(f"{intents_folder('als')}/") and operation == "put":
            place.open().delete(manifest_key("als", two[0]))

    with pytest.raises(VersionMissing):
        promote(Watched(store, before=meanwhile), "als", two[0], reason="new")
    alias = read_alias(store, "als")
    assert (alias and alias.version) == (old and old.version)
    assert store.keys(intents_folder("als")) == []


def test_a_version_without_all_its_files_is_not_promoted(store: Store, two: tuple[str, str]) -> None:
    """What is missing is named, and what to do."""
    store.delete(f"{version_prefix('als', two[0])}/arrays.safetensors")
    with pytest.raises(VersionMissing, match=rf"{two[0]}/arrays\.safetensors is gone: publish the version again"):
        promote(store, "als", two[0], reason="new")
    assert read_alias(store, "als") is None


@pytest.mark.parametrize("alias", ["../champion", "", "A", "x" * 65])
def test_an_alias_has_a_plain_name(store: Store, two: tuple[str, str], alias: str) -> None:
    """A name that would leave its folder is refused."""
    with pytest.raises(VersionMissing):
        promote(store, "als", two[0], reason="new", alias=alias)


def test_aliases_are_apart(store: Store, two: tuple[str, str]) -> None:
    """Each alias has its own version and serial."""
    promote(store, "als", two[0], reason="new")
    promote(store, "als", two[1], reason="try", alias="challenger")
    assert {name: (a.version, a.serial) for name, a in aliases(store, "als").items()} == {
        "champion": (two[0], 1),
        "challenger": (two[1], 1),
    }


@pytest.mark.parametrize("before", [0, 1])
def test_a_promotion_that_comes_too_late_is_a_conflict(
    place: Place, store: Store, tmp_path: Path, two: tuple[str, str], before: int
) -> None:
    """Whoever read the alias first and writes it last does not overwrite what came between."""
    if before:
        promote_new(store, tmp_path, Spec(times=False))

    def meanwhile(operation: str, key: str) -> None:
        if operation in {"replace", "put_if_absent"}:
            promote(place.open(), "als", two[0], reason="faster")

    with pytest.raises(Conflict):
        promote(Watched(store, before=meanwhile), "als", two[1], reason="slower")
    alias = read_alias(store, "als")
    assert alias is not None
    assert (alias.version, alias.serial, alias.reason) == (two[0], before + 1, "faster")


def test_a_promotion_over_what_was_seen_is_none_over_anything_else(store: Store, two: tuple[str, str]) -> None:
    """Whether the alias was moved on, or there and back: nobody's promotion is overwritten unseen."""
    first, second = two
    promote_over(store, "als", first, None, reason="nothing was served")
    seen = read_alias(store, "als")
    for moves in ([second], [first]):
        for version in moves:
            promote(store, "als", version, reason="by somebody else")
        with pytest.raises(Conflict, match="was written by somebody else"):
            promote_over(store, "als", second, seen, reason="late")
    assert promote_over(store, "als", second, read_alias(store, "als"), reason="seen").version == second


def test_a_rollback_that_comes_too_late_is_a_conflict(
    place: Place, store: Store, tmp_path: Path, two: tuple[str, str]
) -> None:
    """A rollback undoes the version that its caller saw, never one that was promoted meanwhile."""
    for version in two:
        promote(store, "als", version, reason="new")
    third = publish_draft(store, tmp_path, Spec(times=False)).version
    seen: list[str] = []

    def meanwhile(operation: str, key: str) -> None:
        if key == alias_key("als", "champion") and not seen:
            seen.append(key)
            promote(place.open(), "als", third, reason="faster")

    with pytest.raises(Conflict):
        rollback(Watched(store, after=meanwhile), "als", reason="slower")
    alias = read_alias(store, "als")
    assert alias is not None
    assert alias.version == third


def test_what_is_no_alias_by_its_name_is_passed_over(store: Store, two: tuple[str, str]) -> None:
    """Files that a desktop or an editor left beside the aliases stop nobody."""
    promoted = promote(store, "als", two[0], reason="new")
    for name in (".DS_Store", "champion.json.bak", "Champion.json", "champion", "old/champion.json"):
        store.put(f"models/als/aliases/{name}", b"x")
    assert aliases(store, "als") == {"champion": promoted}


def test_of_many_promotions_at_once_each_success_is_a_serial(place: Place, two: tuple[str, str]) -> None:
    """Threads that promote in turns get their move or a conflict, and no serial is given twice."""

    def move(number: int) -> list[int]:
        serials = []
        for step in range(6):
            try:
                serials.append(promote(place.open(), "als", two[(number + step) % 2], reason="race").serial)
            except Conflict:
                continue
        return serials

    with ThreadPoolExecutor(6) as pool:
        found = {serial for serials in pool.map(move, range(6)) for serial in serials}
    alias = read_alias(place.open(), "als")
    assert alias is not None
    assert found == set(range(1, alias.serial + 1))


def test_an_alias_is_its_json() -> None:
    """What is written can be read."""
    assert Alias.from_json(GOOD.to_json()) == GOOD
    assert Alias.from_json(GOOD._replace(previous=GOOD.version).to_json()).previous == GOOD.version


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        *(
            json.dumps({**json.loads(GOOD.to_json()), **changed}).encode()
            for changed in (
                {"version": "../../x"},
                {"version": 7},
                {"version": None},
                {"previous": "x"},
                {"previous": 7},
                {"manifest_sha256": "0"},
                {"manifest_sha256": None},
                {"serial": 0},
                {"serial": -1},
                {"serial": True},
                {"serial": 1.0},
                {"serial": 2**53},
                {"serial": "1"},
                {"other": 1},
            )
        ),
    ],
)
def test_what_is_no_alias_is_refused(data: bytes) -> None:
    """Anything but an alias with sound names and a serial is ManifestInvalid."""
    with pytest.raises(ManifestInvalid):
        Alias.from_json(data)


def test_a_large_alias_is_not_read(store: Store) -> None:
    """Over 1 MiB is no alias, whatever it holds."""
    from warmstart.errors import Corrupt

    store.put(alias_key("als", "champion"), b" " * (MAX_BYTES + 1))
    with pytest.raises(Corrupt):
        read_alias(store, "als")


def test_an_alias_that_cannot_be_read_is_named_and_can_be_mended(store: Store, tmp_path: Path) -> None:
    """Rubbish under an alias stops promotions with its key in the message, until one is told to write over it."""
    version = publish_draft(store, tmp_path, Spec()).version
    store.put("models/als/aliases/champion.json", b"rubbish")
    with pytest.raises(ManifestInvalid, match=r"models/als/aliases/champion\.json"):
        promote(store, "als", version, reason="try")
    mended = promote(store, "als", version, reason="mend", mend=True)
    assert read_alias(store, "als") == mended
    assert mended.serial > 10**9
