"""Which pages may read the answers in a browser (CORS); imported only where a stage names their origins.

Around the whole handler, where Starlette's middleware cannot be: it adds to the answers that precede the routes (400,
413) too, and no refusal of a preflight is an error in plain text. Cookies play no part: a token is all that counts.
"""

import uuid
from collections.abc import Callable, Collection
from typing import Any

from warmstart.event import request_id

METHODS = "GET, POST"
REQUEST_HEADERS = "Authorization, Content-Type"
EXPOSED_HEADERS = "x-request-id, x-model-version, retry-after"
# The longest that all browsers keep to (Safari's): an origin taken back is out everywhere after it.
MAX_AGE_SECONDS = 600

Handler = Callable[[Any, Any], dict[str, Any]]


def with_cors(handler: Handler, origins: Collection[str]) -> Handler:
    """Return a handler that answers preflights itself and lets pages of these origins read all other answers."""

    def answer(event: Any, context: Any) -> dict[str, Any]:
        if _is_preflight(event):
            return _preflight(event, origins)
        answered = handler(event, context)
        answered["headers"].update(_allowance(event, origins, {"access-control-expose-headers": EXPOSED_HEADERS}))
        return answered

    return answer


def _is_preflight(event: Any) -> bool:
    asked = _header(event, "access-control-request-method")
    return asked is not None and _header(event, "origin") is not None and event.get("httpMethod") == "OPTIONS"


def _preflight(event: Any, origins: Collection[str]) -> dict[str, Any]:
    """Say what is allowed here, whatever the path; the browser compares it with what the page wants."""
    allowed = {
        "access-control-allow-methods": METHODS,
        "access-control-allow-headers": REQUEST_HEADERS,
        "access-control-max-age": str(MAX_AGE_SECONDS),
    }
    headers = {**_allowance(event, origins, allowed), "x-request-id": request_id(event) or str(uuid.uuid4())}
    return {"statusCode": 204, "headers": headers, "body": ""}


def _allowance(event: Any, origins: Collection[str], allowed: dict[str, str]) -> dict[str, str]:
    """Return what one of the origins is told; caches learn that others are told less."""
    origin = _header(event, "origin")
    told = {"access-control-allow-origin": origin, **allowed} if origin is not None and origin in origins else {}
    return {"vary": "Origin", **told}


def _header(event: Any, name: str) -> str | None:
    headers = event.get("headers") if isinstance(event, dict) else None
    pairs = headers.items() if isinstance(headers, dict) else ()
    values = [value for key, value in pairs if isinstance(key, str) and key.lower() == name]
    return values[0] if len(values) == 1 and isinstance(values[0], str) else None
