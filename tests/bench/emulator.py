"""One cold start under `awslambdaric`: the local twin's Runtime API, one process, one event."""

import asyncio
import contextlib
import io
import json
import time
from typing import Any

from infra.local.function import Function, lambda_environment
from infra.local.listening import bound_socket, listening
from infra.local.process import function_process
from infra.local.runtime_api import RuntimeApi


def cold_start(function: Function, event: dict[str, Any]) -> float:
    """Return the milliseconds from the spawn to the first answer, which must be a 200."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said):  # where the twin relays what functions print
        try:
            answer, ms = asyncio.run(_first_answer(function, json.dumps(event).encode()))
        except TimeoutError:
            answer, ms = {}, 0.0
    if answer.get("statusCode") != 200:
        raise RuntimeError(f"{function.name} answered {answer or 'nothing'}\n{said.getvalue()}")
    return ms


async def _first_answer(function: Function, event: bytes) -> tuple[dict[str, Any], float]:
    listener = bound_socket("127.0.0.1", 0)
    api = RuntimeApi(function.name)
    environment = lambda_environment(function, f"127.0.0.1:{listener.getsockname()[1]}")
    async with listening({listener: api.app}):
        invocation = api.life.offer(event, function.timeout_s)
        started = time.perf_counter()
        async with function_process(function, environment):
            body = await asyncio.wait_for(invocation.answer, function.timeout_s)
            ms = (time.perf_counter() - started) * 1000
        api.life.end()  # who asks for the next event gets an answer, and the server need not wait
    return json.loads(body), ms
