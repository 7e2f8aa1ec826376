"""Answers under `awslambdaric`: the local twin's Runtime API, one process, its first event and those that follow."""

import asyncio
import contextlib
import io
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from infra.functions import INIT_PARTS
from infra.local.function import Function, FunctionFailed, lambda_environment
from infra.local.listening import bound_socket, listening
from infra.local.process import function_process
from infra.local.runtime_api import RuntimeApi

PAUSE_S = 0.002


@dataclass(frozen=True)
class Answered:
    """What one process answered."""

    first: bytes
    cold_ms: float  # from the spawn to the first answer
    warm_ms: tuple[float, ...]  # from an event at the Runtime API to its answer there, as Lambda bills a call
    warm: bytes  # the last answer
    init_ms: Mapping[str, float]  # where the time of its init went, as the function counts it; empty where it does not


def cold_start(function: Function, event: dict[str, Any]) -> Answered:
    """Start a process of a function and ask it once; raise RuntimeError where the answer is none."""
    return good(answers(function, [event]))


def good(found: Answered) -> Answered:
    """Return what answered with a 200, or with a policy; raise RuntimeError for anything else."""
    first = json.loads(found.first)
    if first.get("statusCode") != 200 and "policyDocument" not in first:
        raise RuntimeError(f"answered {found.first!r}")
    return found


def answers(function: Function, events: Iterable[dict[str, Any]]) -> Answered:
    """Start a process of a function, and ask it one event after the other.

    Raises:
        RuntimeError: it did not answer in time, or died; with what it printed.
    """
    said = io.StringIO()
    with contextlib.redirect_stderr(said):  # where the twin relays what functions print
        try:
            return asyncio.run(_answers(function, [json.dumps(event).encode() for event in events]))
        except (TimeoutError, FunctionFailed) as error:
            raise RuntimeError(f"{function.name}: {error or 'no answer'}\n{said.getvalue()}") from None


async def _answers(function: Function, events: list[bytes]) -> Answered:
    listener = bound_socket("127.0.0.1", 0)
    api = RuntimeApi(function.name)
    environment = lambda_environment(function, f"127.0.0.1:{listener.getsockname()[1]}")
    times, bodies, metrics = list[float](), list[bytes](), list[dict[str, Any]]()
    async with listening({listener: api.app}):
        invocation = api.life.offer(events[0], function.timeout_s)
        started = time.perf_counter()
        async with function_process(function, environment, lambda line: metrics.append(json.loads(line))):
            for event in [*events[1:], None]:
                bodies.append(await asyncio.wait_for(invocation.answer, function.timeout_s))
                times.append((time.perf_counter() - started) * 1000)
                if event is not None:
                    await asyncio.sleep(PAUSE_S)  # until the process has asked for the next one
                    started = time.perf_counter()
                    invocation = api.life.offer(event, function.timeout_s)
        api.life.end()  # who asks for the next event gets an answer, and the server need not wait
    return Answered(bodies[0], times[0], tuple(times[1:]), bodies[-1], _init_ms(metrics))


def _init_ms(metrics: Iterable[Mapping[str, Any]]) -> Mapping[str, float]:
    [ms] = [{name: one[name] for name in INIT_PARTS} for one in metrics if INIT_PARTS[-1] in one] or [{}]
    return ms
