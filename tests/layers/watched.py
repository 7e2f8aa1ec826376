"""A store that is watched, and can be stopped: wraps a real one and is told of each call before it is made."""

from collections.abc import Callable
from typing import Any

from warmstart.store import Store

OPERATIONS = frozenset(
    "get get_if_changed get_range size put put_if_absent replace delete remove_folder keys times folders".split()  # noqa: SIM905
)
Watch = Callable[[str, str], None]  # the operation and the key


class Watched(Store):
    """A real store; `before` runs ahead of each call, `after` behind it."""

    def __init__(self, real: Store, *, before: Watch | None = None, after: Watch | None = None) -> None:
        super().__init__(real.url, real._backend)
        self.calls: list[tuple[str, str]] = []
        self._real = real
        self._before = before
        self._after = after

    def __getattribute__(self, name: str) -> Any:
        if name not in OPERATIONS:
            return super().__getattribute__(name)
        method = getattr(self._real, name)

        def call(key: str, *args: Any, **kwargs: Any) -> Any:
            self.calls.append((name, key))
            if self._before:
                self._before(name, key)
            found = method(key, *args, **kwargs)
            if self._after:
                self._after(name, key)
            return found

        return call

    def reads(self) -> list[str]:
        """Return the keys of which bytes were read."""
        return [key for name, key in self.calls if name in {"get", "get_if_changed", "get_range"}]
