"""`warmstart serve`: the whole API on this machine."""

import os
import socket
from collections.abc import Callable, Mapping, Sequence

import click

from training.cli.console import Console, json_option
from training.cli.place import store_option
from training.stores import function_credentials, open_named


def _origins(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    from warmstart.settings import ORIGIN

    for value in values:
        if not ORIGIN.fullmatch(value):
            raise click.BadParameter(f"{value!r} is not an origin such as http://localhost:3000")
    return values


@click.command()
@store_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--refresh", default=15.0, show_default=True, type=click.FloatRange(min=0), help="Seconds between looks.")
@click.option(
    "--cors-origin",
    "cors_origins",
    multiple=True,
    metavar="URL",
    callback=_origins,
    help="Origin of a page that may call from a browser, such as http://localhost:3000; repeat it for more.",
)
@json_option
def serve(
    store_url: str, host: str, port: int, refresh: float, cors_origins: tuple[str, ...], console: Console
) -> None:
    """Run gateway, authorizer and every family's function here, as they run on AWS."""
    from warmstart import registry

    url = f"http://{host}:{port}"
    if not registry.models(open_named(store_url)):
        console.warn("this store has no model yet: until warmstart train --promote every call is answered 503")
    console.progress("starting the functions")
    serve_store(
        store_url,
        host,
        port,
        {"WARMSTART_REFRESH_SECONDS": str(refresh)},
        lambda: console.result(
            {"url": url, "docs": f"{url}/docs", "explorer": f"{url}/explore"},
            f"serving {url}, documented at {url}/docs, shown at {url}/explore",
        ),
        cors_origins,
    )


def serve_store(
    store_url: str,
    host: str,
    port: int,
    environment: Mapping[str, str],
    ready: Callable[[], None],
    cors_origins: Sequence[str] = (),
) -> None:
    """Serve a store until a signal; functions get credentials in their environment, as Lambda gives them."""
    from infra.local.serve import serve as serve_locally

    store = open_named(store_url)
    must_be_free(host, port)
    serve_locally(
        store=store.url,
        host=host,
        port=port,
        environment={**function_credentials(store.url), **environment},
        ready=ready,
        cors_origins=cors_origins,
    )


def must_be_free(host: str, port: int) -> None:
    """Raise SettingsError where nobody can listen on this address."""
    from warmstart.errors import SettingsError

    try:
        with socket.create_server((host, port)):
            return
    except OSError as error:
        raise SettingsError(f"cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}") from None
