"""What a function returned as an HTTP answer, or a refusal of what API Gateway would not take for one."""

import base64
import json
import re
from typing import Any

from infra.local.exchange import Answer

KEYS = frozenset({"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"})
OURS = frozenset(  # the connection is the server's, and so are the clock and the length
    {"connection", "content-length", "date", "keep-alive", "server", "te", "trailer", "transfer-encoding", "upgrade"}
)
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


class MalformedAnswer(ValueError):
    """Not an answer of the Lambda proxy integration."""


def proxy_answer(returned: bytes, request_id: str) -> Answer:
    """The HTTP answer, with the request's id unless the function set one."""
    try:
        said = json.loads(returned)
    except (ValueError, RecursionError):
        raise MalformedAnswer("not JSON") from None
    if not isinstance(said, dict) or said.keys() - KEYS:
        raise MalformedAnswer("not an object of statusCode, headers, multiValueHeaders, body, isBase64Encoded")
    headers = _headers(said)
    names = {name.lower() for name, _ in headers}
    if "content-type" not in names:
        headers.append(("content-type", "application/json"))
    if "x-request-id" not in names:
        headers.append(("x-request-id", request_id))
    return Answer(_status(said), tuple(headers), _body(said))


def _status(said: dict[str, Any]) -> int:
    status = said.get("statusCode")
    if not isinstance(status, int) or isinstance(status, bool) or not 200 <= status <= 599:
        raise MalformedAnswer("statusCode is not a status")
    return status


def _body(said: dict[str, Any]) -> bytes:
    body = said.get("body")
    encoded = said.get("isBase64Encoded", False)
    if body is None:
        return b""
    if not isinstance(body, str) or not isinstance(encoded, bool):
        raise MalformedAnswer("body is not text")
    try:
        return base64.b64decode(body, validate=True) if encoded else body.encode()
    except ValueError:
        raise MalformedAnswer("body is not what it says") from None


def _headers(said: dict[str, Any]) -> list[tuple[str, str]]:
    """Both kinds together; a pair that stands in both is sent once."""
    single, multiple = (said.get(key) or {} for key in ("headers", "multiValueHeaders"))
    if not isinstance(single, dict) or not isinstance(multiple, dict):
        raise MalformedAnswer("headers are not an object")
    lists = [(name, [value]) for name, value in single.items()] + list(multiple.items())
    if not all(isinstance(values, list) for _, values in lists):
        raise MalformedAnswer("multiValueHeaders are not lists")
    pairs = dict.fromkeys((name, _header(name, value)) for name, values in lists for value in values)
    return [(name, value) for name, value in pairs if name.lower() not in OURS]


def _header(name: str, value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    if not isinstance(value, str | int | float) or not NAME.fullmatch(name) or not VALUE.fullmatch(text):
        raise MalformedAnswer("not a header")
    return text
