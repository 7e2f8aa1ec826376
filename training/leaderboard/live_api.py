"""One entrant's API, asked over connections that stay open; whatever it sends ends as an answer or a failure."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Self
from urllib.parse import quote

import httpx

from training.leaderboard.answer import Answer, Failure, Question, read_answer
from training.leaderboard.entrants import Entrant
from warmstart.ids import Id

MAX_BYTES = 64 * 2**10  # of an answer; ours have 300
PASSING = (408, 425, 429, 500, 502, 503, 504)  # states of the API, not faults of the question


class LiveApi:
    """Asks and never follows: a redirect is a failure, so a token goes nowhere but to the entrant's own address."""

    def __init__(self, client: httpx.AsyncClient, entrant: Entrant, timeout: float) -> None:
        self._client = client
        self._root = entrant.url.rstrip("/")
        self._reco = f"{self._root}/reco/{entrant.model}"
        self._token = {"Authorization": f"Bearer {entrant.token()}"}
        self._timeout = timeout

    @classmethod
    @asynccontextmanager
    async def connect(cls, entrant: Entrant, timeout: float, connections: int = 1) -> AsyncIterator[Self]:
        """Give an API to ask, with so many connections at most and so many seconds for each answer."""
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        async with httpx.AsyncClient(
            limits=limits, timeout=timeout, follow_redirects=False, headers={"Accept-Encoding": "identity"}
        ) as client:
            yield cls(client, entrant, timeout)

    async def health(self) -> bytes | Failure:
        """Ask whether it is alive; no token goes out for that."""
        return await self._get(f"{self._root}/health", {})

    async def ask(self, user_id: Id, question: Question | None = None) -> tuple[Answer | Failure, float]:
        """Ask for one user; return also the seconds until the whole answer was there."""
        started = time.perf_counter()
        body = await self._get(f"{self._reco}/{quote(str(user_id), safe='')}", self._token)
        seconds = time.perf_counter() - started
        return (body if isinstance(body, Failure) else read_answer(body, question)), seconds

    async def _get(self, url: str, headers: dict[str, str]) -> bytes | Failure:
        try:
            async with asyncio.timeout(self._timeout), self._client.stream("GET", url, headers=headers) as response:
                body = await _limited(response)
        except (TimeoutError, httpx.TimeoutException):
            return Failure("timeout", again=True)
        except httpx.TransportError:
            return Failure("connection", again=True)
        if response.status_code != 200:
            return _refusal(response)
        if response.headers.get("content-encoding", "identity") != "identity":
            return Failure("compressed, unasked")
        return Failure("too large") if body is None else body


async def _limited(response: httpx.Response) -> bytes | None:
    """Read a body as it comes over the wire; None where it is over the limit."""
    body = b""
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > MAX_BYTES:
            return None
    return body


def _refusal(response: httpx.Response) -> Failure:
    if 300 <= response.status_code < 400:
        return Failure("redirect")
    passing = response.status_code in PASSING
    return Failure(f"status {response.status_code}", passing, _retry_after(response) if passing else None)


def _retry_after(response: httpx.Response) -> float | None:
    """Read Retry-After: seconds, or a date."""
    said = response.headers.get("retry-after", "")
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        return max(0.0, (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):  # no date, or one without a zone
        return None
