"""One process of a function, as the Runtime API sees it: the events given to it and the answers to come."""

import asyncio
import time
import uuid
from dataclasses import dataclass

from infra.local.function import FunctionFailed


@dataclass(eq=False)
class Invocation:
    """An event on its way to the function, and the answer to come."""

    request_id: str
    event: bytes
    deadline_ms: int
    answer: asyncio.Future[bytes]
    taken: bool = False  # the process has it

    def finish(self, outcome: bytes | FunctionFailed) -> None:
        """Settle the answer, unless it is already."""
        if self.answer.done():
            return
        if isinstance(outcome, FunctionFailed):
            self.answer.set_exception(outcome)
        else:
            self.answer.set_result(outcome)


class Life:
    """One process at the Runtime API, from its start to its death."""

    def __init__(self) -> None:
        self.ready = False  # it has asked for an event: its init is over
        self.served = False  # it has been given one
        self.settled = asyncio.Event()  # it is ready, or died before
        self.over = asyncio.Event()
        self._offers: asyncio.Queue[Invocation | None] = asyncio.Queue()
        self._current: Invocation | None = None

    def offer(self, event: bytes, timeout_s: float) -> Invocation:
        """Put an event where the process will fetch it; one at a time."""
        if self.over.is_set():
            raise FunctionFailed("the process has died")
        deadline_ms = int((time.time() + timeout_s) * 1000)
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._current = Invocation(str(uuid.uuid4()), event, deadline_ms, answer)
        self._offers.put_nowait(self._current)
        return self._current

    async def next(self) -> Invocation | None:
        """The next event, when there is one; None when there will be no more."""
        self.ready = True
        self.settled.set()
        invocation = await self._offers.get()
        if invocation is not None:
            self.served = invocation.taken = True
        return invocation

    def finish(self, request_id: str, outcome: bytes | FunctionFailed) -> bool:
        """Take what the process says of an event; False if it was not given that event."""
        if self._current is None or self._current.request_id != request_id:
            return False
        self._current.finish(outcome)
        return True

    def end(self) -> None:
        """The process is dead; whoever waits for it is told."""
        self.over.set()
        self.settled.set()
        self._offers.put_nowait(None)
        if self._current is not None:
            self._current.finish(FunctionFailed("the process has died"))
