"""`warmstart demo`: from nothing to a first recommendation, in minutes."""

import json
import os
import shlex
import signal
import sys
import threading
import time
import webbrowser
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from training.cli.console import Console
from training.cli.data import fetch
from training.cli.recommend import recommend
from training.cli.serve import must_be_free, serve_store
from training.cli.train import train

DATA = Path("data/movielens-100k")  # where the recipe looks
RECIPE = Path("movielens_100k")
USER = 186
FILMS = [50, 172, 181]  # Star Wars, The Empire Strikes Back, Return of the Jedi


@click.command()
@click.option("--store", "store_url", default=".warmstart/store", show_default=True, metavar="URL")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--once", is_flag=True, help="Stop after the first answers, instead of serving until Ctrl-C.")
@click.pass_context
def demo(context: click.Context, store_url: str, port: int, once: bool) -> None:
    """Fetch MovieLens 100k, train, publish, serve; print a token and calls to paste."""
    started, console = time.monotonic(), Console()
    must_be_free("127.0.0.1", port)
    _step("1. Fetch MovieLens 100k")
    context.invoke(fetch, name="movielens-100k", to=DATA, sha256=None, console=console)
    _step("2. Train, measure with the serving code, publish what passes the gate")
    settings = {"models": None, "store_url": store_url, "on_bad_row": "refuse", "promote": True}
    with suppress(click.exceptions.Exit):  # a model that the gate refused is said, and the others are served
        context.invoke(train, recipe_path=RECIPE, console=console, **settings)
    _step(f"3. Recommend to user {USER}, without an API")
    asked: dict[str, Any] = {"model": "als", "users": (str(USER),), "histories": (), "version": None, "k": 5}
    context.invoke(recommend, store_url=store_url, console=console, titles=True, **asked)
    _step("4. Start the API: gateway, authorizer, every family")
    calls = Calls(f"http://127.0.0.1:{port}", _new_token(store_url))

    def ready() -> None:
        console.end_progress()
        threading.Thread(target=_show, args=(calls, started, once), daemon=True).start()

    serve_store(store_url, "127.0.0.1", port, {}, ready)
    if calls.failed:
        raise click.exceptions.Exit(1)


class Calls:
    """Three calls of the API, to make and to paste."""

    def __init__(self, url: str, token: str) -> None:
        self.token = token
        self.url = url
        self.failed = False
        self._on_the_fly = {"history": [{"item_id": film} for film in FILMS], "k": 5}
        self.all = (
            ("GET", f"{url}/reco/als/{USER}", None),
            ("POST", f"{url}/reco/als?explain=true", self._on_the_fly),
            ("GET", f"{url}/similar/als/{FILMS[0]}?k=5", None),
        )

    def curl(self, method: str, url: str, body: Any) -> str:
        """Return a call as a shell command; the token is the variable that the demo printed."""
        send = ["-X", method, "-H", "Content-Type: application/json", "-d", json.dumps(body)] if body else []
        return f'curl -s -H "Authorization: Bearer $TOKEN" {shlex.join([*send, url])}'

    def make(self, method: str, url: str, body: Any) -> str:
        """Make a call and return the body of its answer."""
        import httpx

        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.request(method, url, json=body, headers=headers, timeout=30).raise_for_status().text


def _show(calls: Calls, started: float, once: bool) -> None:
    """Make each call, print it with its answer, and stop the process where it fails or where once is enough."""
    try:
        click.echo(f"\nTOKEN={calls.token}\n")
        for method, url, body in calls.all:
            click.echo(f"{calls.curl(method, url, body)}\n{calls.make(method, url, body)}\n")
        click.echo(f"{time.monotonic() - started:.0f} s from nothing to an answer. {calls.url}/docs describes the API.")
        if not once:
            click.echo("Paste the lines above into another terminal; Ctrl-C stops the API.")
            _open_page(f"{calls.url}/explore")
    except Exception as error:
        click.echo(f"error: the API did not answer: {error}", err=True)
        calls.failed = True
    if once or calls.failed:
        os.kill(os.getpid(), signal.SIGTERM)


def _open_page(url: str) -> None:
    """Say where the explorer is, and open it where somebody looks at a screen."""
    import httpx

    if httpx.get(url, timeout=30).is_error:
        click.echo("There is no page at /explore: `make page` builds it, and needs Node.js.")
        return
    click.echo(f"{url} shows what every model recommends, and why: give it the token above.")
    screen = sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if screen and sys.stdout.isatty():
        webbrowser.open(url)


def _new_token(store_url: str) -> str:
    from training.stores import open_named
    from training.token_book import add, read, remove
    from warmstart.tokens import create

    store = open_named(store_url, create=True)
    if any(token.name == "demo" for token in read(store).tokens):
        remove(store, "demo")
    secret, token = create("demo", models=["*"], plan="standard", expires_at=None)
    add(store, token)
    return secret


def _step(title: str) -> None:
    click.echo(f"\n{click.style(title, bold=True)}")
