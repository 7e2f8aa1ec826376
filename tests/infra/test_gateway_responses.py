"""The gateway's own errors have the shape of API.md, every one of them."""

import json
from http import HTTPStatus

import pytest

from infra.gateway_responses import EXPOSED_HEADERS, GatewayResponse, read_gateway_responses

RESPONSES = read_gateway_responses()
STATUS = {  # every response type that a REST API has, and the status we give it
    "ACCESS_DENIED": 403,
    "API_CONFIGURATION_ERROR": 500,
    "AUTHORIZER_CONFIGURATION_ERROR": 500,
    "AUTHORIZER_FAILURE": 500,
    "BAD_REQUEST_BODY": 400,
    "BAD_REQUEST_PARAMETERS": 400,
    "DEFAULT_4XX": 400,
    "DEFAULT_5XX": 500,
    "EXPIRED_TOKEN": 403,
    "INTEGRATION_FAILURE": 503,
    "INTEGRATION_TIMEOUT": 504,
    "INVALID_API_KEY": 403,
    "INVALID_SIGNATURE": 403,
    "MISSING_AUTHENTICATION_TOKEN": 403,
    "QUOTA_EXCEEDED": 429,
    "REQUEST_TOO_LARGE": 413,
    "RESOURCE_NOT_FOUND": 404,
    "THROTTLED": 429,
    "UNAUTHORIZED": 401,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "WAF_FILTERED": 403,
}
KEYS = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    413: "body_too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
    500: "server_error",
    503: "upstream_error",
    504: "upstream_error",
}
every_response = pytest.mark.parametrize("response", RESPONSES.values(), ids=RESPONSES.keys())


def test_every_type_has_its_status() -> None:
    """No response of API Gateway is left with its own text."""
    assert {kind: response.status for kind, response in RESPONSES.items()} == STATUS


@every_response
def test_the_body_is_a_problem_with_the_course_s_list(response: GatewayResponse) -> None:
    """RFC 9457, and the list of errors beside it."""
    body = json.loads(response.template)
    assert list(body) == ["type", "title", "status", "detail", "errors"]
    assert (body["type"], body["status"]) == ("about:blank", response.status)
    assert body["title"].removeprefix("Content") in HTTPStatus(response.status).phrase
    expected = {"error_key": KEYS[response.status], "error_message": body["detail"], "error_loc": None}
    assert body["errors"] == [expected]


@every_response
def test_nothing_of_the_request_is_in_the_body(response: GatewayResponse) -> None:
    """A template without variables cannot echo what came in."""
    assert "$" not in response.template


@every_response
def test_the_headers_are_mapped_as_api_gateway_wants(response: GatewayResponse) -> None:
    """Each is a literal in quotes or a context variable, and the type and the request's id are always there."""
    assert response.headers["content-type"] == "'application/problem+json'"
    assert response.headers["x-request-id"] == "context.requestId"
    literals = [value for name, value in response.headers.items() if name != "x-request-id"]
    assert all(value.startswith("'") and value.endswith("'") for value in literals)


@every_response
def test_a_client_learns_how_to_go_on(response: GatewayResponse) -> None:
    """401 names the scheme; what may pass names a time."""
    assert ("www-authenticate" in response.headers) == (response.status == 401)
    assert ("retry-after" in response.headers) == (response.status in {429, 503, 504})


@pytest.mark.parametrize(
    ("origins", "mapped"),
    [
        (("https://shop.example",), "'https://shop.example'"),
        (("https://shop.example", "http://localhost:3000"), "method.request.header.Origin"),
    ],
)
def test_pages_may_read_them_where_a_stage_has_origins(origins: tuple[str, ...], mapped: str) -> None:
    """One origin is named, of several whichever asks; all else stays as it is."""
    for kind, response in read_gateway_responses(origins).items():
        added = {
            "access-control-allow-origin": mapped,
            "access-control-expose-headers": f"'{EXPOSED_HEADERS}'",
            "vary": "'Origin'",
        }
        plain = RESPONSES[kind]
        assert response == GatewayResponse(plain.status, {**plain.headers, **added}, plain.template)
