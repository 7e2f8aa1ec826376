"""Whether an answer is one that the API may give, whatever the event was."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from functions.catalogue.card_schemas import Models
from functions.catalogue.schemas import Items, UserHistory, Users
from infra.local.exchange import Answer
from infra.local.proxy_answer import proxy_answer
from tests.fuzz.canary import PLANT, TOKEN, TRACES, found_in
from warmstart.event import is_warm_up, request_id
from warmstart.problems import MEDIA_TYPE, PROBLEMS
from warmstart.schemas import Problem, Recommendations, SimilarItems

KEYS = {status: {k.key for k in PROBLEMS.values() if k.status == status} for status in {*range(400, 600)}}
OF_CATALOGUE = (Items, Users, UserHistory)
ANSWERS = (Recommendations, SimilarItems, *OF_CATALOGUE, Models, str)
ID_FIELDS = ("user_id", "item_id")  # validated input that an answer may hold


def judge(returned: bytes, event: Any) -> str:
    """Return the status and the key of an answer, after every check that needs no knowledge of the model."""
    answer = proxy_answer(returned, "none")  # raises where API Gateway would say 502
    headers = {name.lower(): value for name, value in answer.headers}
    if is_warm_up(event):
        assert (answer.status, answer.body) == (204, b"")
        return "204"
    known_as = request_id(event)
    assert headers["x-request-id"] == known_as if known_as else len(headers["x-request-id"]) == 36
    if answer.status == 200:
        _judge_success(answer, headers)
        return "200"
    return _judge_problem(answer, headers)


def _judge_success(answer: Answer, headers: Mapping[str, str]) -> None:
    assert not found_in(json.dumps(_but_for_ids(headers)), PLANT, TOKEN)
    if headers["content-type"] != "application/json" or "cache-control" in headers:
        return  # the page of documentation and its own files
    body = json.loads(answer.body, parse_constant=_refuse)
    assert not found_in(json.dumps(_but_for_ids(body), ensure_ascii=False), PLANT, TOKEN, *TRACES)
    kind = next(kind for kind in ANSWERS if _fits(answer.body, kind))
    if kind in OF_CATALOGUE:
        assert headers["x-model-version"] == body["version"]
        assert len(body["users" if kind is Users else "items"]) <= min(1000, body["total"])
    if kind in (Recommendations, SimilarItems):
        assert headers["x-model-version"] == body["version"]
        assert len({*map(repr, body["items"])}) == len(body["items"]) <= 100
        assert "details" not in body or [detail["item_id"] for detail in body["details"]] == body["items"]


def _judge_problem(answer: Answer, headers: Mapping[str, str]) -> str:
    status = answer.status
    said = json.dumps({**headers, "x-request-id": ""}) + answer.body.decode()
    assert not found_in(said, PLANT, TOKEN, *TRACES), said
    assert KEYS.get(status), f"no answer of this API has status {status}: {said}"
    assert headers["content-type"] == MEDIA_TYPE
    problem = msgspec.json.decode(answer.body, type=Problem)
    assert set(json.loads(answer.body)) == {"type", "title", "status", "detail", "errors"}
    assert (problem.status, problem.type) == (status, "about:blank")
    key = problem.errors[0].error_key
    assert status == 422 or [entry.error_key for entry in problem.errors] == [key], problem
    assert status == 422 or key in KEYS[status], problem
    assert len(answer.body) < 2000, "a problem is short, whatever was sent"
    assert headers.get("www-authenticate") == ("Bearer" if status == 401 else None)
    assert headers.get("retry-after", "").isdigit() == (status == 503)
    assert bool(headers.get("allow")) == (status == 405)
    assert "x-model-version" not in headers
    return f"{status} {key}" if status != 422 else "422"


def _but_for_ids(body: Any) -> Any:
    if not isinstance(body, Mapping):
        return body
    return {name: value for name, value in body.items() if name not in (*ID_FIELDS, "x-request-id")}


def _fits(data: bytes, kind: type) -> bool:
    try:
        msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError:
        return False
    return True


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")
