"""Clients in a closed loop: each asks, waits for the answer, and asks again, on a connection that it keeps."""

import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from typing import NamedTuple

from tests.load.requests import Request
from tests.load.served import HOST

TIMEOUT_S = 40  # longer than the gateway waits


class Answers(NamedTuple):
    """What came, by who was request."""

    seconds: float  # of the wall clock
    ms: Mapping[str, list[float]]
    wrong: Counter[str]  # who, and what came in place of the answer


def ask_for(
    seconds: float, port: int, requests: Mapping[str, Sequence[Request]], tokens: Sequence[str], clients: int, seed: int
) -> Answers:
    """Ask from so many clients for so long.

    Args:
        seconds: after which no request begins.
        port: of the API.
        requests: who answers -> what they are asked, each of both drawn at random.
        tokens: of which each request has the next: no plan is to hold back one client.
        clients: how many there are.
        seed: of what is drawn.
    """
    started = time.perf_counter()
    loops = [_Client(port, requests, tokens, random.Random(seed + n)) for n in range(clients)]  # noqa: S311 no secret
    with ThreadPoolExecutor(clients) as pool:
        for done in [pool.submit(loop.run, started + seconds) for loop in loops]:
            done.result()
    ms = {row: [value for loop in loops for value in loop.ms[row]] for row in requests}
    wrong = sum((loop.wrong for loop in loops), Counter[str]())
    return Answers(time.perf_counter() - started, ms, wrong)


class _Client:
    def __init__(
        self, port: int, requests: Mapping[str, Sequence[Request]], tokens: Sequence[str], rng: random.Random
    ) -> None:
        self.ms: dict[str, list[float]] = {row: [] for row in requests}
        self.wrong = Counter[str]()
        self._connection = HTTPConnection(HOST, port, timeout=TIMEOUT_S)
        self._requests, self._tokens, self._rng = requests, tokens, rng
        self._rows = list(requests)

    def run(self, until: float) -> None:
        try:
            while time.perf_counter() < until:
                row = self._rng.choice(self._rows)
                self._ask(row, self._rng.choice(self._requests[row]))
        finally:
            self._connection.close()

    def _ask(self, row: str, request: Request) -> None:
        headers = {"Authorization": request.header(self._rng.choice(self._tokens))}
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        started = time.perf_counter()
        try:
            self._connection.request(request.method, request.path, request.body, headers)
            answer = self._connection.getresponse()
            answer.read()
            came = "" if answer.status == request.status else str(answer.status)
        except (OSError, HTTPException) as error:
            self._connection.close()  # the next request opens another
            came = type(error).__name__
        self.ms[row].append((time.perf_counter() - started) * 1000)
        if came:
            self.wrong[f"{row} {request.method} {request.path}: {came}"] += 1
