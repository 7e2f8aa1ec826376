"""A write of an alias that has no answer, or meets itself, and serials that only grow."""

import pytest

from tests.layers.places import Place
from tests.layers.watched import Watched
from warmstart.errors import Conflict, ManifestInvalid, StoreUnavailable
from warmstart.registry import TOP_SERIAL, alias_key, intents_folder, promote, read_alias, rollback
from warmstart.store import Store


class Late:
    """A store whose first write of an alias ends in an error, after it was done or instead."""

    def __init__(self, store: Store, error: Exception, *, done: bool, silent: bool = False) -> None:
        self._error, self._silent, self._met = error, silent, False
        self.store = Watched(store, before=self.read if done else self.fail, after=self.fail if done else None)

    def read(self, operation: str, _key: str) -> None:
        """Give no answer after the error, where the store stays silent."""
        if self._met and self._silent and operation == "get":
            raise StoreUnavailable("still no answer")

    def fail(self, operation: str, key: str) -> None:
        """Fail once."""
        self.read(operation, key)
        if operation in {"replace", "put_if_absent"} and not self._met:
            self._met = True
            raise self._error


ERRORS = [Conflict("a try before this one has won"), StoreUnavailable("no answer")]


@pytest.mark.parametrize("error", ERRORS)
def test_a_write_that_met_itself_is_a_success(store: Store, two: tuple[str, str], error: Exception) -> None:
    """The first try was done and its answer was lost: the bytes that stand there are ours, and nobody tries again."""
    for number, version in enumerate(two):
        assert promote(Late(store, error, done=True).store, "als", version, reason="new").serial == number + 1
    back = rollback(Late(store, error, done=True).store, "als", reason="worse")
    assert (back, back.version, store.keys(intents_folder("als"))) == (read_alias(store, "als"), two[0], [])


@pytest.mark.parametrize(
    ("error", "done", "silent"), [(ERRORS[1], False, False), (ERRORS[1], True, True), (ERRORS[0], True, True)]
)
def test_who_does_not_know_whether_it_moved_is_told_to_look(
    store: Store, two: tuple[str, str], error: Exception, done: bool, silent: bool
) -> None:
    """A rollback that is run again after one that was done undoes it."""
    for version in two:
        promote(store, "als", version, reason="new")
    late = Late(store, error, done=done, silent=silent)
    with pytest.raises(StoreUnavailable, match="look at `warmstart models` before"):
        rollback(late.store, "als", reason="worse")
    assert len(store.keys(intents_folder("als"))) == 1


def test_a_lost_answer_behind_somebody_elses_move_is_a_conflict(
    place: Place, store: Store, two: tuple[str, str]
) -> None:
    """What was not answered can no longer happen: it is bound to what stood there before."""
    late = Late(store, ERRORS[1], done=False)

    def overtake(operation: str, key: str) -> None:
        if operation == "put_if_absent":
            promote(place.open(), "als", two[0], reason="faster")

    with pytest.raises(Conflict):
        promote(Watched(late.store, before=overtake), "als", two[1], reason="slower")
    assert store.keys(intents_folder("als")) == []


def test_each_mend_is_above_all_that_was_counted(store: Store, two: tuple[str, str]) -> None:
    """Promotions count on from a mend, and the next mend, also at once, is above them."""
    serials = []
    for _ in range(3):
        store.put(alias_key("als", "champion"), b"rubbish")
        serials += [promote(store, "als", version, reason="mend", mend=True).serial for version in two * 2]
    assert serials == sorted(set(serials))


def test_the_last_serial_is_not_counted_on(store: Store, two: tuple[str, str]) -> None:
    """No promotion writes what could not be read again: the alias stays as it is."""
    last = promote(store, "als", two[0], reason="new")._replace(serial=TOP_SERIAL)
    store.put(alias_key("als", "champion"), last.to_json())
    with pytest.raises(ManifestInvalid, match="too large"):
        promote(store, "als", two[1], reason="one more")
    assert (read_alias(store, "als"), store.keys(intents_folder("als"))) == (last, [])
