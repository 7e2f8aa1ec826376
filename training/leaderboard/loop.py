"""Runs what is asynchronous, so that SIGTERM ends it as cleanly as Ctrl-C."""

import asyncio
import signal
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end; the command's handler of SIGTERM comes between two steps of the work, never inside one."""
    handler = signal.getsignal(signal.SIGTERM)
    if not callable(handler) or threading.current_thread() is not threading.main_thread():
        return asyncio.run(work)

    async def interruptible() -> T:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, handler, signal.SIGTERM, None)
        return await work

    try:
        return asyncio.run(interruptible())
    finally:
        signal.signal(signal.SIGTERM, handler)
