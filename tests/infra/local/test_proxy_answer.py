"""What a function returns becomes an answer, or is refused."""

import json
from typing import Any

import pytest

from infra.local.proxy_answer import MalformedAnswer, proxy_answer


def returned(**said: Any) -> bytes:
    """What a function returns."""
    return json.dumps({"statusCode": 200, **said}).encode()


def test_headers_of_both_kinds_go_out_once() -> None:
    """Many values are many lines, and a pair that stands twice is sent once."""
    headers = {"X-One": 1, "x-two": "a", "X-Request-Id": "mine", "Content-Type": "text/plain"}
    answer = proxy_answer(returned(headers=headers, multiValueHeaders={"x-two": ["a", "b"]}, body="я"), "r-1")
    expected = [*headers.items(), ("x-two", "b")]
    assert answer.headers == tuple((name, str(value)) for name, value in expected)
    assert (answer.status, answer.body) == (200, "я".encode())


def test_what_the_function_left_out_is_added() -> None:
    """A type and the request's id."""
    answer = proxy_answer(returned(), "r-1")
    assert answer.headers == (("content-type", "application/json"), ("x-request-id", "r-1"))
    assert answer.body == b""


def test_the_connection_is_not_the_function_s() -> None:
    """Lengths and connection headers are the server's to set."""
    headers = {"Content-Length": "5", "Transfer-Encoding": "chunked", "Connection": "close", "Date": "now"}
    assert len(proxy_answer(returned(headers=headers), "r-1").headers) == 2


def test_base64_is_unpacked() -> None:
    """Bytes come out as bytes."""
    assert proxy_answer(returned(body="AP8=", isBase64Encoded=True), "r-1").body == b"\x00\xff"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"null",
        b"\xff",
        b'"text"',
        b"[" * 100_000,
        b'{"body": ""}',
        returned(statusCode="200"),
        returned(statusCode=True),
        returned(statusCode=101),
        returned(statusCode=600),
        returned(cookies=["a=b"]),
        returned(body={"a": 1}),
        returned(body=7),
        returned(body="\ud800"),
        returned(body="AP8", isBase64Encoded=True),
        returned(body="я", isBase64Encoded=True),
        returned(isBase64Encoded="yes", body=""),
        returned(headers=["a"]),
        returned(headers={"a": None}),
        returned(headers={"a b": "c"}),
        returned(headers={"": "c"}),
        returned(headers={"a": "b\r\nset-cookie: c"}),
        returned(headers={"a": "я"}),
        returned(multiValueHeaders={"a": "b"}),
    ],
)
def test_what_is_no_answer_is_refused(answer: bytes) -> None:
    """The gateway answers for it."""
    with pytest.raises(MalformedAnswer):
        proxy_answer(answer, "r-1")
