"""Requests as the gateway sends them to a family's function, and their answers read."""

import json
from collections.abc import Callable
from typing import Any

from tests.layers.artifacts import Spec
from warmstart.adapter import Handler
from warmstart.problems import MEDIA_TYPE

MODELS = "als,odd,knn"
SPEC, ODD = Spec(), Spec(model="odd", scorer="odd", strings=True, family="lists")
Ask = Callable[..., tuple[int, dict[str, str], Any]]


def asking(handler: Handler) -> Ask:
    """Return what sends a request to a handler and reads its answer."""

    def send(method: str, path: str, body: Any = None, **fields: Any) -> tuple[int, dict[str, str], Any]:
        models = fields.pop("models", "*")
        event = {
            "httpMethod": method,
            "path": path,
            "headers": {"content-type": "application/json"},
            "requestContext": {
                "requestId": "request-1",
                "authorizer": {"token": "alice", "models": models} if models else None,
            },
            "body": body if body is None or isinstance(body, str) else json.dumps(body),
            "isBase64Encoded": False,
            **fields,
        }
        answer = handler(event, None)
        headers = {name.lower(): value for name, value in answer["headers"].items()}
        assert headers["x-request-id"]
        assert not answer.get("isBase64Encoded")
        return answer["statusCode"], headers, json.loads(answer["body"]) if answer["body"] else None

    return send


def key_of(answer: tuple[int, dict[str, str], Any]) -> tuple[int, str]:
    """The status and the key of a problem, whose shape is checked."""
    status, headers, body = answer
    assert headers["content-type"] == MEDIA_TYPE
    assert set(body) == {"type", "title", "status", "detail", "errors"}
    assert body["status"] == status
    assert "x-model-version" not in headers
    return status, body["errors"][0]["error_key"]
