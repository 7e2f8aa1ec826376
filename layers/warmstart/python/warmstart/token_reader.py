"""The token book as a function reads it: kept for a few seconds, then looked at again."""

import threading
import time
from datetime import UTC, datetime

from warmstart.errors import KeyMissing
from warmstart.store import Store
from warmstart.tokens import MAX_BYTES, TOKENS_KEY, Token, TokenBook

BOOK_SECONDS = 10.0  # a revoked token is refused after this, and the gateway's cache time (60 s)


class TokenReader:
    """Finds tokens in the book of a store. Where the store is down it raises: nobody gets in on an old book."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._book = TokenBook()
        self._etag: str | None = None
        self._read_at = float("-inf")
        self._lock = threading.Lock()

    def find(self, header: str) -> Token:
        """Return the token that an Authorization header names.

        Raises:
            Unauthorized: no good token.
            StoreError: the book could not be read.
        """
        with self._lock:
            if time.monotonic() - self._read_at > BOOK_SECONDS:
                self._read()
                self._read_at = time.monotonic()
        return self._book.find(header, datetime.now(UTC))

    def _read(self) -> None:
        try:
            found = self._store.get_if_changed(TOKENS_KEY, self._etag, limit=MAX_BYTES)
        except KeyMissing:  # no token was ever made
            self._book, self._etag = TokenBook(), None
            return
        if found is not None:
            self._book, self._etag = TokenBook.from_json(found.data), found.etag
