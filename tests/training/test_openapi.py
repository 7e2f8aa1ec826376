"""The OpenAPI document against the code that answers."""

import json
from typing import Any

import pytest

from infra.gateway_responses import read_gateway_responses
from training.openapi import DESCRIBED, DOCUMENT, all_paths, document
from warmstart.problems import PROBLEMS


@pytest.fixture(scope="module")
def served() -> dict[str, Any]:
    """Return the document that the catalogue serves."""
    loaded: dict[str, Any] = json.loads(DOCUMENT.read_text())
    return loaded


def test_the_served_document_is_what_the_code_says(served: dict[str, Any]) -> None:
    """`make openapi` changes nothing: routes, schemas and document agree."""
    assert served == json.loads(json.dumps(document()))


def test_every_route_for_clients_is_described(served: dict[str, Any]) -> None:
    """All paths but the documentation's own are in the document, with all their methods."""
    described = {(path, method.upper()) for path, methods in served["paths"].items() for method in methods}
    routes = {(path, method) for path, methods in all_paths().items() for method in methods}
    own = {
        (path, "GET") for path in ("/openapi.json", "/docs", "/docs/{file:path}", "/explore", "/explore/{file:path}")
    }
    assert described == routes - own
    assert {path for path, _ in described} == set(DESCRIBED)


def test_every_status_is_described_somewhere(served: dict[str, Any]) -> None:
    """Each error that a function or the gateway gives stands under some operation, with schema and example."""
    keys = {
        (int(status), key)
        for methods in served["paths"].values()
        for operation in methods.values()
        for status, response in operation["responses"].items()
        for media in response["content"].values()
        for key in media.get("examples", {})
    }
    functions = {(kind.status, kind.key) for kind in PROBLEMS.values()}
    gateway = {
        (response.status, json.loads(response.template)["errors"][0]["error_key"])
        for response in read_gateway_responses().values()
        if response.status in (429, 500, 503, 504)
    }
    assert functions - {(404, "not_found")} | gateway <= keys


@pytest.mark.parametrize("path", DESCRIBED)
def test_every_answer_has_a_schema_and_an_example(served: dict[str, Any], path: str) -> None:
    """Each status of each operation has both, so a client can be written from the document alone."""
    for operation in served["paths"][path].values():
        assert operation["responses"].keys() >= {"200", "405", "429", "500", "503", "504"}
        for response in operation["responses"].values():
            for media in response["content"].values():
                assert media["schema"]
                assert media.get("example", media.get("examples")) is not None


def test_examples_fit_their_schemas(served: dict[str, Any]) -> None:
    """Each example is what its schema allows, so it can be sent and believed."""
    jsonschema = pytest.importorskip("jsonschema")
    for methods in served["paths"].values():
        for operation in methods.values():
            contents = [response["content"] for response in operation["responses"].values()]
            contents.append(operation.get("requestBody", {}).get("content", {}))
            for media in (media for content in contents for media in content.values()):
                examples = (
                    [e["value"] for e in media["examples"].values()] if "examples" in media else [media["example"]]
                )
                for example in examples:
                    jsonschema.validate(example, {**media["schema"], "components": served["components"]})


def test_both_sides_say_the_same_of_a_bad_token() -> None:
    """Where gateway and function can both refuse, their bodies are equal."""
    gateway = read_gateway_responses()
    bodies = {(kind.status, kind.key): kind for kind in PROBLEMS.values()}
    for name, status, key in (("UNAUTHORIZED", 401, "unauthorized"), ("ACCESS_DENIED", 403, "forbidden")):
        template = json.loads(gateway[name].template)
        assert (template["title"], template["detail"]) == (bodies[status, key].title, bodies[status, key].message)
