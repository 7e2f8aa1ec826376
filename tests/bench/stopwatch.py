"""Time per part of a long job, without the parts inside it that have a watch of their own."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class Stopwatch:
    """Adds up seconds by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._inner = [0.0]  # seconds that watched parts took, per part that is running

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Watch a block."""
        self._inner.append(0.0)
        started = time.perf_counter()
        try:
            yield
        finally:
            elapsed = time.perf_counter() - started
            self.seconds[name] = self.seconds.get(name, 0.0) + elapsed - self._inner.pop()
            self._inner[-1] += elapsed

    def watched(self, call: Callable[..., Any], name: str | Callable[..., str]) -> Callable[..., Any]:
        """Return the call, watched under the name that its arguments give it."""

        def run(*args: Any, **kwargs: Any) -> Any:
            with self.part(name if isinstance(name, str) else name(*args, **kwargs)):
                return call(*args, **kwargs)

        return run
