"""Whatever the gateway sends becomes a small safe event, or a listed error."""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmstart.errors import BadRequest, BodyTooLarge, Invalid, RequestError, Unauthorized
from warmstart.event import MAX_BODY, WARM_UP, grant_of, is_warm_up, request_id, safe_event
from warmstart.grant import Grant

GOOD: dict[str, Any] = {
    "httpMethod": "POST",
    "path": "/reco/als",
    "headers": {"Content-Type": "application/json", "Host": "x", "X-Forwarded-Port": "443"},
    "queryStringParameters": {"k": "7"},
    "requestContext": {"requestId": "id-1", "authorizer": {"token": "alice", "models": "als,popular"}},
    "body": "{}",
    "isBase64Encoded": False,
}


def changed(**fields: Any) -> dict[str, Any]:
    """The good event with other fields."""
    return {**GOOD, **fields}


def body_of(event: Any) -> bytes:
    """The body of the safe event."""
    return base64.b64decode(safe_event(event)["body"])


def test_a_good_event_keeps_what_is_read() -> None:
    """Method, path, query, content type, authorizer and body, and no other header."""
    safe = safe_event(GOOD)
    assert (safe["httpMethod"], safe["path"]) == ("POST", "/reco/als")
    assert safe["multiValueQueryStringParameters"] == {"k": ["7"]}
    assert safe["headers"] == {"content-type": "application/json"}
    assert body_of(GOOD) == b"{}"
    assert grant_of(safe) == Grant("alice", frozenset({"als", "popular"}))


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        "event",
        7,
        {},
        {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}},
        {"Records": [{"eventSource": "aws:sqs", "body": "x"}]},
        {"version": "2.0", "requestContext": {"http": {"method": "GET", "path": "/"}}, "rawPath": "/"},
        changed(requestContext=None),
        changed(requestContext=[]),
        changed(httpMethod=None),
        changed(httpMethod=["GET"]),
        changed(httpMethod="GÉT"),
        changed(path=None),
        changed(path=["reco"]),
        changed(path="/" + "x" * 2048),
        changed(body=7),
        changed(body={"a": 1}),
        changed(body="not base64!", isBase64Encoded=True),
        changed(body="abc", isBase64Encoded=True),
        changed(body="ünï", isBase64Encoded=True),
        changed(body='"\ud800"'),
        changed(queryStringParameters={"k": "7" * 9000}),
    ],
    ids=lambda event: repr(event)[:50],
)
def test_what_is_no_request_is_a_bad_request(event: Any) -> None:
    """Other events, other types, paths and queries without end, and bad base64."""
    with pytest.raises(BadRequest):
        safe_event(event)


@pytest.mark.parametrize("fields", [{"path": "/reco/\ud800"}, {"queryStringParameters": {"k": "\udfff"}}])
def test_what_is_no_unicode_is_invalid(fields: dict[str, Any]) -> None:
    """A lone surrogate in path or query names the place, not the text."""
    with pytest.raises(Invalid, match="Not valid Unicode") as caught:
        safe_event(changed(**fields))
    assert caught.value.fields[0].location in {("path",), ("query",)}


@pytest.mark.parametrize(
    "headers",
    [
        None,
        [],
        "x",
        {"content-type": None},
        {"content-type": ["application/json"]},
        {7: "x"},
        {"content-type": "a/b", "Content-Type": "c/d"},
        {"content-type": "x" * 300},
        {"content-type": "application/json\r\nx: y"},
        {"content-type": "tëxt/plain"},
        {"Host": None, "X-Forwarded-Port": "no number"},
    ],
    ids=str,
)
def test_odd_headers_are_left_out(headers: Any) -> None:
    """Null headers, odd ones, and two content types are as none."""
    assert safe_event(changed(headers=headers))["headers"] == {}


@pytest.mark.parametrize("query", [None, [], "k=7", {"k": None}, {"k": ["7"]}, {7: "k"}])
def test_odd_queries_are_left_out(query: Any) -> None:
    """Only texts are parameters."""
    assert safe_event(changed(queryStringParameters=query))["multiValueQueryStringParameters"] == {}


@pytest.mark.parametrize("often", [None, [], "k=7", {"k": None}, {"k": "7"}, {"k": []}, {"k": [7]}, {7: ["k"]}])
def test_odd_lists_of_a_query_are_left_out(often: Any) -> None:
    """Where a parameter's list is none, what stands once counts."""
    assert safe_event(changed(multiValueQueryStringParameters=often))["multiValueQueryStringParameters"] == {"k": ["7"]}


def test_a_repeated_parameter_keeps_all_its_values() -> None:
    """In order, beside those that came once, and all of them are measured."""
    safe = safe_event(changed(multiValueQueryStringParameters={"ids": ["50", "172"]}))
    assert safe["multiValueQueryStringParameters"] == {"k": ["7"], "ids": ["50", "172"]}
    with pytest.raises(BadRequest):
        safe_event(changed(multiValueQueryStringParameters={"ids": ["50"] * 2000}))


def test_a_path_begins_with_a_slash() -> None:
    """One that does not is given one."""
    assert safe_event(changed(path="reco"))["path"] == "/reco"


@pytest.mark.parametrize(
    ("body", "encoded", "expected"),
    [
        (None, False, b""),
        ("", True, b""),
        ("ünï", False, "ünï".encode()),
        (base64.b64encode(b"\xff\x00").decode(), True, b"\xff\x00"),
        ("x" * MAX_BODY, False, b"x" * MAX_BODY),
        (base64.b64encode(b"x" * MAX_BODY).decode(), True, b"x" * MAX_BODY),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_bodies_come_as_bytes(body: Any, encoded: bool, expected: bytes) -> None:
    """Plain or in base64, up to 256 KiB."""
    assert body_of(changed(body=body, isBase64Encoded=encoded)) == expected


@pytest.mark.parametrize(
    ("body", "encoded"),
    [
        ("x" * (MAX_BODY + 1), False),
        ("ü" * (MAX_BODY // 2 + 1), False),
        ("x" * 300_000, False),
        (base64.b64encode(b"x" * (MAX_BODY + 1)).decode(), True),
        ("!" * 5_000_000, True),
    ],
    ids=["one byte", "two-byte letters", "300 kB", "base64", "5 MB of no base64"],
)
def test_a_large_body_is_refused(body: str, encoded: bool) -> None:
    """Over 256 KiB is too large, counted in bytes, before anything looks into it."""
    with pytest.raises(BodyTooLarge):
        safe_event(changed(body=body, isBase64Encoded=encoded))


@pytest.mark.parametrize(
    "authorizer",
    [
        None,
        {},
        [],
        "alice",
        {"token": "alice"},
        {"models": "*"},
        {"token": "alice", "models": ""},
        {"token": "alice", "models": None},
        {"token": "alice", "models": ["*"]},
        {"token": None, "models": "*"},
        {"token": 7, "models": "*"},
    ],
    ids=str,
)
def test_without_a_whole_authorizer_there_is_no_grant(authorizer: Any) -> None:
    """An event that passed no authorizer, or half of one, is refused."""
    event = changed(requestContext={"authorizer": authorizer})
    for known in (event, safe_event(event)):
        with pytest.raises(Unauthorized):
            grant_of(known)


def test_a_grant_covers_what_it_names() -> None:
    """All, or those in the list, by their whole name."""
    assert Grant("a", frozenset({"*"})).allows("knn")
    some = Grant("a", frozenset({"als", "popular"}))
    assert [some.allows(name) for name in ("als", "al", "als,popular", "knn")] == [True, False, False, False]


def test_a_warm_up_is_known() -> None:
    """By its source, and by nothing else."""
    assert is_warm_up({"source": WARM_UP})
    others: list[Any] = [None, [], WARM_UP, {}, {"source": "aws.events"}, {"source": [1]}]
    assert not any(is_warm_up(event) for event in others)


@pytest.mark.parametrize("bad", [None, 7, "x" * 129, "a\nb", "ünï", "\ud800"])
def test_an_odd_request_id_is_none(bad: Any) -> None:
    """Only a short printable id goes back to the client."""
    assert request_id(changed(requestContext={"requestId": bad})) is None
    assert request_id(GOOD) == "id-1"
    assert [request_id(event) for event in (None, {}, {"requestContext": None})] == [None, None, None]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@given(st.fixed_dictionaries({}, optional={name: JSON | st.just(value) for name, value in GOOD.items()}))
def test_no_event_raises_anything_else(event: dict[str, Any]) -> None:
    """Whatever the parts are, it is a safe event or an error that has a status."""
    try:
        safe = safe_event(event)
    except RequestError:
        return
    assert safe["path"].startswith("/")
    assert all(isinstance(v, str) for values in safe["multiValueQueryStringParameters"].values() for v in values)
