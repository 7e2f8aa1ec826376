"""Gateway events in, gateway answers out: the routes behind a Lambda handler."""

import logging
import time
import uuid
from collections.abc import Callable, Collection
from typing import Any

from mangum import Mangum
from starlette.types import Receive, Scope, Send

from warmstart.api import CONTEXT, Context, Paths, create_app
from warmstart.errors import Unauthorized
from warmstart.event import grant_of, is_warm_up, request_id, safe_event
from warmstart.grant import Grant
from warmstart.problems import MEDIA_TYPE, kind_of, problem_response
from warmstart.telemetry import log_failure

Handler = Callable[[Any, Any], dict[str, Any]]


def adapt(paths: Paths, cors_origins: Collection[str] = ()) -> Handler:
    """Return a Lambda handler that answers REST API proxy events with these paths.

    Args:
        paths: what to answer.
        cors_origins: of the pages that may read the answers in a browser.
    """
    app = create_app(paths)

    async def with_context(scope: Scope, receive: Receive, send: Send) -> None:
        scope[CONTEXT] = scope["aws.event"][CONTEXT]
        await app(scope, receive, send)

    logging.getLogger("mangum").setLevel(logging.WARNING)  # its lines hold paths, which clients choose
    mangum = Mangum(with_context, lifespan="off", text_mime_types=["application/json", MEDIA_TYPE, "text/"])

    def handler(event: Any, context: Any) -> dict[str, Any]:
        if is_warm_up(event):
            return {"statusCode": 204, "headers": {}, "body": ""}
        known_as = request_id(event) or str(uuid.uuid4())
        try:
            safe = safe_event(event)
            safe[CONTEXT] = Context(_grant(safe), _deadline(context), known_as)
            answer: dict[str, Any] = mangum(safe, context)
        except Exception as error:  # whatever happens, the gateway gets an answer of our shape
            if kind_of(error).status == 500:
                log_failure("server error", error, request_id=known_as)
            answer = _problem(error)
        answer["headers"]["x-request-id"] = known_as
        return answer

    if cors_origins:
        from warmstart.cors import with_cors  # noqa: PLC0415 most stages have no pages, and starts count

        return with_cors(handler, cors_origins)
    return handler


def _grant(event: dict[str, Any]) -> Grant | None:
    """Return what the authorizer allowed, None where none was asked; routes refuse None unless they are open."""
    try:
        return grant_of(event)
    except Unauthorized:
        return None


def _deadline(context: Any) -> float:
    left = getattr(context, "get_remaining_time_in_millis", lambda: 10_000)()
    return time.monotonic() + float(left) / 1000


def _problem(error: Exception) -> dict[str, Any]:
    response = problem_response(error)
    return {
        "statusCode": response.status_code,
        "headers": dict(response.headers),
        "body": bytes(response.body).decode(),
        "isBase64Encoded": False,
    }
