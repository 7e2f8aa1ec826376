"""The token book in a store, changed by compare-and-swap."""

from collections.abc import Callable

from warmstart.errors import Conflict, KeyMissing, SettingsError
from warmstart.store import Object, Store
from warmstart.tokens import MAX_BYTES, TOKENS_KEY, Token, TokenBook

ATTEMPTS = 5  # at a change, where others change the book at the same time


class NameTaken(SettingsError):
    """There is a token of this name."""


class NoSuchToken(SettingsError):
    """There is no token of this name."""


def read(store: Store) -> TokenBook:
    """Return the book; an empty one where none was written yet."""
    found = _object(store)
    return TokenBook.from_json(found.data) if found else TokenBook()


def add(store: Store, token: Token) -> None:
    """Add a token; raise NameTaken where its name is."""

    def added(book: TokenBook) -> TokenBook:
        refuse_taken(book, token.name)
        return TokenBook((*book.tokens, token))

    _change(store, added)


def refuse_taken(book: TokenBook, name: str) -> None:
    """Raise NameTaken where the book has a token of this name."""
    if any(entry.name == name for entry in book.tokens):
        raise NameTaken(f"there is a token {name} already: revoke it, or choose another name")


def remove(store: Store, name: str) -> Token:
    """Remove a token and return it; raise NoSuchToken where there is none of this name."""
    found: list[Token] = []

    def removed(book: TokenBook) -> TokenBook:
        found[:] = [entry for entry in book.tokens if entry.name == name]
        if not found:
            raise NoSuchToken(f"there is no token {name[:64]}")
        return TokenBook(tuple(entry for entry in book.tokens if entry.name != name))

    _change(store, removed)
    return found[0]


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
