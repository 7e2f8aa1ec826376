"""Promotions and sweeps that end in the middle: what may still happen is waited for, and nothing else is."""

from pathlib import Path

import pytest

from tests.layers.artifacts import Spec, publish_draft
from tests.layers.steps import FOLDER, announces, deletes_manifest, promoted, swaps, swept
from tests.layers.watched import Watched
from warmstart.errors import AccessDenied, Conflict, StoreUnavailable
from warmstart.registry import promote, read_alias, versions
from warmstart.store import Store


@pytest.mark.parametrize("error", [StoreUnavailable("no answer"), KeyboardInterrupt(), SystemExit()])
def test_a_swap_without_an_answer_keeps_its_intent(store: Store, version: str, error: BaseException) -> None:
    """It may still happen, so until the intent is dead a sweep leaves the version; an interrupt hides an answer too."""

    def fail(operation: str, key: str) -> None:
        if swaps(operation, key):
            raise error

    with pytest.raises(type(error)):
        promoted(Watched(store, before=fail), version)
    assert len(store.keys(FOLDER)) == 1
    assert swept(store) == []


@pytest.mark.parametrize("error", [StoreUnavailable("no answer"), KeyboardInterrupt()])
def test_a_deletion_without_an_answer_keeps_its_intent(store: Store, version: str, error: BaseException) -> None:
    """The manifest may still go, so until the intent is dead a promotion gives way."""

    def fail(operation: str, key: str) -> None:
        if deletes_manifest(operation, key):
            raise error

    with pytest.raises(type(error)):
        swept(Watched(store, before=fail))
    with pytest.raises(Conflict, match="is under way"):
        promoted(store, version)


@pytest.mark.parametrize("error", [StoreUnavailable("no answer"), KeyboardInterrupt()])
@pytest.mark.parametrize("last", range(1, 5))
def test_who_fails_before_any_write_locks_nobody_out(
    store: Store, tmp_path: Path, version: str, error: BaseException, last: int
) -> None:
    """From its announcement to its last look at the aliases, a sweep that ends leaves no intent, whatever ended it."""
    calls: list[str] = []

    def fail(operation: str, key: str) -> None:
        if announces(operation, key) or calls:
            calls.append(operation)
            if len(calls) == last:
                raise error

    promote(store, "als", publish_draft(store, tmp_path, Spec(upward=False)).version, reason="test")
    with pytest.raises(type(error)):
        swept(Watched(store, after=fail))
    assert versions(store, "als")[0] == version
    assert promoted(store, version) == read_alias(store, "als")


def test_an_intent_that_cannot_be_taken_back_is_no_failure(store: Store, version: str) -> None:
    """Who may write and not delete can still promote."""

    def refuse(operation: str, key: str) -> None:
        if operation == "delete":
            raise AccessDenied(key)

    promoted(Watched(store, before=refuse), version)
    assert read_alias(store, "als") is not None
    assert len(store.keys(FOLDER)) == 1
