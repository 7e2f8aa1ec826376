"""The OpenAPI document: `python -m training.openapi` writes it from the routes and schemas that functions serve.

FastAPI assembles it here, at build; a function serves the same routes without FastAPI, and starts in half the time.
"""

import json
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.models import OpenAPI
from starlette.requests import Request

from functions.catalogue import card_schemas as cards
from functions.catalogue import pages
from functions.catalogue import schemas as catalogue
from functions.catalogue.items import CatalogueApi
from infra.gateway_responses import read_gateway_responses
from warmstart import schemas as calls
from warmstart.api import Operation, Paths
from warmstart.errors import BadRequest, MethodNotAllowed, WarmstartError
from warmstart.manifest import MODEL_NAME
from warmstart.problems import MEDIA_TYPE, PROBLEMS, SERVER_ERROR, Kind, problem
from warmstart.schemas import AnyId, Problem

DOCUMENT = pages.STATIC / "openapi.json"
EXAMPLES = {**calls.EXAMPLES, **cards.EXAMPLES, **catalogue.EXAMPLES}
REF = "#/components/schemas/{name}"
DESCRIBED = (
    "/reco/{model_name}/{user_id}",
    "/reco/{model_name}",
    "/similar/{model_name}/{item_id}",
    "/items",
    "/users",
    "/users/{user_id}/history",
    "/models",
    "/health",
)
TAGS = {
    str: "service",
    cards.Models: "service",
    **dict.fromkeys(catalogue.EXAMPLES, "catalogue"),
}  # by what is answered
EVERY_OPERATION = (BadRequest, MethodNotAllowed)
FROM_GATEWAY = {  # what the gateway answers itself, by whether the path needs a token
    False: ("UNAUTHORIZED", "ACCESS_DENIED", "THROTTLED", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"),
    True: ("THROTTLED", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"),
}
PATH_PARAMETERS: Mapping[str, tuple[dict[str, Any], Any]] = {
    "model_name": ({"type": "string", "pattern": f"^{MODEL_NAME.pattern}$"}, "als"),
    "user_id": (msgspec.json.schema(AnyId), 666262),
    "item_id": (msgspec.json.schema(AnyId), 9728),
}


def all_paths() -> Paths:
    """Return every path that some function answers."""
    return {**pages.paths(list), **CatalogueApi(pages.NoModels()).paths()}


def document() -> dict[str, Any]:
    """Return the document; FastAPI's own model of OpenAPI has read it back."""
    app = FastAPI(
        title="warmstart",
        version=version("warmstart"),
        description="Recommendations from many models. Every error is a problem (RFC 9457) with a list of `errors`.",
        servers=[{"url": "."}],  # relative to the document, so that a stage's prefix is kept
    )
    operations = {
        (path, method): operation
        for path, methods in all_paths().items()
        if path in DESCRIBED
        for method, operation in methods.items()
    }
    for (path, method), operation in operations.items():
        app.add_api_route(path, _endpoint, methods=[method], **_described(path, operation))
    found = app.openapi()
    for (path, method), operation in operations.items():  # set here: FastAPI drops the nulls of examples
        found["paths"][path][method.lower()]["responses"] = _responses(operation)
    found["components"] = {
        "schemas": _schemas(operations.values()),
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
    }
    OpenAPI.model_validate(found)
    return found


def _endpoint(request: Request) -> None:
    raise NotImplementedError  # the document describes the routes; functions answer them


def _described(path: str, operation: Operation) -> dict[str, Any]:
    extra: dict[str, Any] = {"parameters": [*_path_parameters(path), *_query_parameters(operation)]}
    if operation.body:
        extra["requestBody"] = {"required": True, "content": {"application/json": _content(operation.body)}}
    if not operation.open:
        extra["security"] = [{"token": []}]
    return {
        "operation_id": operation.handler.__name__,
        "summary": operation.summary,
        "tags": [TAGS.get(operation.answer, "recommendations")],
        "response_model": None,
        "openapi_extra": extra,
    }


def _responses(operation: Operation) -> dict[str, dict[str, Any]]:
    headers = {"x-request-id": {"schema": {"type": "string"}}}
    content = {"application/json": _content(operation.answer)}
    ok = {"description": operation.summary, "headers": headers, "content": content}
    responses: dict[str, dict[str, Any]] = {"200": ok}
    for kind in sorted(_kinds(operation)):
        blank = {"description": kind.title, "headers": headers, "content": {}}
        response = responses.setdefault(str(kind.status), blank)
        media = response["content"].setdefault(MEDIA_TYPE, {"schema": _ref(Problem), "examples": {}})
        media["examples"][kind.key] = {"value": msgspec.to_builtins(problem(kind))}
    return responses


def _kinds(operation: Operation) -> set[Kind]:
    errors: tuple[type[WarmstartError], ...] = (*operation.errors, *EVERY_OPERATION)
    gateway = read_gateway_responses()
    own = {_kind_of(gateway[name].template) for name in FROM_GATEWAY[operation.open]}
    return {PROBLEMS[error] for error in errors} | own | {SERVER_ERROR}


def _kind_of(template: str) -> Kind:
    body = msgspec.json.decode(template, type=Problem)
    return Kind(body.status, body.title, body.errors[0].error_key, body.detail)


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": schema, "example": example}
        for name, (schema, example) in PATH_PARAMETERS.items()
        if f"{{{name}}}" in path
    ]


def _query_parameters(operation: Operation) -> list[dict[str, Any]]:
    return [_query_parameter(field) for field in (msgspec.structs.fields(operation.query) if operation.query else ())]


def _query_parameter(field: msgspec.structs.FieldInfo) -> dict[str, Any]:
    default = [] if field.default is msgspec.NODEFAULT else field.default  # lists alone are made anew
    schema = {**msgspec.json.schema(field.type), "default": default}
    return {
        "name": field.name,
        "in": "query",
        "required": False,
        "description": schema.pop("description"),
        "schema": schema,
    }


def _content(kind: type) -> dict[str, Any]:
    return {"schema": _ref(kind), "example": msgspec.to_builtins(EXAMPLES[kind])}


def _ref(kind: type) -> dict[str, Any]:
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=REF)
    return schema


def _schemas(operations: Iterable[Operation]) -> dict[str, Any]:
    kinds = [kind for o in operations for kind in (o.answer, o.body, Problem) if kind]
    _, components = msgspec.json.schema_components(kinds, ref_template=REF)
    return dict(sorted(components.items()))


def write(to: Path = DOCUMENT) -> None:
    """Write the document to where the catalogue serves it."""
    to.write_text(json.dumps(document(), indent=1, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    write()
