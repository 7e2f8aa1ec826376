"""`warmstart serve`: every function and the gateway before them, until a signal."""

import asyncio
import contextlib
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path

from infra.families import Family, read_families
from infra.functions import AUTHORIZER
from infra.local.authorizer import Authorizer
from infra.local.function import TASK_ROOT, Function
from infra.local.functions import local_functions
from infra.local.gateway import Gateway
from infra.local.listening import bound_socket, listening
from infra.local.routes import Routes
from infra.local.runtime_api import RuntimeApi
from infra.local.usage import Usage
from infra.local.worker import Worker

LOOPBACK = "127.0.0.1"


def serve(
    *,
    store: str,
    host: str,
    port: int,
    environment: Mapping[str, str],
    ready: Callable[[], None],
    cors_origins: Sequence[str] = (),
) -> None:
    """Serve the whole API until SIGINT, SIGTERM or SIGHUP.

    Args:
        store: where the models are, as a URL.
        host: where to listen, 127.0.0.1 unless others are to reach it.
        port: as host.
        environment: what every function gets beside its own variables; nothing else of this process reaches them.
        ready: called once every function has finished its init, well or not.
        cors_origins: of the pages that may call from a browser.

    Raises:
        OSError: the port is taken.
        ValueError: a `family.toml` is wrong.
    """
    families = read_families(TASK_ROOT / "functions")
    with tempfile.TemporaryDirectory(prefix="warmstart-") as caches:
        functions = local_functions(families, store, Path(caches), environment, cors_origins)
        asyncio.run(serve_functions(families, functions, host=host, port=port, ready=ready, cors_origins=cors_origins))


async def serve_functions(
    families: Sequence[Family],
    functions: Sequence[Function],
    *,
    host: str,
    port: int,
    ready: Callable[[], None],
    cors_origins: Sequence[str] = (),
) -> None:
    """Serve these functions until a signal; one of them is the authorizer, one the catalogue."""
    serving = asyncio.create_task(_serve(families, functions, host, port, ready, cors_origins))
    loop = asyncio.get_running_loop()
    hung_up = [] if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else [signal.SIGHUP]  # nohup wants it ignored
    stops = [signal.SIGINT, signal.SIGTERM, *hung_up]
    for stop in stops:
        loop.add_signal_handler(stop, _cancel_once(serving))
    try:
        await serving
    except asyncio.CancelledError:
        if not serving.cancelled():
            raise
    finally:
        for stop in stops:
            loop.remove_signal_handler(stop)


def _cancel_once(task: asyncio.Task[None]) -> Callable[[], None]:
    def cancel() -> None:
        if not task.cancelling():
            task.cancel()

    return cancel


async def _serve(
    families: Sequence[Family],
    functions: Sequence[Function],
    host: str,
    port: int,
    ready: Callable[[], None],
    cors_origins: Sequence[str],
) -> None:
    with contextlib.closing(bound_socket(host, port)) as door:
        async with running(functions) as workers:
            gateway = Gateway(
                routes=Routes(families, preflights=bool(cors_origins)),
                functions={name: worker.invoke for name, worker in workers.items()},
                authorizer=Authorizer(workers[AUTHORIZER].invoke),
                usage=Usage(),
                cors_origins=cors_origins,
            )
            await asyncio.gather(*(worker.settled() for worker in workers.values()))
            async with listening({door: gateway}):
                ready()
                await asyncio.Event().wait()


@contextlib.asynccontextmanager
async def running(functions: Sequence[Function]) -> AsyncIterator[dict[str, Worker]]:
    """A process for every function, behind a Runtime API of its own; all gone afterwards."""
    apis = {function.name: RuntimeApi(function.name) for function in functions}
    sockets = {name: bound_socket(LOOPBACK, 0) for name in apis}
    addresses = {name: f"{LOOPBACK}:{listener.getsockname()[1]}" for name, listener in sockets.items()}
    workers = {function.name: Worker(function, apis[function.name], addresses[function.name]) for function in functions}
    async with listening({sockets[name]: api.app for name, api in apis.items()}):
        supervisors = [asyncio.create_task(worker.supervise()) for worker in workers.values()]
        try:
            yield workers
        finally:
            for supervisor in supervisors:
                supervisor.cancel()
            await asyncio.gather(*supervisors, return_exceptions=True)
