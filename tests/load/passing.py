"""Tokens that are revoked while others ask: each opens the API until then, and not for long after."""

import time
from http.client import HTTPConnection

from infra.plans import AUTHORIZER_CACHE_SECONDS
from tests.load.served import HOST
from training.token_book import add, remove
from warmstart.store import Store
from warmstart.tokens import create

KNOWN_SECONDS = 12  # in which functions have read the book anew
REVOKED_SECONDS = AUTHORIZER_CACHE_SECONDS + KNOWN_SECONDS  # after which everybody must know


class PassingTokens:
    """One is made and another revoked every now and then."""

    def __init__(self, store: Store, port: int) -> None:
        self.revoked = 0
        self.wrong: list[str] = []
        self._store, self._port = store, port
        self._made = 0
        self._good: tuple[str, str, float] | None = None  # its name, its secret, and since when there is it
        self._gone: list[tuple[str, str, float]] = []  # and since when it is revoked

    def turn(self) -> None:
        """Use and revoke the one there is, once everybody must know it, and make the next; look at those revoked."""
        now = time.monotonic()
        if self._good is not None and now > self._good[2] + KNOWN_SECONDS:
            name, secret, _ = self._good
            self._expect(name, secret, 200)
            remove(self._store, name)
            self.revoked += 1
            self._gone.append((name, secret, now))
            self._good = None
        if self._good is None:
            self._made += 1
            name = f"passing-{self._made}"
            secret, token = create(name, models=["*"], plan="internal", expires_at=None)
            add(self._store, token)
            self._good = name, secret, now
        self._look(now)

    def finish(self) -> None:
        """Wait until all revoked ones must be refused, and see whether they are."""
        while self._gone:
            time.sleep(0.5)
            self._look(time.monotonic())

    def _look(self, now: float) -> None:
        while self._gone and now > self._gone[0][2] + REVOKED_SECONDS:
            name, secret, _ = self._gone.pop(0)
            self._expect(name, secret, 401)

    def _expect(self, name: str, secret: str, status: int) -> None:
        connection = HTTPConnection(HOST, self._port, timeout=40)
        try:
            connection.request("GET", "/models", headers={"Authorization": f"Bearer {secret}"})
            came = connection.getresponse().status
        finally:
            connection.close()
        if came != status:
            self.wrong.append(f"{name} was answered {came} in place of {status}")
