"""An HTTP request as the event that a REST API gives its functions (Lambda proxy integration, version 1.0)."""

import base64
import time
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from infra.local.arns import ACCOUNT, API_ID, STAGE
from infra.local.exchange import Request
from infra.local.routes import Route

FORWARDED = frozenset({"x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"})


def proxy_event(request: Request, route: Route, body: bytes, authorizer: Mapping[str, str] | None) -> dict[str, Any]:
    """The event; the path stays as the client encoded it, the query does not."""
    headers = _lists([*_client_headers(request), *_forwarded_headers(request)])
    query = _lists(parse_qsl(request.query, keep_blank_values=True))
    text, is_base64 = _body(body)
    return {
        "resource": route.resource,
        "path": request.raw_path,
        "httpMethod": request.method,
        "headers": _last(headers),
        "multiValueHeaders": headers or None,
        "queryStringParameters": _last(query),
        "multiValueQueryStringParameters": query or None,
        "pathParameters": dict(route.parameters) or None,
        "stageVariables": None,
        "requestContext": _context(request, route, authorizer),
        "body": text,
        "isBase64Encoded": is_base64,
    }


def _context(request: Request, route: Route, authorizer: Mapping[str, str] | None) -> dict[str, Any]:
    context = {
        "accountId": ACCOUNT,
        "apiId": API_ID,
        "stage": STAGE,
        "resourceId": API_ID,
        "resourcePath": route.resource,
        "path": request.raw_path,  # without the stage, as behind a domain of one's own
        "httpMethod": request.method,
        "protocol": request.protocol,
        "domainName": next(iter(request.values("host")), "localhost"),
        "requestId": request.request_id,
        "extendedRequestId": request.request_id,
        "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(request.received)),
        "requestTimeEpoch": int(request.received * 1000),
        "identity": {
            "sourceIp": request.source_ip,
            "userAgent": next(iter(request.values("user-agent")), None),
        },
    }
    return context if authorizer is None else {**context, "authorizer": dict(authorizer)}


def _client_headers(request: Request) -> list[tuple[str, str]]:
    return [(name, value) for name, value in request.headers if name not in FORWARDED]


def _forwarded_headers(request: Request) -> list[tuple[str, str]]:
    hops = [*request.values("x-forwarded-for"), request.source_ip]
    return [
        ("X-Forwarded-For", ", ".join(hops)),
        ("X-Forwarded-Port", str(request.port)),
        ("X-Forwarded-Proto", "http"),
    ]


def _lists(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    lists: dict[str, list[str]] = {}
    for name, value in pairs:
        lists.setdefault(name, []).append(value)
    return lists


def _last(lists: Mapping[str, list[str]]) -> dict[str, str] | None:
    return {name: values[-1] for name, values in lists.items()} or None


def _body(body: bytes) -> tuple[str | None, bool]:
    if not body:
        return None, False
    try:
        return body.decode(), False
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), True
