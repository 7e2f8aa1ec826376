"""How fast an API is asked: evenly, never above a rate, and not at all while it wants a pause."""

import asyncio
from collections.abc import Callable

LEAST = 1.0  # questions a second, however often the API says that it is too many
SHORTEST = 1.0  # seconds of a pause
FASTER = 1.01  # with each turn, back to the rate that was said


class Pace:
    """Gives turns to everybody who asks the same API."""

    def __init__(self, per_second: float, clock: Callable[[], float] | None = None) -> None:
        self._clock = clock or asyncio.get_running_loop().time
        self._most = self.per_second = per_second
        self._next = self._until = 0.0

    async def turn(self) -> None:
        """Wait until one more question may be asked."""
        while True:
            now = self._clock()
            at = max(now, self._next, self._until)
            self._next = at + 1 / self.per_second
            await asyncio.sleep(at - now)
            if self._until <= at:
                self.per_second = min(self.per_second * FASTER, self._most)
                return

    def pause(self, seconds: float) -> None:
        """Let nobody ask for so long, and go on at half the rate; asked for again during a pause, only lengthen it."""
        now = self._clock()
        if now >= self._until:
            self.per_second = max(self.per_second / 2, LEAST)
            self._next = 0.0  # turns given out before the pause are taken again after it
        self._until = max(self._until, now + max(seconds, SHORTEST))
