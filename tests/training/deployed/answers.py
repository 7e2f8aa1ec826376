"""A loopback HTTP server that answers AWS's clients as a test says: what no emulator plays on demand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from tests.layers.servers import Answer

Respond = Callable[[str, bytes], Answer]  # a path and a body


@contextmanager
def answering(respond: Respond) -> Iterator[str]:
    """Serve, and yield the URL."""

    class Handler(BaseHTTPRequestHandler):
        """Answers as the test says."""

        def do_POST(self) -> None:
            """Send the answer."""
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            answer = respond(self.path, body)
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_DELETE = do_POST  # noqa: N815 the library's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the library's name
            """Stay silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()
