"""Gateway events made safe before anything parses them."""

import base64
import binascii
from typing import Any
from urllib.parse import quote

from warmstart.errors import BadRequest, BodyTooLarge, FieldError, Invalid, Unauthorized
from warmstart.grant import Grant

MAX_BODY = 256 * 2**10  # bytes
MAX_PATH = 2048  # characters
MAX_QUERY = 8192  # characters of all names and values, each time that they occur
WARM_UP = "warmstart.warmup"  # the `source` of an event that only keeps a function warm


def is_warm_up(event: Any) -> bool:
    """Return whether an event only keeps the function warm."""
    return isinstance(event, dict) and event.get("source") == WARM_UP


def request_id(event: Any) -> str | None:
    """Return the gateway's id of a request, if it has a sane one."""
    context = event.get("requestContext") if isinstance(event, dict) else None
    found = context.get("requestId") if isinstance(context, dict) else None
    return found if isinstance(found, str) and found.isascii() and found.isprintable() and len(found) <= 128 else None


def safe_event(event: Any) -> dict[str, Any]:
    """Return a REST API proxy event with only what this API reads, each part of a known type and size.

    Raises:
        BadRequest: not such an event, or a body in bad base64.
        BodyTooLarge: a body over 256 KiB.
        Invalid: text that is not Unicode.
    """
    if not isinstance(event, dict) or not isinstance(event.get("requestContext"), dict):
        raise BadRequest
    method, path = event.get("httpMethod"), event.get("path")
    if not isinstance(method, str) or not method.isascii() or not isinstance(path, str) or len(path) > MAX_PATH:
        raise BadRequest
    _must_be_unicode(path, "path")
    headers = {"content-type": _content_type(event)}
    return {
        "resource": "/",
        "httpMethod": method,
        "path": quote(path if path.startswith("/") else f"/{path}"),  # Mangum undoes it: routes match paths as sent
        "headers": {name: value for name, value in headers.items() if value},
        "multiValueQueryStringParameters": _query(event),
        "requestContext": {"authorizer": event["requestContext"].get("authorizer"), "identity": {}},
        "body": base64.b64encode(_body(event)).decode(),
        "isBase64Encoded": True,
    }


def grant_of(event: dict[str, Any]) -> Grant:
    """Return what the authorizer allowed; an event that passed no authorizer is refused.

    Raises:
        Unauthorized: there is no authorizer's context.
    """
    context = event["requestContext"].get("authorizer")
    token, models = (context.get("token"), context.get("models")) if isinstance(context, dict) else (None, None)
    if not isinstance(token, str) or not isinstance(models, str) or not models:
        raise Unauthorized
    return Grant(token, frozenset(models.split(",")))


def _body(event: dict[str, Any]) -> bytes:
    body = event.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise BadRequest
    if len(body) > MAX_BODY * 4 // 3 + 4:
        raise BodyTooLarge
    try:
        data = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
    except (binascii.Error, ValueError):
        raise BadRequest from None
    if len(data) > MAX_BODY:
        raise BodyTooLarge
    return data


def _query(event: dict[str, Any]) -> dict[str, list[str]]:
    """Return the values of each query parameter; what invokes a function itself need not say them as lists."""
    once, often = (event.get(name) for name in ("queryStringParameters", "multiValueQueryStringParameters"))
    found = {name: [value] for name, value in (once.items() if isinstance(once, dict) else ())}
    found |= {name: value for name, value in (often.items() if isinstance(often, dict) else ()) if _is_texts(value)}
    texts = {name: values for name, values in found.items() if isinstance(name, str) and _is_texts(values)}
    if sum(len(name) + len(value) for name, values in texts.items() for value in values) > MAX_QUERY:
        raise BadRequest
    for name, values in texts.items():
        _must_be_unicode("".join([name, *values]), "query")
    return texts


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and len(value) > 0 and all(isinstance(text, str) for text in value)


def _content_type(event: dict[str, Any]) -> str | None:
    found = event.get("headers")
    pairs = found.items() if isinstance(found, dict) else ()
    values = [value for name, value in pairs if isinstance(name, str) and name.lower() == "content-type"]
    value = values[0] if len(values) == 1 else None
    return value if isinstance(value, str) and value.isascii() and value.isprintable() and len(value) < 256 else None


def _must_be_unicode(text: str, where: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Invalid(FieldError("string_unicode", "Not valid Unicode", (where,))) from None
