"""A loopback HTTP server that answers as a test says: the faults that no real S3 plays on demand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import NamedTuple

from tests.layers.places import Place


class Answer(NamedTuple):
    """What the server sends; a length other than the body's is a body cut short."""

    status: int
    body: bytes = b""
    length: int | None = None
    etag: str = '"tag"'
    range: str | None = None  # of a part, e.g. "0-99/100"
    hang: bool = False


Respond = Callable[[str], Answer]


class Server(ThreadingHTTPServer):
    """To which a client that gave up is no news."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent."""


@contextmanager
def answering(respond: Respond) -> Iterator[Place]:
    """Serve, and yield the place of a store in it."""
    done = Event()

    class Handler(BaseHTTPRequestHandler):
        """Answers reads as the test says."""

        def do_GET(self) -> None:
            """Send the answer."""
            answer = respond(self.path)
            if answer.hang:
                done.wait(30)
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(answer.body) if answer.length is None else answer.length))
            self.send_header("ETag", answer.etag)
            self.send_header("Last-Modified", "Sat, 31 Jan 2026 00:00:00 GMT")
            if answer.range:
                self.send_header("Content-Range", f"bytes {answer.range}")
            self.end_headers()
            self.wfile.write(answer.body)

        do_HEAD = do_PUT = do_GET  # noqa: N815 the library's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the library's name
            """Stay silent."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield Place("s3://bucket/stage", f"http://127.0.0.1:{server.server_address[1]}")
    finally:
        done.set()
        server.shutdown()
        server.server_close()
        thread.join()
