"""A version arrives whole and verified, or not at all."""

import hashlib
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from tests.layers.artifacts import Spec, publish_draft
from tests.layers.places import Place
from tests.layers.servers import Answer, answering
from tests.layers.watched import Watched
from warmstart import pull as module
from warmstart.errors import Corrupt, DiskUnusable, StoreError
from warmstart.manifest import FileEntry, Manifest
from warmstart.pull import ATTEMPTS, Pull, pull
from warmstart.registry import version_prefix
from warmstart.store import Store


@pytest.fixture(autouse=True)
def small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a small file one of several ranges and windows."""
    monkeypatch.setattr(module, "RANGE", 256)
    monkeypatch.setattr(module, "PARALLEL", 2)


@pytest.fixture
def manifest(store: Store, tmp_path: Path) -> Manifest:
    """A published version of two files."""
    return publish_draft(store, tmp_path, Spec(segments=True))


def arrays_key(manifest: Manifest) -> str:
    """Where its arrays lie."""
    return f"{version_prefix(manifest.model, manifest.version)}/arrays.safetensors"


def flip(store: Store, key: str, place: int) -> None:
    """Flip one bit of an object."""
    data = bytearray(store.get(key, limit=2**20).data)
    data[place] ^= 1
    store.put(key, bytes(data))


def test_all_files_arrive(store: Store, manifest: Manifest, tmp_path: Path) -> None:
    """The folder holds the files of the manifest, byte for byte, and no parts."""
    folder = pull(store, manifest, tmp_path / "cache")
    assert sorted(path.name for path in folder.iterdir()) == sorted(manifest.files)
    for name in manifest.files:
        key = f"{version_prefix('als', manifest.version)}/{name}"
        assert (folder / name).read_bytes() == store.get(key, limit=2**20).data


def test_two_pulls_do_not_share_a_folder(store: Store, manifest: Manifest, tmp_path: Path) -> None:
    """Each pull has a folder of its own."""
    assert pull(store, manifest, tmp_path) != pull(store, manifest, tmp_path)


@pytest.mark.parametrize("where", [0, 300, -1])
def test_one_flipped_bit_is_refused(store: Store, manifest: Manifest, tmp_path: Path, where: int) -> None:
    """Wherever the bit is, the file is asked for again, refused, and nothing of it stays."""
    flip(store, arrays_key(manifest), where)
    watched = Watched(store)
    with pytest.raises(Corrupt, match="not the bytes"):
        pull(watched, manifest, tmp_path / "cache")
    ranges = -(-manifest.files["arrays.safetensors"].bytes // 256)
    assert watched.reads().count(arrays_key(manifest)) == ranges * ATTEMPTS
    assert list((tmp_path / "cache").iterdir()) == []


def test_bits_that_are_wrong_once_are_asked_for_again(
    store: Store, place: Place, manifest: Manifest, tmp_path: Path
) -> None:
    """A file that is whole at the second attempt is good."""
    key = arrays_key(manifest)
    flip(store, key, -1)
    last = range(0, manifest.files["arrays.safetensors"].bytes, 256)[-1]
    reads: list[str] = []

    def mend(operation: str, key: str) -> None:
        reads.append(key)
        if len(reads) == last // 256 + 1:
            flip(place.open(), key, -1)

    download = Pull(Watched(store, after=mend), manifest, tmp_path)
    assert download.advance()
    assert download.remaining_bytes == 0


@pytest.mark.parametrize("size", [0, 100, 256, -1])
def test_an_object_cut_short_is_refused(store: Store, manifest: Manifest, tmp_path: Path, size: int) -> None:
    """An object with less bytes than the manifest says is no version."""
    key = arrays_key(manifest)
    store.put(key, store.get(key, limit=2**20).data[:size])
    with pytest.raises((Corrupt, StoreError)):
        pull(store, manifest, tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_missing_file_is_named(store: Store, manifest: Manifest, tmp_path: Path) -> None:
    """A file that the manifest names and the store lacks makes the version corrupt."""
    store.delete(arrays_key(manifest))
    with pytest.raises(Corrupt, match=r"arrays\.safetensors is missing"):
        pull(store, manifest, tmp_path)


@pytest.mark.parametrize("promised", [50, 100])
def test_a_body_cut_short_is_asked_for_again(tmp_path: Path, promised: int) -> None:
    """With and without a length that fits the body, a range cut short is read again, and then refused."""
    asked: list[str] = []

    def short(path: str) -> Answer:
        asked.append(path)
        return Answer(206, b"x" * 50, length=promised, range="0-99/100")

    with answering(short) as place, pytest.raises((Corrupt, StoreError)):
        pull(place.open(), one_file(100, "0" * 64), tmp_path)
    assert len(asked) > 1


def test_a_body_that_is_whole_the_second_time_is_good(tmp_path: Path) -> None:
    """One short body does not cost the version."""
    digest = hashlib.sha256(b"x" * 100).hexdigest()
    answers = iter([Answer(206, b"x" * 50, range="0-99/100"), Answer(206, b"x" * 100, range="0-99/100")])
    with answering(lambda _: next(answers)) as place:
        download = Pull(place.open(), one_file(100, digest), tmp_path)
        assert download.advance()
    assert (download.folder / "file.bin").read_bytes() == b"x" * 100
    assert download.remaining_bytes == 0  # the range was asked for again, not the file


@pytest.mark.parametrize("part", ["0-49/100", None])
def test_another_part_than_was_asked_for_is_refused(tmp_path: Path, part: str | None) -> None:
    """An answer that does not say that it is the range in question is no good answer."""
    wrong = Answer(206, b"x" * 50, range=part)
    with answering(lambda _: wrong) as place, pytest.raises((Corrupt, StoreError)):
        pull(place.open(), one_file(100, "0" * 64), tmp_path)


def test_a_page_with_200_is_refused(tmp_path: Path) -> None:
    """HTML of the right size has not the right hash."""
    with answering(lambda _: Answer(200, b"<html>" + b" " * 94)) as place, pytest.raises((Corrupt, StoreError)):
        pull(place.open(), one_file(100, "0" * 64), tmp_path)


def test_a_pull_can_be_left_and_taken_up(store: Store, manifest: Manifest, tmp_path: Path) -> None:
    """Past its deadline a pull stops after one window of ranges; what it has, it does not read again."""
    watched = Watched(store)
    download = Pull(watched, manifest, tmp_path)
    left = [download.remaining_bytes]
    while not download.advance(time.monotonic() - 1):
        left.append(download.remaining_bytes)
        assert len(left) < 100
    assert (left[0], left[-1]) == (manifest.total_bytes, 0)
    assert left == sorted(set(left), reverse=True)
    assert len(left) > 3
    assert len(watched.reads()) == sum(-(-entry.bytes // 256) for entry in manifest.files.values())


def test_a_pull_that_is_left_keeps_no_thread(store: Store, manifest: Manifest, tmp_path: Path) -> None:
    """Whoever collects a forgotten pull, wherever that is, has no thread to wait for."""
    before = set(threading.enumerate())
    left = Pull(store, manifest, tmp_path / "cache")
    assert not left.advance(time.monotonic())
    assert not [t.name for t in set(threading.enumerate()) - before if t.name.startswith("ThreadPoolExecutor")]


def test_a_pull_that_is_dropped_leaves_nothing(store: Store, manifest: Manifest, tmp_path: Path) -> None:
    """Half a download goes as a whole."""
    download = Pull(store, manifest, tmp_path / "cache")
    assert not download.advance(time.monotonic() - 1)
    assert list(download.folder.iterdir())
    download.discard()
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_refused(store: Store, tmp_path: Path, bad: float) -> None:
    """The right hash does not excuse a NaN or an infinity."""
    vectors = np.zeros((6, 2), np.float32)
    vectors[3, 1] = bad
    with pytest.raises(Corrupt, match="user_vectors holds values that are not finite"):
        publish_draft(store, tmp_path, Spec(arrays={"user_vectors": vectors}))


def test_an_empty_file_arrives(store: Store, tmp_path: Path) -> None:
    """No bytes are verified, too."""
    nothing = one_file(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    store.put("models/als/versions/20260131T000000Z-0000000/file.bin", b"")
    assert (pull(store, nothing, tmp_path) / "file.bin").read_bytes() == b""


@pytest.mark.parametrize("cache", ["file/below", "/proc/warmstart"])
def test_a_disk_that_cannot_be_written_is_named(store: Store, manifest: Manifest, tmp_path: Path, cache: str) -> None:
    """A cache below a file or on a read-only disk is refused before the download."""
    (tmp_path / "file").write_text("")
    watched = Watched(store)
    with pytest.raises(DiskUnusable, match="cannot be written"):
        pull(watched, manifest, tmp_path / cache)
    assert watched.calls == []


def test_a_disk_that_fails_on_the_way_is_named(store: Store, manifest: Manifest, tmp_path: Path) -> None:
    """A folder that goes away under a pull is the disk's fault, not the version's."""
    download = Pull(store, manifest, tmp_path / "cache")
    download.folder.rmdir()
    with pytest.raises(DiskUnusable):
        download.advance()


def test_a_full_disk_is_named(store: Store, manifest: Manifest, tmp_path: Path) -> None:
    """Writing to a device that is always full says that the disk is full, and leaves nothing."""
    download = Pull(store, manifest, tmp_path / "cache")
    (download.folder / "arrays.safetensors.part").symlink_to("/dev/full")
    with pytest.raises(DiskUnusable, match="the disk is full"):
        download.advance()
    assert list((tmp_path / "cache").iterdir()) == []


def test_what_is_not_a_warmstart_error_also_cleans_up(store: Store, manifest: Manifest, tmp_path: Path) -> None:
    """A pull that is interrupted leaves no files."""

    def interrupt(operation: str, key: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull(Watched(store, before=interrupt), manifest, tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def one_file(size: int, digest: str) -> Manifest:
    """A manifest that names one file of no arrays."""
    return Manifest(
        model="als",
        family="factorization",
        scorer="dots",
        algorithm="als",
        version="20260131T000000Z-0000000",
        created_at="2026-01-31T00:00:00+00:00",
        git_commit=None,
        dataset={},
        params={},
        seed=0,
        id_bound=0,
        fallback="popular",
        files={"file.bin": FileEntry(size, digest)},
    )
