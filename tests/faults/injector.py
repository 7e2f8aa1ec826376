"""A loopback proxy before S3 that does, by rule, what networks and services do on bad days."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, NamedTuple

Headers = tuple[tuple[str, str], ...]
HOP = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding"})


class Asked(NamedTuple):
    """A request on its way to S3."""

    method: str
    path: str  # with its query
    headers: Headers
    body: bytes


class Reply(NamedTuple):
    """An answer on its way back."""

    status: int
    headers: Headers
    body: bytes
    length: int | None = None  # what Content-Length claims, where it is not the body's


Forward = Callable[[], Reply]
Act = Callable[[Asked, Forward], Reply | None]  # None: the connection is dropped


class Rule:
    """What happens to the requests whose path holds a pattern."""

    def __init__(self, pattern: str, act: Act, methods: str, times: int | None) -> None:
        self.act = act
        self._pattern = re.compile(pattern)
        self._methods = methods.split()
        self._times = times
        self._hits = Counter[str]()
        self._lock = Lock()

    @property
    def hits(self) -> int:
        """How many requests it met."""
        return self._hits.total()

    def takes(self, asked: Asked) -> bool:
        """Whether it is for this request; each path is met at most `times` times."""
        if asked.method not in self._methods or not self._pattern.search(asked.path):
            return False
        path = asked.path.partition("?")[0]
        with self._lock:
            if self._times is not None and self._hits[path] >= self._times:
                return False
            self._hits[path] += 1
        return True


class Injector:
    """Passes requests on to an S3 server, through the rules that are switched on."""

    def __init__(self, upstream: str) -> None:
        self.asked: list[tuple[str, str]] = []  # method and path of everything that came
        self.url = ""
        self._upstream = upstream.removeprefix("http://")
        self._rules: list[Rule] = []

    @contextmanager
    def rule(self, pattern: str, act: Act, *, methods: str = "GET HEAD", times: int | None = None) -> Iterator[Rule]:
        """Switch a rule on for a while; the newest that takes a request decides."""
        made = Rule(pattern, act, methods, times)
        self._rules.insert(0, made)
        try:
            yield made
        finally:
            self._rules.remove(made)

    def answer(self, asked: Asked) -> Reply | None:
        """Answer one request, or None to drop its connection."""
        self.asked.append((asked.method, asked.path))
        rule = next((rule for rule in [*self._rules] if rule.takes(asked)), None)
        return rule.act(asked, lambda: self._forward(asked)) if rule else self._forward(asked)

    def _forward(self, asked: Asked) -> Reply:
        connection = HTTPConnection(self._upstream, timeout=30)
        try:
            connection.putrequest(asked.method, asked.path, skip_host=True, skip_accept_encoding=True)
            for name, value in asked.headers:
                if name.lower() not in HOP:
                    connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(asked.body)))
            connection.endheaders(asked.body)
            came = connection.getresponse()
            headers = came.getheaders()
            length = came.headers.get("content-length") if asked.method == "HEAD" else None
            kept = tuple((name, value) for name, value in headers if name.lower() not in HOP)
            return Reply(came.status, kept, came.read(), None if length is None else int(length))
        finally:
            connection.close()


@contextmanager
def injecting(upstream: str) -> Iterator[Injector]:
    """Run a proxy before a server, and yield it."""
    injector = Injector(upstream)

    class Handler(_Handler):
        """Answers through this injector."""

        answer = staticmethod(injector.answer)

    server = _Server(("127.0.0.1", 0), Handler)
    injector.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield injector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    """To which a client that gave up is no news."""

    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    answer: Callable[[Asked], Reply | None]

    def do_GET(self) -> None:
        """Read the request, and send what the injector says in one piece."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        try:
            reply = self.answer(Asked(self.command, self.path, tuple(self.headers.items()), body))
        except (HTTPException, OSError):
            reply = None
        if reply is None:
            self.close_connection = True
            return
        length = len(reply.body) if reply.length is None else reply.length
        lines = [f"HTTP/1.1 {reply.status} {self.responses[reply.status][0]}"]
        lines += [f"{name}: {value}" for name, value in (*reply.headers, ("Content-Length", str(length)))]
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1") + reply.body)
        self.close_connection = length != len(reply.body) and self.command != "HEAD"

    do_HEAD = do_PUT = do_POST = do_DELETE = do_GET  # noqa: N815 the library's names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the library's name
        """Stay silent."""
