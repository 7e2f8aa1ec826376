"""One function under the real `awslambdaric`, without a gateway."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from infra.local import worker as module
from infra.local.function import CONCURRENCY, Function, FunctionFailed, FunctionThrottled, FunctionTimedOut
from infra.local.serve import running
from infra.local.worker import Worker


def with_worker(
    test: Callable[[Worker], Awaitable[Any]], name: str = "echo", timeout_s: float = 5, concurrency: int = CONCURRENCY
) -> Any:
    """Run the test beside a process of the function."""
    handler = f"tests.infra.local.handlers.{name}.handler.handler"
    function = Function(name, handler, {}, 512, timeout_s, concurrency)

    async def run() -> Any:
        async with running([function]) as workers:
            await workers[name].settled()
            return await test(workers[name])

    return asyncio.run(run())


async def do(worker: Worker, what: str) -> Any:
    """What the function says."""
    answer = json.loads(await worker.invoke(json.dumps({"queryStringParameters": {"do": what}}).encode()))
    return json.loads(answer["body"])


def test_the_context_is_lambda_s() -> None:
    """Name, memory, ARN, deadline and trace come as from the real Runtime API."""
    context = with_worker(lambda worker: do(worker, "context"))
    assert (context["name"], context["memory"]) == ("echo", "512")
    assert context["arn"] == "arn:aws:lambda:us-east-1:123456789012:function:echo"
    assert 0 < context["remaining_ms"] <= 5000
    assert context["trace"].startswith("Root=1-")
    assert len(context["aws_request_id"]) == 36


def test_events_come_one_at_a_time_and_in_order() -> None:
    """A process has one event; the others wait for it."""

    async def three(worker: Worker) -> list[Any]:
        return await asyncio.gather(*(do(worker, "nap") for _ in range(3)))

    assert with_worker(three) == [1, 2, 3]


def test_an_error_is_raised_with_its_message_and_the_process_stays() -> None:
    """A handler that raises is no crash, there or here."""

    async def fail_and_go_on(worker: Worker) -> Any:
        with pytest.raises(FunctionFailed, match=r"^on purpose$"):
            await do(worker, "raise")
        return await do(worker, "process")

    assert with_worker(fail_and_go_on)["calls"] == 2


def test_who_waits_too_long_in_the_queue_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway's own limit counts the waiting; the function's work goes on."""
    monkeypatch.setattr(module, "INTEGRATION_TIMEOUT_S", 1.2)  # between one nap and two

    async def crowd(worker: Worker) -> list[Any]:
        outcomes = await asyncio.gather(*(do(worker, "nap") for _ in range(3)), return_exceptions=True)
        await asyncio.sleep(0.8)
        return [*outcomes, await do(worker, "nap")]

    first, second, third, later = with_worker(crowd)
    assert (first, later) == (1, 3)
    assert isinstance(second, FunctionTimedOut)
    assert isinstance(third, FunctionTimedOut)


def test_calls_past_the_concurrency_are_refused_at_once() -> None:
    """Two may be under way, whether the process has them or they wait; then the next ones are answered again."""

    async def crowd(worker: Worker) -> list[Any]:
        outcomes = await asyncio.gather(*(do(worker, "nap") for _ in range(4)), return_exceptions=True)
        return [*outcomes, await do(worker, "nap")]

    first, second, third, fourth, later = with_worker(crowd, concurrency=2)
    assert (first, second, later) == (1, 2, 3)
    assert isinstance(third, FunctionThrottled)
    assert isinstance(fourth, FunctionThrottled)


def test_a_function_that_dies_at_init_fails_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is started again, with a pause, and nobody waits for that."""
    monkeypatch.setattr(module, "FIRST_PAUSE_S", 60)

    async def ask(worker: Worker) -> None:
        with pytest.raises(FunctionFailed, match="init"):
            await worker.invoke(b"{}")

    with_worker(ask, name="broken")


def test_an_init_without_an_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that never asks for an event does not hold up the others for ever."""
    monkeypatch.setattr(module, "INIT_LIMIT_S", -0.9)

    async def ready(worker: Worker) -> bool:
        return await worker.settled()

    assert with_worker(ready, name="stuck", timeout_s=1) is False


def test_logs_come_out_under_the_function_s_name(capfd: pytest.CaptureFixture[str]) -> None:
    """Far more than a pipe holds, without a stop."""
    with_worker(lambda worker: do(worker, "shout"))
    log = capfd.readouterr().err
    assert log.count("x") >= 300_000
    assert all(line.startswith("[echo] ") for line in log.splitlines())
