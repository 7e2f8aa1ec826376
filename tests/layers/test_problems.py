"""Every error that a client can get has a status, and says no more than it should."""

import json
from collections.abc import Iterator

import pytest

from warmstart import errors as module
from warmstart.errors import (
    FieldError,
    Invalid,
    MethodNotAllowed,
    ModelUnavailable,
    RequestError,
    StoreUnavailable,
    Unauthorized,
    WarmstartError,
)
from warmstart.problems import MEDIA_TYPE, PROBLEMS, kind_of, problem_response

TABLE = {  # API.md, without the answers that the gateway gives
    ("bad_request", 400),
    ("unauthorized", 401),
    ("forbidden", 403),
    ("model_not_found", 404),
    ("user_not_found", 404),
    ("item_not_found", 404),
    ("similar_not_supported", 404),
    ("not_found", 404),
    ("method_not_allowed", 405),
    ("body_too_large", 413),
    ("unsupported_media_type", 415),
    ("invalid", 422),
    ("model_unavailable", 503),
}


def below(kind: type[WarmstartError]) -> Iterator[type[WarmstartError]]:
    """Every class of a branch of the runtime's tree, without its root."""
    for child in kind.__subclasses__():
        if child.__module__ == WarmstartError.__module__:
            yield child
            yield from below(child)


def test_every_request_error_has_a_status() -> None:
    """No branch of what clients can get is forgotten, and none is listed that they cannot."""
    assert set(PROBLEMS) == {*below(RequestError), ModelUnavailable}


def test_the_table_of_the_api_is_the_code_s() -> None:
    """Keys and statuses are those that are documented, each key once."""
    assert {(kind.key, kind.status) for kind in PROBLEMS.values()} == TABLE
    assert len(PROBLEMS) == len(TABLE)


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    """Every error stands in the drawing, and nothing else does."""
    drawn = {line.lstrip("│├└─ ").split()[0] for line in (module.__doc__ or "").splitlines()[2:] if line.strip()}
    assert drawn == {kind.__name__ for kind in below(WarmstartError)} | {"WarmstartError"}


@pytest.mark.parametrize("kind", PROBLEMS, ids=lambda kind: kind.__name__)
def test_every_problem_has_one_shape(kind: type[WarmstartError]) -> None:
    """RFC 9457, with the course's list; what was said to the log is not in it."""
    error = MethodNotAllowed(("GET",)) if kind is MethodNotAllowed else Invalid() if kind is Invalid else kind("SECRET")
    response = problem_response(error)
    body = json.loads(bytes(response.body))
    expected = PROBLEMS[kind]
    assert (response.status_code, response.headers["content-type"]) == (expected.status, MEDIA_TYPE)
    assert body == {
        "type": "about:blank",
        "title": expected.title,
        "status": expected.status,
        "detail": expected.message,
        "errors": [{"error_key": expected.key, "error_message": expected.message, "error_loc": None}],
    }


def test_some_statuses_need_a_header() -> None:
    """401 says how, 405 what else, 503 when."""
    assert problem_response(Unauthorized()).headers["www-authenticate"] == "Bearer"
    assert problem_response(MethodNotAllowed(("GET", "POST"))).headers["allow"] == "GET, POST"
    assert int(problem_response(ModelUnavailable("als")).headers["retry-after"]) > 0


def test_each_wrong_field_is_listed() -> None:
    """An entry per field, with its place."""
    error = Invalid(FieldError("missing", "Missing", ("body", "history", 3)), FieldError("x", "X", ("query", "k")))
    body = json.loads(bytes(problem_response(error).body))
    assert [(e["error_key"], e["error_loc"]) for e in body["errors"]] == [
        ("missing", ["body", "history", 3]),
        ("x", ["query", "k"]),
    ]


@pytest.mark.parametrize("error", [ValueError("SECRET"), StoreUnavailable("SECRET"), RequestError("SECRET")])
def test_anything_else_is_a_500_that_says_nothing(error: Exception) -> None:
    """What is not meant for clients does not reach them."""
    response = problem_response(error)
    assert (response.status_code, kind_of(error).key) == (500, "server_error")
    assert b"SECRET" not in bytes(response.body)
