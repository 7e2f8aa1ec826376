"""One family as an ASGI app under any server: the same routes and tokens, no gateway in front."""

import os
import sys
import tempfile
import time
import tomllib
import uuid
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from warmstart.api import CONTEXT, Api, Context, create_app
from warmstart.errors import BodyTooLarge, ModelUnavailable, RequestError, SettingsError, Unauthorized, WarmstartError
from warmstart.event import MAX_BODY
from warmstart.grant import Grant
from warmstart.live import LiveModels, loader
from warmstart.problems import problem_response
from warmstart.scorer import Scorer
from warmstart.settings import Settings
from warmstart.store import open_store
from warmstart.token_reader import TokenReader

REQUEST_SECONDS = 15.0


def plain_app(family: Path, *scorers: type[Scorer]) -> ASGIApp:
    """Load a family's models, or those of them that WARMSTART_MODELS names; tokens are read from the same store.

    Args:
        family: its folder, whose family.toml lists the models.
        scorers: what reads its artifacts.
    """
    listed = tomllib.loads((family / "family.toml").read_text())
    environment = {"WARMSTART_MODELS": ",".join(listed["models"]), **os.environ}
    try:
        settings = Settings.from_env(environment)
    except SettingsError as error:
        sys.exit(f"error: {error}")
    return _app(settings, *scorers)


def _app(settings: Settings, *scorers: type[Scorer]) -> ASGIApp:
    cache = tempfile.TemporaryDirectory(prefix="warmstart-")  # of this process alone; gone with it
    settings = settings._replace(cache=Path(cache.name))
    models = LiveModels(settings, loader(*scorers))
    models.preload(time.monotonic() + REQUEST_SECONDS)
    app = create_app(Api(models).paths(), run_in_threadpool)
    tokens = TokenReader(open_store(settings.store, endpoint=settings.endpoint))

    async def plain(scope: Scope, receive: Receive, send: Send, _cache: object = cache) -> None:
        if scope["type"] != "http":
            return
        known_as = str(uuid.uuid4())

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["x-request-id"] = known_as
            await send(message)

        try:
            grant = await run_in_threadpool(_grant, tokens, scope)
            scope["path"] = scope["raw_path"].decode("ascii")  # routes match paths as they were sent
            scope[CONTEXT] = Context(grant, time.monotonic() + REQUEST_SECONDS, known_as)
            await app(scope, await _bounded(receive), send_with_id)
        except WarmstartError as error:  # the token book or the body; a book that cannot be read opens to nobody
            answer = error if isinstance(error, RequestError) else ModelUnavailable()
            await problem_response(answer)(scope, receive, send_with_id)

    return plain


def _grant(tokens: TokenReader, scope: Scope) -> Grant | None:
    headers = [value for name, value in scope["headers"] if name == b"authorization"]
    try:
        if len(headers) != 1:
            raise Unauthorized
        token = tokens.find(headers[0].decode("latin-1"))
    except Unauthorized:
        return None
    return Grant(token.name, frozenset(token.models))


async def _bounded(receive: Receive) -> Receive:
    """Read a body of at most 256 KiB and return what plays it back."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
        if len(body) > MAX_BODY:
            raise BodyTooLarge

    async def replay() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
