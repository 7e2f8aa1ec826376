"""Stores that stop at a chosen call, and actors that take turns at theirs, so that a drawn order can be replayed."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from tests.layers.watched import Watched
from warmstart.errors import StoreUnavailable, WarmstartError
from warmstart.store import Object, Store

WRITES = frozenset({"put", "put_if_absent", "replace"})


class Crash(BaseException):
    """The process died here: nothing of the project catches it."""


class Fault(NamedTuple):
    """What happens at which call of the store."""

    at: int  # 1 for the first call
    how: str  # death "before", "after", "half" of a write; "unavailable"; done and "lost", or "interrupted" by Ctrl-C


class Outcome(NamedTuple):
    """How an operation ended."""

    word: str  # "done", "crash", or the name of the error
    value: Any = None


Wait = Callable[[], None]


def faulty(store: Store, folder: Path | None, fault: Fault | None, wait: Wait | None = None) -> Watched:
    """Wrap a store; a half write leaves in `folder`, where there is one, what a killed writer of files leaves."""
    lock, calls, dead = threading.Lock(), [0], threading.Event()

    def die() -> None:
        dead.set()
        raise Crash

    def before(operation: str, key: str) -> None:
        if dead.is_set():
            raise Crash
        if wait:
            wait()
        with lock:
            calls[0] += 1
        if fault is None or calls[0] != fault.at or fault.how in {"after", "lost", "interrupted"}:
            return
        if fault.how == "unavailable":
            raise StoreUnavailable("not now")
        if fault.how == "half" and operation in WRITES and folder:
            (folder / key).parent.mkdir(parents=True, exist_ok=True)
            (folder / f"{key}#{calls[0]}").write_bytes(b"half")
        die()

    def after(operation: str, key: str) -> None:
        if fault and calls[0] == fault.at and fault.how == "after":
            die()
        if fault and calls[0] == fault.at and fault.how == "lost":
            raise StoreUnavailable("no answer")
        if fault and calls[0] == fault.at and fault.how == "interrupted":
            raise KeyboardInterrupt

    return Watched(store, before=before, after=after)


class Stale(Store):
    """A store whose alias is one of yesterday: an answer from before, or an object that somebody put back."""

    def __init__(self, real: Store, alias: bytes) -> None:
        super().__init__(real.url, real._backend)
        self._alias = alias

    def get_if_changed(self, key: str, etag: str | None, *, limit: int) -> Object | None:  # noqa: ARG002 as in Store
        """Return the old alias, always as a change."""
        return Object(self._alias, "stale")


def attempt(operation: Callable[[], Any]) -> Outcome:
    """Run one operation and say how it ended; an error that nobody declared is raised."""
    try:
        return Outcome("done", operation())
    except WarmstartError as error:
        return Outcome(type(error).__name__, error)
    except Crash:
        return Outcome("crash")
    except KeyboardInterrupt:
        return Outcome("interrupt")


class Turns:
    """Lets one of several actors make one call of the store at a time; who is next is drawn."""

    def __init__(self, rng: random.Random, actors: int) -> None:
        self._rng = rng
        self._changed = threading.Condition()
        self._active = set(range(actors))
        self._paces = [rng.choice((1, 4, 16)) for _ in range(actors)]
        self._waiting: set[int] = set()
        self._next: int | None = None

    def wait(self, actor: int) -> None:
        """Wait for the actor's turn."""
        with self._changed:
            self._waiting.add(actor)
            self._draw()
            assert self._changed.wait_for(lambda: self._next == actor, timeout=60), "a turn never came"
            self._waiting.discard(actor)
            self._next = None

    def leave(self, actor: int) -> None:
        """Take no more turns."""
        with self._changed:
            self._active.discard(actor)
            self._draw()

    def _draw(self) -> None:
        if self._next is None and self._active and self._waiting == self._active:
            waiting = sorted(self._waiting)
            self._next = self._rng.choices(waiting, [self._paces[actor] for actor in waiting])[0]
            self._changed.notify_all()


def together(actors: list[Callable[[Wait | None], Any]], turns: Turns | None) -> list[Outcome]:
    """Run actors at once, in turns or, without them, as they come from a barrier."""
    barrier = threading.Barrier(len(actors))

    def act(number: int) -> Outcome:
        try:
            barrier.wait(30)
            wait = None if turns is None else lambda: turns.wait(number)
            return attempt(lambda: actors[number](wait))
        finally:
            if turns:
                turns.leave(number)

    with ThreadPoolExecutor(len(actors)) as pool:
        return list(pool.map(act, range(len(actors))))


def fault_at(rng: random.Random, how: tuple[str, ...], most: int = 12) -> Fault:
    """Draw a fault at one of the first calls; where an operation makes fewer, it ends well."""
    return Fault(rng.randint(1, most), rng.choice(how))


def sweep_rules(rng: random.Random) -> tuple[int, float, datetime]:
    """Draw how many a sweep keeps, how old the others must be, and what day it is."""
    return (
        rng.randint(0, 3),
        rng.choice((0.0, 1.0, 5.0)),
        datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=rng.randint(4, 24)),
    )


def said(fault: Fault | None) -> str:
    """Say where a fault is, for the log."""
    return f"[{fault.how} call {fault.at}]" if fault else ""
