"""The process of one function: started, listened to, and never left behind."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Callable, Mapping

from infra.local.function import TASK_ROOT, Function

LAST_WORDS_S = 1.0
METRIC = b'{"_aws"'  # for CloudWatch, not for a terminal
PR_SET_PDEATHSIG = 1  # linux/prctl.h
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@contextlib.asynccontextmanager
async def function_process(
    function: Function, environment: Mapping[str, str], count: Callable[[bytes], object] | None = None
) -> AsyncIterator[Process]:
    """Run the function under `awslambdaric`; on the way out it and whatever it started are dead.

    Args:
        function: what to run.
        environment: its whole environment.
        count: is given each line that holds metrics, which nobody sees otherwise.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "awslambdaric", function.handler),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
        env=environment,
        cwd=TASK_ROOT,
        start_new_session=True,
        preexec_fn=_die_with_parent if LIBC else None,
    )
    assert process.stdout is not None  # noqa: S101 it is a pipe
    log = asyncio.create_task(_relay(process.stdout, function.name, count))
    try:
        yield process
    finally:
        kill(process)
        await process.wait()
        await asyncio.wait([log], timeout=LAST_WORDS_S)
        log.cancel()


def kill(process: Process) -> None:
    """End the process and its children at once, as Lambda does."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def say(name: str, text: str) -> None:
    """One line on stderr, under the name of whom it is about."""
    sys.stderr.write(f"[{name}] {text}\n")
    sys.stderr.flush()


def _die_with_parent() -> None:
    if LIBC:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


async def _relay(stream: asyncio.StreamReader, name: str, count: Callable[[bytes], object] | None) -> None:
    tail = b""
    while chunk := await stream.read(65_536):
        *lines, tail = (tail + chunk).split(b"\n")
        if len(tail) > 65_536:  # not a line, and not to be kept until it is one
            lines, tail = [*lines, tail], b""
        for line in lines:
            if not line.startswith(METRIC):
                say(name, line.decode(errors="replace"))
            elif count is not None:
                count(line)
    if tail:
        say(name, tail.decode(errors="replace"))
