"""A draft becomes a version that is whole, or it does not become one."""

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from itertools import count
from pathlib import Path

import pytest

from tests.layers.artifacts import DotScorer, Spec, opens, promote_new, write_draft
from tests.layers.places import Place
from tests.layers.publisher import KILLED
from tests.layers.watched import Watched
from warmstart.errors import Conflict, Corrupt, Incompatible, ManifestInvalid, WarmstartError
from warmstart.intents import SWEEP, announced
from warmstart.live import LiveModels, loader
from warmstart.manifest import Manifest
from warmstart.publish import publish
from warmstart.registry import intents_folder, manifest_key, promote, read_manifest, version_prefix, versions
from warmstart.store import Store
from warmstart.sweep import sweep


def test_a_published_version_is_whole(store: Store, tmp_path: Path) -> None:
    """Files and manifest stand in the store as they lie in the draft, and nothing else."""
    manifest = write_draft(tmp_path / "draft")
    assert publish(store, tmp_path / "draft", opens) == manifest
    prefix = version_prefix("als", manifest.version)
    assert store.keys("models") == [f"{prefix}/arrays.safetensors", f"{prefix}/manifest.json"]
    for name in ("arrays.safetensors", "manifest.json"):
        assert store.get(f"{prefix}/{name}", limit=2**20).data == (tmp_path / "draft" / name).read_bytes()


def test_the_manifest_is_written_last(store: Store, tmp_path: Path) -> None:
    """All files are there and read back before the commit."""
    watched = Watched(store)
    write_draft(tmp_path / "draft", Spec(segments=True))
    publish(watched, tmp_path / "draft", opens)
    names = [(operation, key.rpartition("/")[2]) for operation, key in watched.calls if "/versions/" in key]
    commit = names.index(("put_if_absent", "manifest.json"))
    assert commit == len(names) - 1
    for name in ("arrays.safetensors", "segments.json"):
        assert names.index(("put", name)) < names.index(("get_range", name)) < commit


def test_publishing_again_changes_nothing(store: Store, tmp_path: Path) -> None:
    """A rerun finds the version committed and writes nothing."""
    manifest = write_draft(tmp_path / "draft")
    publish(store, tmp_path / "draft", opens)
    watched = Watched(store)
    assert publish(watched, tmp_path / "draft", opens) == manifest
    assert [operation for operation, _ in watched.calls] == ["get", "keys"]


def test_a_manifest_in_another_spelling_is_the_same_to_a_rerun(store: Store, tmp_path: Path) -> None:
    """Bytes are compared with bytes, so a draft whose JSON is indented can be published twice."""
    write_draft(tmp_path / "draft")
    file = tmp_path / "draft" / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()), indent=1))
    assert publish(store, tmp_path / "draft", opens) == publish(store, tmp_path / "draft", opens)


def test_two_publishers_of_one_draft_both_succeed(place: Place, tmp_path: Path) -> None:
    """They write the same bytes, so it does not matter whose."""
    manifest = write_draft(tmp_path / "draft")
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: publish(place.open(), tmp_path / "draft", opens), range(4)))
    assert found == [manifest] * 4
    assert versions(place.open(), "als") == [manifest.version]


def test_another_manifest_under_the_same_version_is_a_conflict(place: Place, store: Store, tmp_path: Path) -> None:
    """Of two that name the same files differently one wins; the other is told, also when it was a close race."""
    date = "2026-01-31T00:00:00+00:00"
    write_draft(tmp_path / "one", Spec(created_at=date))
    write_draft(tmp_path / "two", Spec(created_at=date, described={"seed": 1}))

    def meanwhile(operation: str, key: str) -> None:
        if operation == "put_if_absent":
            publish(place.open(), tmp_path / "one", opens)

    with pytest.raises(Conflict):
        publish(Watched(store, before=meanwhile), tmp_path / "two", opens)
    with pytest.raises(Conflict):
        publish(store, tmp_path / "two", opens)
    (version,) = versions(store, "als")
    assert read_manifest(store, "als", version)[0].seed == 0


def test_what_is_not_sealed_is_refused(store: Store, tmp_path: Path) -> None:
    """A folder without a manifest is no draft."""
    with pytest.raises(ManifestInvalid):
        publish(store, tmp_path, opens)
    assert store.keys("models") == []


def test_what_cannot_be_opened_is_not_committed(store: Store, tmp_path: Path) -> None:
    """The check sees the files that came back, and its refusal is the end."""
    write_draft(tmp_path / "draft", Spec(scorer="other"))
    with pytest.raises(Incompatible):
        publish(store, tmp_path / "draft", opens)
    assert versions(store, "als") == []


def test_what_comes_back_changed_is_not_committed(place: Place, store: Store, tmp_path: Path) -> None:
    """One flipped bit between upload and commit is noticed."""
    write_draft(tmp_path / "draft")

    def flip(operation: str, key: str) -> None:
        if operation == "put":
            data = bytearray(place.open().get(key, limit=2**20).data)
            data[-1] ^= 1
            place.open().put(key, bytes(data))

    with pytest.raises(Corrupt):
        publish(Watched(store, after=flip), tmp_path / "draft", opens)
    assert versions(store, "als") == []


def test_the_check_gets_a_folder_that_is_gone_afterwards(store: Store, tmp_path: Path) -> None:
    """What was read back for the check leaves no files behind, also where the check fails."""
    folders: list[Path] = []

    def refuse(folder: Path, manifest: Manifest) -> None:
        folders.append(folder)
        assert (folder / "arrays.safetensors").stat().st_size == manifest.total_bytes
        raise Incompatible("no")

    write_draft(tmp_path / "draft")
    with pytest.raises(Incompatible):
        publish(store, tmp_path / "draft", refuse)
    assert not folders[0].exists()


@pytest.mark.parametrize("kind", ["folder", pytest.param("bucket", marks=pytest.mark.slow)])
def test_a_publisher_killed_anywhere_can_be_run_again(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    """After its every call of the store: readers keep the old version, and a rerun finishes the new one."""
    place: Place = request.getfixturevalue(kind)
    for last in count(1):
        here = Place(f"{place.url}-{last}", place.endpoint)
        store = here.open()
        old = promote_new(store, tmp_path, Spec())
        draft = tmp_path / f"new-{last}"
        manifest = write_draft(draft, Spec(upward=False, segments=True))
        command = [sys.executable, "-m", "tests.layers.publisher", here.url, here.endpoint or "", str(draft), str(last)]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        models = LiveModels(here.settings(tmp_path / "cache"), loader(DotScorer))
        assert models.current("als", time.monotonic() + 10).manifest == old
        assert publish(store, draft, opens) == manifest
        promote(store, "als", manifest.version, reason="finished")
        assert models.current("als", time.monotonic() + 10).manifest == manifest
        if ended.returncode == 0:
            break
        assert ended.returncode == KILLED, ended.stderr
    assert last == 10  # a look, two files put and read back, announced, looked at, committed: each was last once


def test_files_that_are_gone_are_put_back(store: Store, tmp_path: Path) -> None:
    """Publishing a committed version again is enough to make it whole; what is there is not written again."""
    manifest = write_draft(tmp_path / "draft", Spec(segments=True))
    publish(store, tmp_path / "draft", opens)
    promote(store, "als", manifest.version, reason="new")
    gone = f"{version_prefix('als', manifest.version)}/arrays.safetensors"
    store.delete(gone)
    watched = Watched(store)
    assert publish(watched, tmp_path / "draft", opens) == manifest
    assert [key for operation, key in watched.calls if operation == "put" and "/versions/" in key] == [gone]
    promote(store, "als", manifest.version, reason="new", alias="challenger")


@pytest.mark.parametrize("when", ["put", "get_range", "times"])
def test_beside_a_sweep_a_version_is_whole_or_not_committed(
    place: Place, store: Store, tmp_path: Path, when: str
) -> None:
    """An old draft is published while its version is swept; where the sweep was first, another try is enough."""
    manifest = write_draft(tmp_path / "draft", Spec(created_at="2026-01-01T00:00:00+00:00"))
    swept: list[str] = []

    def meanwhile(operation: str, key: str) -> None:
        if operation == when and not swept:
            swept.append(key)
            sweep(place.open(), "als", keep=0, older_than_days=0, dry_run=False)

    with nullcontext() if when == "times" else pytest.raises((Conflict, Corrupt)):
        publish(Watched(store, after=meanwhile), tmp_path / "draft", opens)
    assert versions(store, "als") == ([manifest.version] if when == "times" else [])
    assert publish(store, tmp_path / "draft", opens) == manifest
    promote(store, "als", manifest.version, reason="new")


def test_a_publisher_gives_way_to_a_sweep(store: Store, tmp_path: Path) -> None:
    """It does not commit what is being deleted."""
    manifest = write_draft(tmp_path / "draft")
    with announced(store, intents_folder("als"), manifest.version, SWEEP), pytest.raises(Conflict, match="a sweep of"):
        publish(store, tmp_path / "draft", opens)
    assert versions(store, "als") == []


def test_half_an_upload_is_overwritten(store: Store, tmp_path: Path) -> None:
    """What a killed publisher left in the middle of a file does not survive the rerun."""
    manifest = write_draft(tmp_path / "draft")
    store.put(f"{version_prefix('als', manifest.version)}/arrays.safetensors", b"half")
    publish(store, tmp_path / "draft", opens)
    promote(store, "als", manifest.version, reason="new")


def test_a_damaged_commit_is_not_taken_for_a_good_one(store: Store, tmp_path: Path) -> None:
    """A manifest in the store that cannot be read stops the publisher."""
    manifest = write_draft(tmp_path / "draft")
    store.put(manifest_key("als", manifest.version), b"<html>")
    with pytest.raises(WarmstartError):
        publish(store, tmp_path / "draft", opens)
