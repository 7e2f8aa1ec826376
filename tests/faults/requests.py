"""Requests as cases: paths, bodies and events, each with what must come back."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from tests.faults.ask import CANARY, Answer, of_event, outcome
from tests.faults.case import Case, Seen
from tests.faults.world import Headers, World

Make = Callable[[World], Answer]
RECO = "/reco/als"  # integer ids
STRINGS = "/reco/popular"  # string ids


def request_case(row: str, name: str, expected: str, make: Make, *, timed: bool = False, reads: str = "") -> Case:
    """Return a case of one request; no answer and no log may hold the canary, and no key that was not to be read."""
    return Case(row, name, expected, partial(_run, make=make, timed=timed, reads=reads))


def get(path: str, headers: Headers = (), method: str = "GET") -> Make:
    """Return what asks for a path."""
    return lambda world: world.ask(path, method=method, headers=headers)


def post(body: bytes, path: str = RECO, content_type: str = "application/json") -> Make:
    """Return what posts a body."""
    return lambda world: world.post(path, body, content_type)


def event(value: Any, function: str = "factorization") -> Make:
    """Return what gives an event to a function, past the gateway."""
    return lambda world: of_event(world.twin.invoke(function, value))


def gateway_event(**changed: Any) -> dict[str, Any]:
    """Return an event as the gateway makes it, but for what is changed."""
    context = {"requestId": "1", "authorizer": {"token": "t", "models": "*", "plan": "free"}}
    usual = {"httpMethod": "GET", "path": f"{RECO}/0", "headers": {}, "requestContext": context, "body": None}
    return {**usual, **changed}


def _run(world: World, make: Make, timed: bool, reads: str) -> Seen:
    mark, asked = world.log.mark(), len(world.injector.asked)
    started = time.perf_counter()
    answer = make(world)
    seconds = answer.seconds or time.perf_counter() - started
    what = [outcome(answer)]
    if CANARY in world.log.text(mark):
        what.append("in the log")
    read = [path for _, path in world.injector.asked[asked:] if reads and reads in path]
    what += ["the store was asked"] if read else []
    return Seen(", ".join(what), f"{seconds * 1000:.0f} ms" if timed else "")


def cases(row: str, expected: str, made: Sequence[tuple[str, Make]], *, timed: bool = False) -> list[Case]:
    """Return one case for each of these, all with the same answer."""
    return [request_case(row, name, expected, make, timed=timed) for name, make in made]
