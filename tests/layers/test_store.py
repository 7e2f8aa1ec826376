"""Objects in a folder and in S3 behave alike, conditional writes included."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.layers.places import Place
from tests.layers.servers import Answer, answering
from warmstart.errors import AccessDenied, Conflict, Corrupt, KeyMissing, SettingsError, StoreUnavailable
from warmstart.store import HASTY, FolderStore, Store, open_store


def test_what_is_put_is_got(store: Store, tmp_path: Path) -> None:
    """Bytes and files come back as they went, under keys relative to the store's URL."""
    (tmp_path / "file").write_bytes(b"from a file")
    store.put("a/bytes", b"some bytes")
    store.put("a/file", tmp_path / "file")
    assert store.get("a/bytes", limit=100).data == b"some bytes"
    assert store.get("a/file", limit=100).data == b"from a file"
    assert store.size("a/file") == 11


def test_an_object_over_the_limit_is_refused(store: Store) -> None:
    """A byte over the limit is too many, the limit itself is not."""
    store.put("key", b"12345")
    assert store.get("key", limit=5).data == b"12345"
    with pytest.raises(Corrupt, match="5 bytes, over the limit of 4"):
        store.get("key", limit=4)


def test_a_missing_key_is_named(store: Store) -> None:
    """Reads of what is not there say so; a deletion does not mind."""
    store.put("other", b"")
    for read in (
        lambda: store.get("key", limit=1),
        lambda: store.get_if_changed("key", "tag", limit=1),
        lambda: store.get_range("key", 0, 1),
        lambda: store.size("key"),
        lambda: store.replace("key", b"", "tag"),
    ):
        with pytest.raises((KeyMissing, Conflict)):
            read()
    store.delete("key")


def test_an_unchanged_object_is_not_read_again(store: Store) -> None:
    """A conditional read gives nothing while the tag is the same, and the new bytes once it is not."""
    store.put("key", b"old")
    tag = store.get("key", limit=9).etag
    assert store.get_if_changed("key", tag, limit=9) is None
    assert store.get_if_changed("key", None, limit=9) == (b"old", tag)
    store.put("key", b"new!")
    found = store.get_if_changed("key", tag, limit=9)
    assert found is not None
    assert found.data == b"new!"
    assert found.etag != tag


def test_ranges_are_read(store: Store) -> None:
    """A range is the bytes from a start, so many."""
    store.put("key", b"0123456789")
    assert bytes(store.get_range("key", 3, 4)) == b"3456"


def test_a_second_creation_is_a_conflict(store: Store) -> None:
    """Put-if-absent writes once and leaves what stands there."""
    store.put_if_absent("key", b"first")
    with pytest.raises(Conflict):
        store.put_if_absent("key", b"second")
    assert store.get("key", limit=9).data == b"first"


def test_a_replacement_needs_the_tag_that_stands_there(store: Store) -> None:
    """A tag is good for one replacement; the loser's bytes are not written."""
    store.put("key", b"0")
    tag = store.get("key", limit=9).etag
    store.replace("key", b"1", tag)
    with pytest.raises(Conflict):
        store.replace("key", b"2", tag)
    assert store.get("key", limit=9).data == b"1"


def test_of_many_replacements_at_once_one_wins(place: Place) -> None:
    """Threads that count up in one object lose no step: each success is one more."""
    place.open().put("count", b"0")

    def count_up(_: int) -> int:
        store, won = place.open(), 0
        for _ in range(15):
            found = store.get("count", limit=9)
            try:
                store.replace("count", str(int(found.data) + 1).encode(), found.etag)
                won += 1
            except Conflict:
                continue
        return won

    with ThreadPoolExecutor(8) as pool:
        won = sum(pool.map(count_up, range(8)))
    assert int(place.open().get("count", limit=9).data) == won > 0


def test_of_many_creations_at_once_one_wins(place: Place) -> None:
    """One creator finds nothing there, all others a conflict."""

    def create(number: int) -> int:
        try:
            place.open().put_if_absent("key", str(number).encode())
        except Conflict:
            return -1
        return number

    with ThreadPoolExecutor(8) as pool:
        winners = [number for number in pool.map(create, range(8)) if number >= 0]
    assert len(winners) == 1
    assert place.open().get("key", limit=9).data == str(winners[0]).encode()


def test_keys_and_folders_are_listed(store: Store) -> None:
    """Keys are all those below a folder, folders only those right below it, and no lock is among them."""
    for key in ("a/2/x", "a/1/y/z", "a/1/w", "ab/3/x"):
        store.put(key, b"")
    store.replace("a/2/x", b"1", store.get("a/2/x", limit=1).etag)
    assert store.keys("a") == ["a/1/w", "a/1/y/z", "a/2/x"]
    assert store.folders("a") == ["1", "2"]
    assert (store.keys("c"), store.folders("c")) == ([], [])


def test_a_listing_says_when_each_object_was_written(store: Store) -> None:
    """Times are the store's, in the order of the writes; a write over another renews the time."""
    store.put("a/1", b"")
    before = store.times("a")["a/1"]
    time.sleep(1.1)  # some servers count in seconds
    store.put("a/2", b"")
    store.put("a/1", b"")
    times = store.times("a")
    assert before < times["a/2"] <= times["a/1"]
    assert all(written.tzinfo for written in times.values())


def test_a_folder_may_go_while_it_is_looked_into(folder: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside another sweep a folder that vanishes is no folder."""
    store = folder.open()
    for key in ("a/1/x", "a/2/x"):
        store.put(key, b"")
    real = os.scandir

    def vanish(path: Path) -> Iterator[os.DirEntry[str]]:
        if str(path).endswith("a/1"):
            shutil.rmtree(path, ignore_errors=True)
        return real(path)

    monkeypatch.setattr(os, "scandir", vanish)
    assert store.folders("a") == ["2"]


def test_a_lock_that_is_not_given_back_is_not_waited_for(folder: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stopped process keeps its lock: others are told which, write nothing, and can write when it is gone."""
    store = folder.open()
    store.put("a/key", b"0")
    tag = store.get("a/key", limit=9).etag
    store.replace("a/key", b"1", tag)
    tag = store.get("a/key", limit=9).etag
    monkeypatch.setattr("warmstart.store.LOCK_SECONDS", 0.1)
    with (folder.folder() / ".locks" / "a~key").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Conflict, match=r"\.locks/a~key"):
            store.replace("a/key", b"2", tag)
    assert store.get("a/key", limit=9).data == b"1"
    store.replace("a/key", b"2", tag)


def test_what_is_deleted_is_gone(store: Store) -> None:
    """A deleted object cannot be read."""
    store.put("key", b"")
    store.delete("key")
    with pytest.raises(KeyMissing):
        store.get("key", limit=1)


def test_a_403_is_access_denied() -> None:
    """A refusal says that the key may be absent, too; the signed URL is not in it."""
    denied = Answer(403, b"<Error><Code>AccessDenied</Code></Error>")
    with answering(lambda _: denied) as place, pytest.raises(AccessDenied, match="absent") as caught:
        place.open().get("key", limit=9)
    assert "127.0.0.1" not in str(caught.value)


def test_a_503_is_waited_out() -> None:
    """Two bad answers and a good one are a good one."""
    answers = iter([Answer(503), Answer(503), Answer(200, b"well")])
    with answering(lambda _: next(answers)) as place:
        assert open_store(place.url, endpoint=place.endpoint).get("key", limit=9).data == b"well"


@pytest.mark.parametrize("status", [500, 503])
def test_a_server_that_stays_down_is_unavailable(status: int) -> None:
    """When the retries are used up there is no good answer; the URL asked for is not told."""
    no_answer = pytest.raises(StoreUnavailable, match=r"^key: the store gave no good answer")
    with answering(lambda _: Answer(status)) as place, no_answer as caught:
        place.open().get("key", limit=9)
    assert "127.0.0.1" not in str(caught.value)


def test_no_server_is_unavailable() -> None:
    """A refused connection is no good answer."""
    with pytest.raises(StoreUnavailable):
        Place("s3://bucket", "http://127.0.0.1:9").open().get("key", limit=9)


def test_a_hasty_look_does_not_wait_for_a_server_that_hangs() -> None:
    """A look inside somebody's request ends without an answer."""
    with answering(lambda _: Answer(200, hang=True)) as place:
        store = open_store(place.url, endpoint=place.endpoint, patience=HASTY)
        with pytest.raises(StoreUnavailable):
            store.get("key", limit=9)


def test_a_body_cut_short_is_no_good_answer() -> None:
    """A connection that ends before the promised length is an error, not a short object."""
    with answering(lambda _: Answer(200, b"half", length=8)) as place, pytest.raises(StoreUnavailable):
        place.open().get("key", limit=9)


def test_a_large_object_is_refused_by_what_it_says_of_itself() -> None:
    """The limit is held against the promised length, before the body."""
    with answering(lambda _: Answer(200, b"x", length=2**40)) as place, pytest.raises(Corrupt, match=str(2**40)):
        place.open().get("key", limit=9)


@pytest.mark.parametrize("form", ["file://{}", "file://localhost{}", "{}", "{}/"])
def test_a_folder_has_several_spellings(tmp_path: Path, form: str) -> None:
    """A file URL and a plain folder are the same store."""
    store = open_store(form.format(tmp_path / "store"))
    store.put("a/key", b"here")
    assert isinstance(store, FolderStore)
    assert store.url == f"file://{tmp_path / 'store'}"
    assert (tmp_path / "store" / "a" / "key").read_bytes() == b"here"


def test_a_relative_folder_is_a_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain folder counts from where the command runs, home included."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert open_store("stage").url == f"file://{tmp_path / 'stage'}"
    assert open_store("~/stage").url == f"file://{tmp_path / 'home' / 'stage'}"


@pytest.mark.parametrize("name", ["a#b", "a?b", "a b", "a%20b", "ünï"])
def test_any_folder_name_is_taken_as_it_is(tmp_path: Path, name: str) -> None:
    """What would mean something in a URL means nothing in a folder's name."""
    open_store(str(tmp_path / name)).put("key", b"")
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    "url",
    ["", "s3://", "s3:///prefix", "s3:bucket", "http://host/x", "gs://bucket", "file://host/x", "file:", "s3://[x"],
)
def test_other_urls_are_refused(url: str) -> None:
    """What is no store is named as a wrong setting."""
    with pytest.raises(SettingsError):
        open_store(url)


def test_a_folder_that_cannot_be_made_is_a_wrong_setting(tmp_path: Path) -> None:
    """A folder below a file is refused when it is opened."""
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError):
        open_store(str(tmp_path / "file" / "store"))


@pytest.mark.parametrize("busy", [1, 4])
def test_a_conditional_write_that_met_another_is_made_again(busy: int) -> None:
    """S3's 409 decides nothing: the write is made again, and is then won."""
    answers = [Answer(409, b"<Error><Code>ConditionalRequestConflict</Code></Error>")] * busy + [Answer(200)]
    with answering(lambda _: answers.pop(0)) as place:
        place.open().put_if_absent("key", b"{}")
    assert answers == []


@pytest.mark.parametrize("answer", [Answer(409, b"<Error><Code>OperationAborted</Code></Error>"), Answer(412)])
def test_a_conditional_write_that_lost_is_not(answer: Answer) -> None:
    """A 409 of another name, and a 412, are somebody else's write."""
    with answering(lambda _: answer) as place, pytest.raises(Conflict):
        place.open().put_if_absent("key", b"{}")


def test_a_conditional_write_that_others_never_let_through_is_undecided() -> None:
    """Who was told 409 to the last may yet have won with an earlier try."""
    busy = Answer(409, b"<Error><Code>ConditionalRequestConflict</Code></Error>")
    with answering(lambda _: busy) as place, pytest.raises(StoreUnavailable, match="by others"):
        place.open().put_if_absent("key", b"{}")
