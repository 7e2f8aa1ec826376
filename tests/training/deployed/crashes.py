"""Ends a program between any two calls of an AWS client, as a power cut would."""

from collections.abc import Callable, Iterator
from typing import Any

from tests.training.deployed.stages import new_client


class Crash(BaseException):
    """Nothing catches this but the test."""


def crashing_gateway(at: int) -> Any:
    """Return an API Gateway client that ends the program at a point: before its first call, after it, and so on."""
    gateway = new_client("apigateway")
    points = iter(range(at + 1))

    def pass_point(**_: object) -> None:
        if next(points) == at:
            raise Crash

    gateway.meta.events.register("before-call.apigateway", pass_point)
    gateway.meta.events.register("after-call.apigateway", pass_point)
    return gateway


def every_crash(run: Callable[[Any], object]) -> Iterator[int]:
    """Run something once for each point, yield after each crash, and stop where it comes to its end."""
    for at in range(100):
        try:
            run(crashing_gateway(at))
        except Crash:
            yield at
        else:
            return
