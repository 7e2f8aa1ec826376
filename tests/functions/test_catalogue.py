"""The catalogue: what is served, the documentation, and every unknown path."""

import json
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.training.datasets import checkerboard, recipe
from training.recipe import ModelSection
from training.selfcheck import check_in_fresh_process
from training.train import Training
from warmstart.publish import publish
from warmstart.registry import promote
from warmstart.store import Store, open_store

Get = Callable[..., tuple[int, dict[str, str], str]]
POPULAR = ModelSection("popular", "popular", {})
DATASET = ("name", "users", "items", "interactions", "time_range")
MEASURED = ("fold", "users", "intervals", "by_k", "beyond", "by_segment")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return a store that serves popular."""
    store = open_store(str(tmp_path / "store"))
    manifest = Training(recipe(POPULAR), checkerboard()).fit_whole(POPULAR, tmp_path / "draft")
    publish(store, tmp_path / "draft", check_in_fresh_process)
    promote(store, "popular", manifest.version, reason="test")
    return store


@pytest.fixture
def get(store: Store, monkeypatch: pytest.MonkeyPatch) -> Get:
    """Return what makes a GET of the handler as a new process has it."""
    for name, value in (("STORE", store.url), ("MODELS", "popular,als"), ("REFRESH_SECONDS", "0")):
        monkeypatch.setenv(f"WARMSTART_{name}", value)
    handler = runpy.run_module("functions.catalogue.handler")["handler"]

    def ask(path: str, models: str | None = "*") -> tuple[int, dict[str, str], str]:
        context = None if models is None else {"token": "test", "models": models}
        event = {"httpMethod": "GET", "path": path, "requestContext": {"authorizer": context}}
        answer: dict[str, Any] = handler(event, None)
        return answer["statusCode"], answer["headers"], answer["body"]

    return ask


def test_models_lists_what_is_served_and_covered(get: Get) -> None:
    """A model without a served version is not listed, nor is one that the token does not cover."""
    assert [card["model"] for card in json.loads(get("/models")[2])["models"]] == ["popular"]
    assert json.loads(get("/models", "als")[2])["models"] == []
    assert get("/models", None)[0] == 401


def test_a_card_says_what_is_served_since_when_and_how_good_it_is(get: Get, tmp_path: Path) -> None:
    """Algorithm, alias, data and what was measured; not why the alias was set, nor what the gate alone needs."""
    store = open_store(str(tmp_path / "store"))
    als = ModelSection("als", "als", {"factors": 2, "alpha": 5.0})
    manifest = Training(recipe(als), checkerboard()).train(als, tmp_path / "als")
    publish(store, tmp_path / "als", check_in_fresh_process)
    alias = promote(store, "als", manifest.version, reason="told to nobody")
    body = get("/models", "als")[2]
    (card,) = json.loads(body)["models"]
    assert (card["algorithm"], card["created_at"]) == ("als", manifest.created_at)
    assert card["alias"] == {"name": "champion", "serial": 1, "set_at": alias.set_at, "previous": None}
    assert card["dataset"] == {name: manifest.dataset[name] for name in DATASET}
    assert card["measured_on"] == {name: manifest.measured_on[name] for name in MEASURED}
    assert card["metrics"] == manifest.metrics
    assert "told to nobody" not in body


def test_what_was_not_measured_says_so(get: Get) -> None:
    """Lists without a measurement have a card without one."""
    (card,) = json.loads(get("/models")[2])["models"]
    assert (card["metrics"], card["measured_on"]) == ({}, {})


def test_a_broken_version_keeps_its_last_good_card(get: Get, store: Store) -> None:
    """Rubbish under an alias is logged; the list goes on with what was known."""
    get("/models")
    store.put("models/popular/aliases/champion.json", b"rubbish")
    assert [card["model"] for card in json.loads(get("/models")[2])["models"]] == ["popular"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/docs", "text/html"),
        ("/docs/swagger-ui.css", "text/css"),
        ("/docs/swagger-ui-bundle.js", "text/javascript"),
        ("/docs/page.js", "text/javascript"),
        ("/openapi.json", "application/json"),
    ],
)
def test_the_documentation_needs_no_token(get: Get, path: str, kind: str) -> None:
    """The page and its files are open, typed, and may not be sniffed."""
    status, headers, body = get(path, None)
    assert (status, headers["content-type"].partition(";")[0]) == (200, kind)
    assert headers["x-content-type-options"] == "nosniff"
    assert len(body) > 100


@pytest.mark.parametrize("path", ["/docs/index.html", "/docs/../handler.py", "/docs/a/b", "/docs/SWAGGER_LICENSE"])
def test_only_the_pages_own_files_are_served(get: Get, path: str) -> None:
    """Nothing else of the folder can be read."""
    assert get(path)[0] == 404


@pytest.mark.parametrize(
    ("path", "key"), [("/nothing", "not_found"), ("/", "not_found"), ("/reco/popular/1", "model_not_found")]
)
def test_what_is_not_here_is_not_found(get: Get, path: str, key: str) -> None:
    """Unknown paths and models are 404; a model that exists never comes this way."""
    status, _, body = get(path)
    assert (status, json.loads(body)["errors"][0]["error_key"]) == (404, key)


def test_pages_may_read_the_catalogue(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a stage names their origins: a preflight without a token, then the list with one."""
    for name, value in (("STORE", store.url), ("MODELS", "popular"), ("CORS_ORIGINS", "https://shop.example")):
        monkeypatch.setenv(f"WARMSTART_{name}", value)
    handler = runpy.run_module("functions.catalogue.handler")["handler"]
    headers = {"origin": "https://shop.example", "access-control-request-method": "GET"}
    event = {"httpMethod": "OPTIONS", "path": "/models", "headers": headers, "requestContext": {}}
    asked = handler(event, None)
    context = {"authorizer": {"token": "test", "models": "*"}}
    told = handler({**event, "httpMethod": "GET", "requestContext": context}, None)
    assert (asked["statusCode"], asked["body"], told["statusCode"]) == (204, "", 200)
    assert {answer["headers"]["access-control-allow-origin"] for answer in (asked, told)} == {"https://shop.example"}
