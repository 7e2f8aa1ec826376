"""A request becomes the event of a REST API."""

import base64
import json

import pytest

from infra.local.exchange import Request
from infra.local.proxy_event import proxy_event
from infra.local.routes import Route

ROUTE = Route("vectors", "/reco/als/{proxy+}", {"proxy": "a%20b"})
REQUEST = Request(
    method="GET",
    raw_path="/reco/als/a%20b",
    query="k=1&k=2&q=%D1%8F+%26&empty=",
    headers=(
        ("host", "example.org:99999"),
        ("accept", "a"),
        ("accept", "b"),
        ("x-forwarded-for", "10.0.0.1"),
        ("x-forwarded-port", "nonsense"),
        ("user-agent", "test"),
    ),
    source_ip="127.0.0.9",
    port=8000,
    request_id="r-1",
    received=86_400.5,
)


def test_the_path_stays_as_it_came_and_the_query_is_decoded() -> None:
    """As API Gateway does it: the function decodes the path, once."""
    event = proxy_event(REQUEST, ROUTE, b"", None)
    assert (event["path"], event["pathParameters"]) == ("/reco/als/a%20b", {"proxy": "a%20b"})
    assert event["queryStringParameters"] == {"k": "2", "q": "я &", "empty": ""}
    assert event["multiValueQueryStringParameters"] == {"k": ["1", "2"], "q": ["я &"], "empty": [""]}


def test_headers_come_once_and_in_full() -> None:
    """The last value in one map, all in the other; what the gateway knows better is the gateway's."""
    event = proxy_event(REQUEST, ROUTE, b"", None)
    assert event["headers"]["accept"] == "b"
    assert event["multiValueHeaders"]["accept"] == ["a", "b"]
    forwarded = {name: value for name, value in event["headers"].items() if name.lower().startswith("x-forwarded")}
    expected = {"X-Forwarded-For": "10.0.0.1, 127.0.0.9", "X-Forwarded-Port": "8000", "X-Forwarded-Proto": "http"}
    assert forwarded == expected


def test_the_context_says_who_and_when() -> None:
    """The request's id, the caller and what the authorizer said."""
    context = proxy_event(REQUEST, ROUTE, b"", {"principalId": "bot", "plan": "free"})["requestContext"]
    assert context["requestId"] == "r-1"
    assert context["identity"] == {"sourceIp": "127.0.0.9", "userAgent": "test"}
    assert context["authorizer"] == {"principalId": "bot", "plan": "free"}
    assert (context["requestTime"], context["requestTimeEpoch"]) == ("02/Jan/1970:00:00:00 +0000", 86_400_500)


def test_an_open_route_has_no_authorizer() -> None:
    """A function can tell that nobody vouched for the caller."""
    assert "authorizer" not in proxy_event(REQUEST, ROUTE, b"", None)["requestContext"]


@pytest.mark.parametrize(
    ("body", "text", "is_base64"),
    [
        (b"", None, False),
        (b'{"k": 1}', '{"k": 1}', False),
        ("я".encode(), "я", False),
        (b"\xff\x00", base64.b64encode(b"\xff\x00").decode(), True),
        ("я".encode("utf-16"), base64.b64encode("я".encode("utf-16")).decode(), True),
    ],
)
def test_a_body_is_text_or_base64(body: bytes, text: str | None, is_base64: bool) -> None:
    """What is not UTF-8 is packed, and said to be."""
    event = proxy_event(REQUEST, ROUTE, body, None)
    assert (event["body"], event["isBase64Encoded"]) == (text, is_base64)


def test_nothing_is_null_instead_of_empty() -> None:
    """No query and no parameters are null, as API Gateway has it."""
    event = proxy_event(Request(method="GET", raw_path="/"), Route("catalogue", "/"), b"", None)
    assert event["queryStringParameters"] is event["multiValueQueryStringParameters"] is None
    assert event["pathParameters"] is event["stageVariables"] is None


def test_a_query_of_broken_escapes_is_still_an_event() -> None:
    """Half a character becomes the replacement character."""
    request = Request(method="GET", raw_path="/", query="a=%FF&b=%zz&%00=%0A")
    event = proxy_event(request, Route("catalogue", "/"), b"", None)
    assert json.loads(json.dumps(event))["queryStringParameters"] == {"a": "\ufffd", "b": "%zz", "\0": "\n"}
