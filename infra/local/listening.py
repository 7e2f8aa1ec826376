"""HTTP servers inside the loop that already runs, each on a socket that is bound before."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator, Mapping

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

LAST_ANSWERS_S = 1  # for requests still open when the server stops


def bound_socket(host: str, port: int) -> socket.socket:
    """A socket with its port, 0 for any free one; OSError if it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named, or asyncio leaves Nagle on
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


@contextlib.asynccontextmanager
async def listening(apps: Mapping[socket.socket, ASGIApp]) -> AsyncIterator[None]:
    """Serve every app on its socket; closed afterwards."""
    by_port = {listener.getsockname()[1]: app for listener, app in apps.items()}

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        await by_port[scope["server"][1]](scope, receive, send)

    server = _Server(
        uvicorn.Config(
            dispatch,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=LAST_ANSWERS_S,
        )
    )
    running = asyncio.create_task(server.serve(list(apps)))
    try:
        while not server.started and not running.done():
            await asyncio.sleep(0.005)
        yield
    finally:
        server.should_exit = True
        await running


class _Server(uvicorn.Server):
    """Leaves the signals to whoever started the loop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
