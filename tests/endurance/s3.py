"""A loopback S3 that gives a folder's objects at a bounded rate, and closes connections that idle, as S3 does."""

import contextlib
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CHUNK = 2**16  # bytes between two looks at the clock
RANGE = re.compile(r"bytes=(\d+)-(\d+)")
BUCKET = "bucket"


class Bandwidth:
    """A rate in bytes per second that all connections share."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._lock = threading.Lock()
        self._free_at = 0.0

    def wait(self, size: int) -> None:
        """Sleep until so many bytes more may have been sent."""
        with self._lock:
            self._free_at = max(self._free_at, time.monotonic()) + size / self._rate
            until = self._free_at
        time.sleep(max(0.0, until - time.monotonic()))


class Bucket(ThreadingHTTPServer):
    """Answers reads from a folder."""

    def __init__(self, folder: Path, rate: float, idle_seconds: float, port: int) -> None:
        self.folder = folder
        self.bandwidth = Bandwidth(rate)
        self.idle_seconds = idle_seconds
        super().__init__(("127.0.0.1", port), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent: a client that gave up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Bucket

    def setup(self) -> None:
        """Close a connection on which nothing was asked for a while."""
        super().setup()
        self.connection.settimeout(self.server.idle_seconds)

    def do_GET(self) -> None:
        """Send an object, or the range of it that was asked for, unless the client has it already."""
        path = self.server.folder / self.path.partition("?")[0].removeprefix(f"/{BUCKET}/")
        try:
            size, etag = path.stat().st_size, _etag(path)
        except OSError:
            self._send(404, b"<Error><Code>NoSuchKey</Code></Error>", "")
            return
        if self.headers.get("If-None-Match") == etag:
            self._send(304, b"", etag)
        elif found := RANGE.fullmatch(self.headers.get("Range", "")):
            start, stop = int(found[1]), min(int(found[2]) + 1, size)
            self._send(206, _part(path, start, stop), etag, f"bytes {start}-{stop - 1}/{size}")
        else:
            self._send(200, _part(path, 0, size), etag)

    def _send(self, status: int, body: bytes, etag: str, content_range: str = "") -> None:
        self.send_response(status)
        self.send_header("Last-Modified", "Sat, 31 Jan 2026 00:00:00 GMT")
        if etag:
            self.send_header("ETag", etag)
        if content_range:
            self.send_header("Content-Range", content_range)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for start in range(0, len(body), CHUNK):
            part = body[start : start + CHUNK]
            self.server.bandwidth.wait(len(part))
            self.wfile.write(part)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the library's name
        """Stay silent."""


def _etag(path: Path) -> str:
    found = path.stat()
    return f'"{found.st_ino:x}-{found.st_mtime_ns:x}-{found.st_size:x}"'


def _part(path: Path, start: int, stop: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return file.read(stop - start)


@contextmanager
def bucket(folder: Path, *, rate: float, idle_seconds: float, port: int = 0) -> Iterator[str]:
    """Serve a folder as `s3://bucket`, on any port unless one is named; yield the endpoint."""
    server = Bucket(folder, rate, idle_seconds, port)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        with contextlib.suppress(OSError):
            server.server_close()
        thread.join()
