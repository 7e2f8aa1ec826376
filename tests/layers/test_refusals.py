"""What a family's function refuses: by which status, which key, and without telling back what was sent."""

import base64
import json
from typing import Any

import pytest

from tests.layers.gateway import Ask, key_of
from warmstart.adapter import Handler
from warmstart.event import MAX_BODY


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/reco/als/10"),
        ("GET", "/reco/nothing/10"),
        ("GET", "/reco/als/nobody"),
        ("POST", "/reco/als"),
        ("DELETE", "/reco/als"),
        ("GET", "/similar/als/100"),
        ("GET", "/nothing"),
        ("GET", "/"),
        ("POST", "/health"),
        ("HEAD", "/reco/als/10"),
        ("GET", "/reco/als/10/"),
        ("GET", "//reco/als/10"),
    ],
)
def test_without_a_token_there_is_nothing_to_see(ask: Ask, method: str, path: str) -> None:
    """401 comes before all else: known or not, right or wrong."""
    answer = ask(method, path, "not JSON", models=None, headers={}, queryStringParameters={"k": "-1"})
    assert key_of(answer) == (401, "unauthorized")
    assert answer[1]["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/reco/als/10", "/reco/knn/10", "/reco/nothing/10", "/reco/ALS/10", "/similar/als/1"])
def test_a_token_for_other_models_is_forbidden(ask: Ask, path: str) -> None:
    """Known or not, served or not: who has no right to a model does not learn of it."""
    assert key_of(ask("GET", path, models="popular,a")) == (403, "forbidden")


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/reco/nothing/10", "model_not_found"),
        ("/reco/ALS/10", "model_not_found"),
        ("/reco/..%2fals/10", "model_not_found"),
        ("/reco/%252e%252e/10", "model_not_found"),
        ("/reco/s3:/10", "model_not_found"),
        ("/reco/" + "a" * 300 + "/10", "model_not_found"),
        ("/reco/аls/10", "model_not_found"),  # noqa: RUF001 a Unicode twin
        ("/reco/als/nobody", "user_not_found"),
        ("/reco/als/-1", "user_not_found"),
        ("/reco/als/010", "user_not_found"),
        ("/reco/als/1.0", "user_not_found"),
        ("/reco/als/1000000001", "user_not_found"),
        ("/reco/als/" + "9" * 200, "user_not_found"),
        ("/nothing", "not_found"),
        ("/", "not_found"),
        ("/reco/als/10/", "not_found"),
        ("//reco/als/10", "not_found"),
        ("/RECO/als/10", "not_found"),
        ("/reco", "not_found"),
    ],
)
def test_what_is_not_there_is_a_404(ask: Ask, path: str, key: str) -> None:
    """Each kind of missing has its key, and the path is not told back."""
    answer = ask("GET", path)
    assert key_of(answer) == (404, key)
    assert path not in json.dumps(answer[2])


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("POST", "/reco/als/10", "GET"),
        ("HEAD", "/reco/als/10", "GET"),
        ("OPTIONS", "/reco/als/10", "GET"),
        ("GET", "/reco/als", "POST"),
        ("PUT", "/reco/als", "POST"),
        ("DELETE", "/similar/als/100", "GET"),
        ("HEAD", "/health", "GET"),
        ("get", "/reco/als/10", "GET"),
    ],
)
def test_other_methods_are_told_which(ask: Ask, method: str, path: str, allow: str) -> None:
    """405 with Allow, for HEAD too."""
    answer = ask(method, path)
    assert key_of(answer) == (405, "method_not_allowed")
    assert answer[1]["allow"] == allow


def test_a_large_body_is_refused_before_it_is_parsed(ask: Ask) -> None:
    """Over 256 KiB is 413 whatever it holds."""
    assert key_of(ask("POST", "/reco/als", "[" * (MAX_BODY + 1))) == (413, "body_too_large")


@pytest.mark.parametrize("headers", [{}, None, {"content-type": "text/plain"}, {"Content-Type": "application/jsonx"}])
def test_another_media_type_is_refused(ask: Ask, headers: Any) -> None:
    """Only JSON is read."""
    assert key_of(ask("POST", "/reco/als", {}, headers=headers)) == (415, "unsupported_media_type")


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "APPLICATION/JSON"])
def test_json_has_several_spellings(ask: Ask, kind: str) -> None:
    """Parameters and case do not matter."""
    assert ask("POST", "/reco/als", {}, headers={"Content-Type": kind})[0] == 200


def test_wrong_fields_are_listed(ask: Ask) -> None:
    """422 with one entry per wrong field, and nothing of the input."""
    status, _, body = ask("POST", "/reco/als", {"k": 101, "only": "PLANTED"})
    assert status == 422
    assert [entry["error_loc"] for entry in body["errors"]] == [["body", "k"], ["body", "only"]]
    assert "PLANTED" not in json.dumps(body)


@pytest.mark.parametrize("k", ["0", "101", "x", "7.0", ""])
def test_a_wrong_count_is_invalid(ask: Ask, k: str) -> None:
    """Also in a query."""
    assert ask("GET", "/reco/als/10", queryStringParameters={"k": k})[0] == 422


@pytest.mark.parametrize("user_id", ["a%00b", "a\u202eb", "x" * 257, "a\x7f", "a\n"])
def test_ids_with_odd_characters_are_invalid(ask: Ask, user_id: str) -> None:
    """Control and direction characters, and ids over 256, are told by place only."""
    status, _, body = ask("GET", f"/reco/odd/{user_id.replace('%00', chr(0))}")
    assert (status, body["errors"][0]["error_loc"]) == (422, ["path", "user_id"])


def test_a_user_of_the_wrong_type_is_not_found(ask: Ask) -> None:
    """A string where ids are integers is outside the id domain, in a body too."""
    assert key_of(ask("POST", "/reco/als", {"user_id": "nobody"})) == (404, "user_not_found")
    assert key_of(ask("POST", "/reco/odd", {"user_id": 7})) == (404, "user_not_found")


@pytest.mark.parametrize("event", [{}, None, [], {"source": "aws.events"}, {"Records": [{}]}, {"requestContext": {}}])
def test_other_events_are_bad_requests(handler: Handler, event: Any) -> None:
    """An answer of our shape, with an id of its own, and never a raise."""
    answer = handler(event, None)
    assert answer["statusCode"] == 400
    assert len(answer["headers"]["x-request-id"]) == 36
    assert json.loads(answer["body"])["errors"][0]["error_key"] == "bad_request"


def test_bad_base64_is_a_bad_request(ask: Ask) -> None:
    """What cannot be decoded is not a request; what can, is."""
    assert key_of(ask("POST", "/reco/als", "!", isBase64Encoded=True)) == (400, "bad_request")
    body = base64.b64encode(b'{"k": 1}').decode()
    assert len(ask("POST", "/reco/als", body, isBase64Encoded=True)[2]["items"]) == 1
