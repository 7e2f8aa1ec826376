"""The gateway and every function behind it, on a loop in a thread of its own; functions can be started afresh."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import closing, contextmanager
from typing import Any
from unittest.mock import patch

from infra.families import Family
from infra.functions import AUTHORIZER
from infra.local import gateway as gateway_module
from infra.local import process, worker
from infra.local.authorizer import Authorizer
from infra.local.function import Function
from infra.local.gateway import Gateway
from infra.local.listening import bound_socket, listening
from infra.local.routes import Routes
from infra.local.serve import running
from infra.local.usage import Usage
from infra.local.worker import Worker
from tests.faults.log import Log

START_SECONDS = 60


class Twin:
    """A local gateway whose functions can be replaced while it serves."""

    def __init__(self, families: Sequence[Family], log: Log) -> None:
        self.log = log
        self.port = 0
        self.workers: dict[str, Worker] = {}
        self.skipped_seconds = 0.0  # of the gateway's clock, by which it forgets policies
        self._families = families
        self._loop = asyncio.new_event_loop()
        self._leaving: list[Future[None]] = []  # functions that are on their way out; nobody need wait for each

    def forget_policies(self) -> None:
        """Move the gateway's clock past the time for which it keeps what the authorizer said."""
        self.skipped_seconds += gateway_cache_seconds() + 1

    def invoke(self, name: str, event: object) -> Any:
        """Give an event to a function without a gateway; raise what its worker raises."""
        call = self.workers[name].invoke(json.dumps(event).encode())
        return json.loads(asyncio.run_coroutine_threadsafe(call, self._loop).result(START_SECONDS))

    def pid(self, name: str) -> int:
        """Return the process of a function."""
        started = self.workers[name]._process
        assert started is not None
        return started.pid

    @contextmanager
    def behind(self, name: str, worker: Worker) -> Iterator[None]:
        """Let a worker that runs already answer in the place of the one of that name."""
        former = self.workers.get(name)
        self.workers[name] = worker
        try:
            yield
        finally:
            if former is not None:
                self.workers[name] = former

    @contextmanager
    def fresh(self, *functions: Function) -> Iterator[float]:
        """Start functions, put them in the place of those of the same names, and yield the seconds that took."""
        started = time.perf_counter()
        stood = {function.name: self.workers.get(function.name) for function in functions}
        with self._hosted(self._run(functions), wait=False):
            seconds = time.perf_counter() - started
            try:
                yield seconds
            finally:
                for name, former in stood.items():
                    if former is not None:
                        self.workers[name] = former

    @contextmanager
    def serving(self, functions: Sequence[Function]) -> Iterator["Twin"]:
        """Start the loop, the functions and the gateway."""
        thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        thread.start()
        with (
            patch.object(process, "_relay", self.log.relay),
            patch.object(gateway_module, "say", self.log.say),
            patch.object(worker, "say", self.log.say),
        ):
            try:
                with self._hosted(self._run(functions)), self._hosted(self._listen):
                    yield self
            finally:
                wait(self._leaving, START_SECONDS)
                self._loop.call_soon_threadsafe(self._loop.stop)
                thread.join()
                self._loop.close()

    @contextmanager
    def _hosted(
        self, host: Callable[[asyncio.Event, asyncio.Event], Coroutine[Any, Any, None]], *, wait: bool = True
    ) -> Iterator[None]:
        """Keep something on the loop: wait until it is up and, unless told otherwise, until it is down."""
        up, over = asyncio.Event(), asyncio.Event()
        hosting = asyncio.run_coroutine_threadsafe(host(up, over), self._loop)
        asyncio.run_coroutine_threadsafe(_first(up), self._loop).result(START_SECONDS)
        try:
            yield
        finally:
            self._loop.call_soon_threadsafe(over.set)
            if wait:
                hosting.result(START_SECONDS)
            else:
                self._leaving.append(hosting)

    def _run(
        self, functions: Sequence[Function]
    ) -> Callable[[asyncio.Event, asyncio.Event], Coroutine[Any, Any, None]]:
        async def run(up: asyncio.Event, over: asyncio.Event) -> None:
            async with running(functions) as workers:
                await asyncio.gather(*(started.settled() for started in workers.values()))
                self.workers.update(workers)
                up.set()
                await over.wait()

        return run

    async def _listen(self, up: asyncio.Event, over: asyncio.Event) -> None:
        names = [*self.workers]
        gateway = Gateway(
            routes=Routes(self._families),
            functions={name: self._by_name(name) for name in names},
            authorizer=Authorizer(self._by_name(AUTHORIZER), lambda: time.monotonic() + self.skipped_seconds),
            usage=Usage(),
        )
        with closing(bound_socket("127.0.0.1", 0)) as door:
            self.port = door.getsockname()[1]
            async with listening({door: gateway}):
                up.set()
                await over.wait()

    def _by_name(self, name: str) -> Callable[[bytes], Coroutine[Any, Any, bytes]]:
        async def invoke(event: bytes) -> bytes:
            return await self.workers[name].invoke(event)

        return invoke


def gateway_cache_seconds() -> float:
    """Return for how long the gateway keeps a policy."""
    from infra.plans import AUTHORIZER_CACHE_SECONDS

    return AUTHORIZER_CACHE_SECONDS


async def _first(up: asyncio.Event) -> None:
    await up.wait()
