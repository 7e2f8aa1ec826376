"""Every order of the store calls of several operations: each state that they can reach, wherever any of them stops.

An operation is run again and again. What its calls gave so far is given once more; its next call is made, and there
it stops, as a process does that dies. So a state is the store, the clock, and what each operation has been told; the
same state is looked at once, however it was reached. The clock is read together with the call that follows, and an
object is written at the time by the same clock.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

from tests.layers.watched import OPERATIONS
from warmstart.errors import Conflict, KeyMissing, WarmstartError
from warmstart.store import Object, Store

Files = tuple[tuple[str, bytes], ...]  # sorted
Times = tuple[tuple[str, int], ...]  # sorted; when the intents were written: of others nobody asks
Operation = Callable[[Store], object]
HOURS_2 = 7_200


class Stopped(BaseException):
    """The operation goes no further here."""


class Objects(Store):
    """A store in memory whose tags are hashes of the content, as S3's are."""

    def __init__(self, files: Files, written: Times = (), time: int = 0) -> None:
        super().__init__("memory://", None)
        self.files, self.written, self.time = dict(files), dict(written), time

    def get(self, key: str, *, limit: int) -> Object:  # noqa: ARG002 as in Store
        """Return an object."""
        if key not in self.files:
            raise KeyMissing(key)
        return Object(self.files[key], hashlib.sha256(self.files[key]).hexdigest())

    def put(self, key: str, content: Any) -> None:
        """Write an object."""
        self.files[key] = content
        if "/intents/" in key:
            self.written[key] = self.time

    def put_if_absent(self, key: str, data: bytes) -> None:
        """Write an object where there is none."""
        if key in self.files:
            raise Conflict(key)
        self.files[key] = data

    def replace(self, key: str, data: bytes, etag: str) -> None:
        """Write over what bears the tag."""
        if key not in self.files or self.get(key, limit=0).etag != etag:
            raise Conflict(key)
        self.files[key] = data

    def delete(self, key: str) -> None:
        """Remove an object."""
        self.files.pop(key, None)
        self.written.pop(key, None)

    def times(self, prefix: str) -> dict[str, datetime]:
        """Return the keys below a folder and when they were written."""
        below = sorted(key for key in self.files if key.startswith(f"{prefix}/"))
        return {key: datetime.fromtimestamp(self.written.get(key, 0), UTC) for key in below}

    def folders(self, prefix: str) -> list[str]:
        """Return the folders right below a folder."""
        below = {key.removeprefix(f"{prefix}/").partition("/") for key in self.keys(prefix)}
        return sorted({name for name, slash, _ in below if slash})


@dataclass(frozen=True)
class Told:
    """What one call gave, and the time that was read before it, if it was."""

    time: int | None
    value: tuple[type | None, Any] = (None, None)  # of what kind it was, where it is kept as a tuple
    error: type[WarmstartError] | None = None

    @classmethod
    def by(cls, time: int | None, call: Callable[[], Any]) -> "Told":
        """Make the call."""
        try:
            value = call()
        except WarmstartError as error:
            return cls(time, error=type(error))
        return cls(time, _frozen(value))

    def again(self) -> Any:
        """Give it once more."""
        if self.error:
            raise self.error("as before")
        kind, value = self.value
        return kind(value) if kind else value


@dataclass(frozen=True)
class State:
    """The store, the time, what each operation has been told, and how those ended that did."""

    files: Files
    written: Times
    time: int
    told: tuple[tuple[Told, ...], ...]
    ends: tuple[str, ...]  # "" while under way


class Replay(Store):
    """Gives what was told once more, makes one new call, and stops at the next."""

    def __init__(self, objects: Objects, told: tuple[Told, ...], time: int) -> None:
        super().__init__("replay://", None)
        self.told = [*told]
        self._objects, self._time, self._place = objects, time, 0
        self._most = len(told) + 1
        self._clock_read = False

    def now(self) -> int:
        """Return the time of the call that comes next."""
        if self._place < len(self.told):
            return self.told[self._place].time or self._time
        self._clock_read = True
        return self._time

    def __getattribute__(self, name: str) -> Any:
        if name not in OPERATIONS:
            return super().__getattribute__(name)

        def call(*args: Any, **kwargs: Any) -> Any:
            if self._place == self._most:
                raise Stopped
            if self._place == len(self.told):
                time = self._time if self._clock_read else None
                self.told.append(Told.by(time, lambda: getattr(self._objects, name)(*args, **kwargs)))
            self._place += 1
            return self.told[self._place - 1].again()

        return call


def begin(files: dict[str, bytes], operations: Sequence[Operation], time: int = 10**9) -> State:
    """Return the state in which nothing has been done."""
    return State(tuple(sorted(files.items())), (), time, ((),) * len(operations), ("",) * len(operations))


def after(state: State, operations: Sequence[Operation], number: int) -> State:
    """Return what one more call of one operation makes of a state."""
    objects = Objects(state.files, state.written, state.time)
    store = Replay(objects, state.told[number], state.time)
    end = ""
    with (
        patch("warmstart.intents.now", store.now),
        patch("warmstart.intents.secrets.token_hex", lambda _: f"{number:016x}"),
        patch("warmstart.registry._now", lambda: datetime(2026, 1, 31, tzinfo=UTC)),
    ):
        try:
            operations[number](store)
            end = "done"
        except WarmstartError as error:
            end = type(error).__name__
        except Stopped:
            pass
    told = _with(state.told, number, tuple(store.told))
    files, written = (tuple(sorted(found.items())) for found in (objects.files, objects.written))
    return State(files, written, state.time, told, _with(state.ends, number, end))


def reachable(start: State, operations: Sequence[Operation], *, pauses: int = 0) -> Iterator[State]:
    """Give every state that can come of a start; so often, two hours may go by while all stand still."""
    seen, ahead = {(start, pauses)}, [(start, pauses)]
    while ahead:
        state, left = ahead.pop()
        yield state
        nexts = [(after(state, operations, n), left) for n, end in enumerate(state.ends) if not end]
        if left and nexts:
            nexts.append((replace(state, time=state.time + HOURS_2), left - 1))
        new = [found for found in nexts if found not in seen]
        seen.update(new)
        ahead += new


def _frozen(value: Any) -> tuple[type | None, Any]:
    if type(value) is dict:
        return dict, tuple(value.items())
    return (list, tuple(value)) if type(value) is list else (None, value)


def _with(values: tuple[Any, ...], number: int, value: Any) -> tuple[Any, ...]:
    return (*values[:number], value, *values[number + 1 :])
