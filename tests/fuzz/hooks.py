"""What schemathesis loads: our document in its words, planted values, and a check of ours beside its own."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis import CheckContext, HookContext

from infra.families import served_models
from tests.fuzz.canary import PLANT
from warmstart.manifest import MODEL_NAME
from warmstart.schemas import PRINTABLE

MAX_QUERY = 100  # characters of /items?query=
LONG = 12  # characters of a value that is in an answer by no chance
HARMLESS = "^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069]+$"  # the same for text that is Unicode
MODELS = served_models()
STATUSES = Path(os.environ["WARMSTART_FUZZ_STATUSES"])
TOKEN = os.environ["WARMSTART_FUZZ_TOKEN"]
_document = ""


@schemathesis.hook
def before_load_schema(context: HookContext, raw_schema: dict[str, Any]) -> None:
    """Put the pattern of ids into the words of schemathesis' engine, which has no look-ahead and no surrogates."""
    global _document  # noqa: PLW0603 hooks have no other place
    _document = json.dumps(raw_schema)
    said = json.dumps(PRINTABLE)
    assert said in _document
    changed = json.loads(_document.replace(said, json.dumps(HARMLESS)))
    raw_schema.clear()
    raw_schema.update(changed)


@schemathesis.hook
def map_path_parameters(context: HookContext, path_parameters: dict[str, Any]) -> dict[str, Any]:
    """Name a model that exists in place of most of those that do not; what is no name stays."""
    name = (path_parameters or {}).get("model_name")  # operations without parameters have None
    if isinstance(name, str) and MODEL_NAME.fullmatch(name) and name not in MODELS and sum(name.encode()) % 4:
        path_parameters["model_name"] = MODELS[sum(name.encode()) % len(MODELS)]
    return path_parameters


@schemathesis.hook
def map_query(context: HookContext, query: dict[str, Any]) -> dict[str, Any]:
    """Ask for items by a query or by their ids, not both: a schema of parameters has no word for that.

    A query that is to be refused stays, for the request is to be refused.
    """
    if query and query.get("ids") and isinstance(text := query.get("query"), str) and len(text) <= MAX_QUERY:
        del query["query"]
    return query


@schemathesis.hook
def filter_query(context: HookContext, query: dict[str, Any]) -> bool:
    """Leave out ids that are no list of texts: in a URL they are one."""
    ids = (query or {}).get("ids")
    return ids is None or (isinstance(ids, list) and all(isinstance(item_id, str) for item_id in ids))


@schemathesis.hook
def map_body(context: HookContext, body: Any) -> Any:
    """Write 5.0 as 5, which JSON Schema takes for the same and this API does not; plant something."""
    body = _integral(body)
    if isinstance(body, dict) and isinstance(body.get("features"), dict) and len(body["features"]) < 1000:
        body["features"][f"{PLANT}-key"] = f"{PLANT}-value"
    return body


@schemathesis.hook
def after_call(context: HookContext, case: schemathesis.Case[Any], response: schemathesis.Response) -> None:
    """Note each status."""
    with STATUSES.open("a") as file:
        file.write(f"{response.status_code}\n")


@schemathesis.check
def keeps_to_itself(ctx: CheckContext, response: schemathesis.Response, case: schemathesis.Case[Any]) -> None:
    """An answer has a request's id, no token and nothing of the input but a validated id."""
    text = response.text
    answer = {name.lower() for name in response.headers}
    assert "x-request-id" in answer, "no request id"
    assert TOKEN not in text, "the token is in the answer"
    assert PLANT not in text, "a planted value is in the answer"
    chosen = [*_leaves(case.body), *_leaves(dict(case.query or {}))]
    if response.status_code >= 400:
        chosen += _leaves(dict(case.path_parameters or {}))
    elif isinstance(case.body, dict):
        chosen = [value for value in chosen if value != case.body.get("user_id")]
    for value in chosen:
        if len(value) >= LONG and value not in _document:
            assert value not in text, "the answer holds what the client sent"


def _integral(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _integral(part) for key, part in value.items()}
    return [_integral(part) for part in value] if isinstance(value, list) else value


def _leaves(value: Any) -> Iterator[str]:
    """Every text in a value, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from (*_leaves(key), *_leaves(part))
    elif isinstance(value, list):
        for part in value:
            yield from _leaves(part)
