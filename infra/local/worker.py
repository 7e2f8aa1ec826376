"""A function that runs here: its process, the next one when that dies, and one event at a time."""

import asyncio
from asyncio.subprocess import Process

from infra.local.function import Function, FunctionFailed, FunctionThrottled, FunctionTimedOut, lambda_environment
from infra.local.life import Invocation, Life
from infra.local.process import function_process, kill, say
from infra.local.runtime_api import RuntimeApi

INTEGRATION_TIMEOUT_S = 29.0  # a REST API waits no longer
INIT_LIMIT_S = 10.0  # then Lambda starts the init again, inside the first call and its time
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 10.0


class Worker:
    """Gives events to the one process of a function."""

    def __init__(self, function: Function, api: RuntimeApi, address: str) -> None:
        self.function = function
        self._api = api
        self._environment = lambda_environment(function, address)
        self._turn = asyncio.Lock()
        self._calls = 0  # that wait or are under way
        self._process: Process | None = None

    async def supervise(self) -> None:
        """Keep a process alive until cancelled; one that dies before its first event is not hurried."""
        pause = FIRST_PAUSE_S
        while True:
            life = self._api.life
            await self._live(life)
            if life.served:
                pause = FIRST_PAUSE_S
            else:
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
            self._api.begin()

    async def settled(self) -> bool:
        """Wait for the end of the init; whether it went well."""
        life = self._api.life
        await life.settled.wait()
        return life.ready

    async def invoke(self, event: bytes) -> bytes:
        """The function's answer to an event, after those that came before.

        Raises:
            FunctionFailed: it answered with an error, or died.
            FunctionThrottled: too many others wait already.
            FunctionTimedOut: it had no answer in time, or the time passed in the queue.
        """
        if self._calls >= self.function.concurrency:
            raise FunctionThrottled("Rate Exceeded.")
        self._calls += 1
        try:
            async with asyncio.timeout(INTEGRATION_TIMEOUT_S):
                await self._turn.acquire()
                run = asyncio.create_task(self._run(event))
                run.add_done_callback(self._turn_over)
                return await asyncio.shield(run)  # who no longer waits does not stop it
        except TimeoutError:
            raise FunctionTimedOut from None
        finally:
            self._calls -= 1

    def _turn_over(self, run: asyncio.Task[bytes]) -> None:
        self._turn.release()
        if not run.cancelled():
            run.exception()  # seen, so asyncio does not report it

    async def _run(self, event: bytes) -> bytes:
        while True:
            if not await self.settled():
                raise FunctionFailed("the init failed")
            invocation = self._api.life.offer(event, self.function.timeout_s)
            try:
                return await self._answer(invocation)
            except FunctionFailed:
                if invocation.taken:
                    raise  # else the process was dead already, and the next one gets the event

    async def _answer(self, invocation: Invocation) -> bytes:
        life = self._api.life
        try:
            async with asyncio.timeout(self.function.timeout_s):
                return await invocation.answer
        except TimeoutError:
            say(self.function.name, f"no answer in {self.function.timeout_s:g} s: killed")
            self._kill()
            await life.over.wait()
            raise FunctionTimedOut from None

    def _kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            kill(self._process)

    async def _live(self, life: Life) -> None:
        try:
            async with function_process(self.function, self._environment) as process:
                self._process = process
                await self._wait_for_death(life, process)
                say(self.function.name, f"the process ended, {process.returncode}")
        except OSError as error:
            say(self.function.name, f"no process: {error}")
        finally:
            life.end()

    async def _wait_for_death(self, life: Life, process: Process) -> None:
        death = asyncio.create_task(process.wait())
        birth = asyncio.create_task(life.settled.wait())
        limit = INIT_LIMIT_S + self.function.timeout_s
        try:
            done, _ = await asyncio.wait([death, birth], timeout=limit, return_when=asyncio.FIRST_COMPLETED)
            if not done:
                say(self.function.name, f"the init took more than {limit:g} s: killed")
                kill(process)
            await death
        finally:
            birth.cancel()
            death.cancel()
