"""Small APIs on this machine that do what an entrant's may do, good and bad."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

Headers = Mapping[str, str]


@dataclass
class Said:
    """One answer."""

    body: bytes = b""
    status: int = 200
    headers: Headers = field(default_factory=dict)


def good(user: str, *, first: int = 1) -> Said:
    """Answer as an API should."""
    return Said(json.dumps({"user_id": int(user), "items": [*range(first, first + 10)]}).encode())


@dataclass
class Api:
    """An API that answers users by a function and remembers how it was asked."""

    answer: Callable[[str], Said]
    seen: list[tuple[str, str]] = field(default_factory=list)  # path, Authorization
    connections: set[tuple[str, int]] = field(default_factory=set)

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        headers = {key.decode(): value.decode() for key, value in scope["headers"]}
        self.seen.append((scope["path"], headers.get("authorization", "")))
        self.connections.add(scope["client"])
        alive = scope["path"] == "/health"
        said = Said(b'"I am alive"') if alive else self.answer(scope["path"].rpartition("/")[2])
        raw = [(key.encode(), value.encode()) for key, value in said.headers.items()]
        await send({"type": "http.response.start", "status": said.status, "headers": raw})
        await send({"type": "http.response.body", "body": said.body})


class Faulty:
    """Stands before the API and fails some users for a number of times each."""

    def __init__(self, url: str, every: int, times: int) -> None:
        self._url, self._every, self._times = url, every, times
        self._failed = Counter[str]()
        self._client = httpx.AsyncClient()

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Pass a request on, or fail."""
        path = scope["path"]
        user = path.rpartition("/")[2]
        self._failed[user] += 1
        if user.isdigit() and int(user) % self._every == 1 and self._failed[user] <= self._times:
            status, body = 503, b"{}"
        else:
            headers = [(k, v) for k, v in scope["headers"] if k == b"authorization"]
            passed = await self._client.get(self._url + path, headers=headers)
            status, body = passed.status_code, passed.content
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": body})


@contextmanager
def running(app: ASGIApp) -> Iterator[str]:
    """Serve an application; give its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
