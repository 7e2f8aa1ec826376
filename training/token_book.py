"""The token book in a store, changed by compare-and-swap."""

from collections.abc import Callable

from warmstart.errors import Conflict, KeyMissing, SettingsError
from warmstart.store import Object, Store
from warmstart.tokens import MAX_BYTES, TOKENS_KEY, Token, TokenBook

ATTEMPTS = 5  # at a change, where others change the book at the same time


def read(store: Store) -> TokenBook:
    """Return the book; an empty one where none was written yet."""
    found = _object(store)
    return TokenBook.from_json(found.data) if found else TokenBook()


def add(store: Store, token: Token) -> None:
    """Add a token; raise SettingsError where its name is taken."""

    def added(book: TokenBook) -> TokenBook:
        if any(entry.name == token.name for entry in book.tokens):
            raise SettingsError(f"there is a token {token.name} already: revoke it, or choose another name")
        return TokenBook((*book.tokens, token))

    _change(store, added)


def remove(store: Store, name: str) -> None:
    """Remove a token; raise SettingsError where there is none of this name."""

    def removed(book: TokenBook) -> TokenBook:
        kept = tuple(entry for entry in book.tokens if entry.name != name)
        if len(kept) == len(book.tokens):
            raise SettingsError(f"there is no token {name[:64]}")
        return TokenBook(kept)

    _change(store, removed)


def _change(store: Store, change: Callable[[TokenBook], TokenBook]) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        found = _object(store)
        changed = change(TokenBook.from_json(found.data) if found else TokenBook()).to_json()
        try:
            if found:
                store.replace(TOKENS_KEY, changed, found.etag)
            else:
                store.put_if_absent(TOKENS_KEY, changed)
        except Conflict:
            if attempt == ATTEMPTS:
                raise
        else:
            return


def _object(store: Store) -> Object | None:
    try:
        return store.get(TOKENS_KEY, limit=MAX_BYTES)
    except KeyMissing:
        return None
