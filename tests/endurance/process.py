"""One function's process under `awslambdaric`, with its log in a file and its life in the hands of a test."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.types import Receive, Scope, Send

from infra.local.function import TASK_ROOT, Function, lambda_environment
from infra.local.listening import bound_socket, listening
from infra.local.runtime_api import RuntimeApi

INIT_SECONDS = 60


class FunctionProcess:
    """Gives events to one process, one at a time; it can be frozen in between, as Lambda does."""

    def __init__(self, function: Function, log: Path) -> None:
        self.function = function
        self.log = log
        self.pid = 0
        self._api = RuntimeApi(function.name)
        self._loop = asyncio.new_event_loop()
        self._waiting = threading.Event()  # the process asks for its next event, and has nothing else to do

    def invoke(self, event: bytes) -> bytes:
        """Return the answer to an event; raise FunctionFailed, or TimeoutError after the function's own time."""
        self._waiting.clear()
        return asyncio.run_coroutine_threadsafe(self._invoke(event), self._loop).result()

    def freeze(self) -> None:
        """Stop the process once it waits for its next event, as Lambda does."""
        assert self._waiting.wait(self.function.timeout_s), "the process did not ask for its next event"
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let the process run on."""
        os.kill(self.pid, signal.SIGCONT)

    @contextmanager
    def running(self) -> Iterator["FunctionProcess"]:
        """Start the process, wait for the end of its init, and kill it afterwards."""
        thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        thread.start()
        up, over = asyncio.Event(), asyncio.Event()
        listener = bound_socket("127.0.0.1", 0)
        address = f"127.0.0.1:{listener.getsockname()[1]}"

        async def host() -> None:
            async with listening({listener: self._app}):
                up.set()
                await over.wait()

        hosting = asyncio.run_coroutine_threadsafe(host(), self._loop)
        asyncio.run_coroutine_threadsafe(_first(up), self._loop).result(INIT_SECONDS)
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "awslambdaric", self.function.handler]
            environment = lambda_environment(self.function, address)
            process = subprocess.Popen(command, cwd=TASK_ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
        self.pid = process.pid
        try:
            self._wait_for_init(process)
            yield self
        finally:
            process.kill()
            process.wait()
            self._loop.call_soon_threadsafe(self._api.life.end)
            self._loop.call_soon_threadsafe(over.set)
            hosting.result(INIT_SECONDS)
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()
            self._loop.close()
            listener.close()

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].endswith("/invocation/next"):
            self._waiting.set()
        await self._api.app(scope, receive, send)

    async def _invoke(self, event: bytes) -> bytes:
        invocation = self._api.life.offer(event, self.function.timeout_s)
        async with asyncio.timeout(self.function.timeout_s):
            return await invocation.answer

    def _wait_for_init(self, process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + INIT_SECONDS
        while not self._waiting.wait(0.02):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{self.function.name} did not start\n{self.log.read_text(errors='replace')}")


async def _first(up: asyncio.Event) -> None:
    await up.wait()
