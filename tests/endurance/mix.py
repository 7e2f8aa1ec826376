"""What clients ask, as the gateway sends it: per family a mix of reads, posts, similar items and errors."""

import json
from collections.abc import Sequence
from typing import Any

USERS = 20_000  # of the models that these requests are for; ids are rows
ITEMS = 2_000
STRANGER = 900_000_000
HANGS, DIES = 700_000_001, 700_000_002  # users for whom `tests.load.slow` does so
MODELS = {
    "lists": ("popular",),
    "factorization": ("als",),
    "knn": ("ease", "user_knn"),
    "neural": ("autoencoder", "sasrec"),
    "ranker": ("two_stage",),
}


class Request:
    """One event, encoded, and the status of its answer."""

    def __init__(self, method: str, path: str, status: int, **fields: Any) -> None:
        self.status = status
        self.model = path.partition("?")[0].split("/")[2:3]  # whose version answers, if any does
        self.event = json.dumps(event(method, path, **fields)).encode()


def event(method: str, path: str, body: Any = None, *, models: str = "*", kind: str = "application/json") -> Any:
    """Return the proxy event of a request."""
    path, _, query = path.partition("?")
    headers = {"authorization": "Bearer secret", "content-type": kind, "host": "localhost", "user-agent": "endurance"}
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": dict(part.split("=") for part in query.split("&") if part) or None,
        "requestContext": {"requestId": "request-1", "authorizer": {"token": "endurance", "models": models}},
        "body": body if body is None or isinstance(body, str) else json.dumps(body),
        "isBase64Encoded": False,
    }


def mix(name: str) -> list[Request]:
    """Return the requests to a function, to be drawn from at random."""
    if name == "catalogue":
        return _catalogue()
    return [request for model in MODELS[name] for request in _serving(model, similar=name not in ("lists", "ranker"))]


def _serving(model: str, *, similar: bool) -> list[Request]:
    """Return requests to a family that serves a model; about one in six is an error."""
    history = [{"item_id": (37 * n) % ITEMS, "weight": 1 + n % 3, "timestamp": 1_700_000_000 + n} for n in range(50)]
    requests = [Request("GET", f"/reco/{model}/{(7919 * n) % USERS}", 200) for n in range(40)]
    requests += [Request("GET", f"/reco/{model}/{STRANGER + n}?k={n + 1}", 200) for n in range(6)]
    requests += [Request("GET", f"/reco/{model}/{(104_729 * n) % USERS}?k=50&explain=true", 200) for n in range(10)]
    requests += [
        Request(
            "POST", f"/reco/{model}?explain=true", 200, body={"user_id": n, "history": history[: 5 * n + 1], "k": 20}
        )
        for n in range(10)
    ]
    requests += [
        Request("POST", f"/reco/{model}", 200, body={"history": history[n:], "only": [*range(200)], "exclude": [n]})
        for n in range(6)
    ]
    known = 200 if similar else 404
    requests += [Request("GET", f"/similar/{model}/{(13 * n) % ITEMS}?k=20", known) for n in range(10)]
    return [*requests, *_wrong(model)]


def _catalogue() -> list[Request]:
    """Return requests to the catalogue."""
    paths = ("/models", "/models", "/models", "/health", "/openapi.json", "/docs", "/docs/page.js")
    requests = [Request("GET", path, 200) for path in paths for _ in range(4)]
    wrong = [Request("GET", "/nothing", 404), Request("GET", "/reco/nothing/1", 404), Request("POST", "/models", 405)]
    return [*requests, *wrong, Request("GET", "/models", 401, models="")]


def _wrong(model: str) -> Sequence[Request]:
    return (
        Request("GET", f"/reco/{model}/nobody", 404),
        Request("GET", f"/reco/{model}/1?k=0", 422),
        Request("GET", f"/reco/{model}/1", 401, models=""),
        Request("GET", f"/reco/{model}/1", 403, models="other"),
        Request("DELETE", f"/reco/{model}", 405),
        Request("GET", "/nothing", 404),
        Request("GET", f"/similar/{model}/nobody", 404),
        Request("POST", f"/reco/{model}", 415, body="{}", kind="text/plain"),
        Request("POST", f"/reco/{model}", 422, body='{"k": NaN}'),
        Request("POST", f"/reco/{model}", 422, body={"k": 101, "history": "none", "other": 1}),
        Request("POST", f"/reco/{model}", 422, body="[" * 10_000),
        Request("POST", f"/reco/{model}", 413, body=" " * 300_000),
    )
