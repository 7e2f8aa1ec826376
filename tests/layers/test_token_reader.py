"""The token book as a function reads it: fresh within seconds, and no access on an old one."""

import pytest

from tests.layers.watched import Watched
from warmstart import token_reader as module
from warmstart.errors import ManifestInvalid, StoreUnavailable, Unauthorized
from warmstart.store import Store
from warmstart.token_reader import BOOK_SECONDS, TokenReader
from warmstart.tokens import TOKENS_KEY, TokenBook, create

SECRET, TOKEN = create("alice", models=["*"], plan="standard", expires_at=None)
HEADER = f"Bearer {SECRET}"


class Clock:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The reader's clock."""
    found = Clock()
    monkeypatch.setattr(module, "time", found)
    return found


def test_a_token_of_the_book_is_found(store: Store) -> None:
    """What the store holds opens."""
    store.put(TOKENS_KEY, TokenBook((TOKEN,)).to_json())
    assert TokenReader(store).find(HEADER) == TOKEN


def test_without_a_book_nobody_gets_in(store: Store) -> None:
    """A stage where no token was ever made refuses, and does not fail."""
    with pytest.raises(Unauthorized):
        TokenReader(store).find(HEADER)


def test_a_book_is_read_once_in_a_while(store: Store, clock: Clock) -> None:
    """Within its time it is not looked at again; after it a revoked token is refused and a new one opens."""
    store.put(TOKENS_KEY, TokenBook((TOKEN,)).to_json())
    reader = TokenReader(watched := Watched(store))
    reader.find(HEADER)
    other, kept = create("bob", models=["*"], plan="standard", expires_at=None)
    store.put(TOKENS_KEY, TokenBook((kept,)).to_json())
    clock.now += BOOK_SECONDS
    assert reader.find(HEADER) == TOKEN
    assert len(watched.calls) == 1
    clock.now += 0.1
    with pytest.raises(Unauthorized):
        reader.find(HEADER)
    assert reader.find(f"Bearer {other}") == kept
    assert len(watched.calls) == 2


def test_an_unchanged_book_stays(store: Store, clock: Clock) -> None:
    """A second look at the same book keeps it."""
    store.put(TOKENS_KEY, TokenBook((TOKEN,)).to_json())
    reader = TokenReader(store)
    for _ in range(3):
        assert reader.find(HEADER) == TOKEN
        clock.now += BOOK_SECONDS + 1


def test_a_book_that_goes_away_opens_to_nobody(store: Store, clock: Clock) -> None:
    """No book is an empty book, and one that comes back is read."""
    store.put(TOKENS_KEY, TokenBook((TOKEN,)).to_json())
    reader = TokenReader(store)
    reader.find(HEADER)
    store.delete(TOKENS_KEY)
    clock.now += BOOK_SECONDS + 1
    with pytest.raises(Unauthorized):
        reader.find(HEADER)
    store.put(TOKENS_KEY, TokenBook((TOKEN,)).to_json())
    clock.now += BOOK_SECONDS + 1
    assert reader.find(HEADER) == TOKEN


def test_where_the_store_is_down_nobody_gets_in(store: Store, clock: Clock) -> None:
    """An old book is not believed past its time, at no request, and it is read again as soon as it can be."""
    store.put(TOKENS_KEY, TokenBook((TOKEN,)).to_json())
    down: list[bool] = []

    def fail(operation: str, key: str) -> None:
        if down:
            raise StoreUnavailable("down")

    reader = TokenReader(Watched(store, before=fail))
    reader.find(HEADER)
    clock.now += BOOK_SECONDS + 1
    down.append(True)
    for _ in range(3):
        with pytest.raises(StoreUnavailable):
            reader.find(HEADER)
    down.clear()
    assert reader.find(HEADER) == TOKEN


def test_a_broken_book_is_no_book(store: Store) -> None:
    """Where the book cannot be read nobody gets in, at no request."""
    store.put(TOKENS_KEY, b"<html>")
    reader = TokenReader(store)
    for _ in range(2):
        with pytest.raises(ManifestInvalid):
            reader.find(HEADER)
