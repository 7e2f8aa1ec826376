"""The catalogue's own calls, through the real handler."""

import json
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.functions.catalogues import HOSTILE, POPULAR, films
from tests.training.datasets import checkerboard, recipe
from training.data.tables import Tables
from training.selfcheck import check_in_fresh_process
from training.train import Training
from warmstart.publish import publish
from warmstart.registry import promote
from warmstart.store import Store, open_store

Get = Callable[..., tuple[int, dict[str, str], Any]]
FILMS = films(["Star Wars", "Amélie", HOSTILE], genres=[["Action", "Sci-Fi"], [], []])


def serve(store: Store, made: Tables, folder: Path) -> str:
    """Publish and promote the catalogue of tables; return its version."""
    manifest = Training(recipe(POPULAR), made).catalogue.seal(folder)
    publish(store, folder, check_in_fresh_process)
    promote(store, "catalogue", manifest.version, reason="test")
    return manifest.version


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return an empty store."""
    return open_store(str(tmp_path / "store"))


@pytest.fixture
def get(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Get:
    """Return what makes a GET of the handler as a new process has it."""
    settings = {"STORE": store.url, "MODELS": "popular", "REFRESH_SECONDS": "0", "CACHE": str(tmp_path / "cache")}
    for name, value in settings.items():
        monkeypatch.setenv(f"WARMSTART_{name}", value)
    handler = runpy.run_module("functions.catalogue.handler")["handler"]

    def ask(path: str, models: str | None = "*", method: str = "GET", **query: list[str]) -> Any:
        context = None if models is None else {"token": "test", "models": models}
        event = {"httpMethod": method, "path": path, "requestContext": {"authorizer": context}}
        answer: dict[str, Any] = handler({**event, "multiValueQueryStringParameters": query}, None)
        return answer["statusCode"], answer["headers"], json.loads(answer["body"])

    return ask


def test_items_are_paged_by_their_users(get: Get, store: Store, tmp_path: Path) -> None:
    """Each page says where the next begins, and every answer which version made it."""
    version = serve(store, FILMS, tmp_path / "draft")
    status, headers, first = get("/items", limit=["2"])
    _, _, last = get("/items", limit=["2"], offset=[str(first["next_offset"])])
    star_wars = {"item_id": 1, "title": "Star Wars", "genres": ["Action", "Sci-Fi"], "users": 4}
    assert (status, headers["x-model-version"], first["version"]) == (200, version, version)
    assert (first["items"][0], first["total"], first["next_offset"]) == (star_wars, 3, 2)
    assert ([item["title"] for item in last["items"]], last["next_offset"]) == ([HOSTILE], None)


def test_items_are_found_by_words_or_told_by_ids(get: Get, store: Store, tmp_path: Path) -> None:
    """A title without its accents; ids in the order that they were asked for, the unknown left out."""
    serve(store, FILMS, tmp_path / "draft")
    assert [item["item_id"] for item in get("/items", query=["AMELIE"])[2]["items"]] == [2]
    told = get("/items", ids=["3", "x", "99", "1"], limit=["1"])[2]
    assert ([item["item_id"] for item in told["items"]], told["total"], told["next_offset"]) == ([3, 1], 2, None)


@pytest.mark.parametrize(
    ("path", "query", "place"),
    [
        ("/items", {"query": ["x"], "ids": ["1"]}, ["query", "ids"]),
        ("/items", {"query": ["x" * 101]}, ["query", "query"]),
        ("/items", {"ids": ["1"] * 101}, ["query", "ids"]),
        ("/items", {"ids": ["1", ""]}, ["query", "ids", 1]),
        ("/items", {"limit": ["101"]}, ["query", "limit"]),
        ("/items", {"offset": ["-1"]}, ["query", "offset"]),
        ("/items", {"offset": ["1" * 12]}, ["query", "offset"]),
        ("/users", {"limit": ["0"]}, ["query", "limit"]),
        ("/users/1/history", {"limit": ["1001"]}, ["query", "limit"]),
        ("/users/%00/history", {}, ["path", "user_id"]),
    ],
)
def test_what_is_wrong_is_named(
    path: str, query: dict[str, list[str]], place: list[Any], get: Get, store: Store, tmp_path: Path
) -> None:
    """A 422 says where, and not what was sent."""
    serve(store, FILMS, tmp_path / "draft")
    status, _, body = get(path, **query)
    assert (status, [error["error_loc"] for error in body["errors"]]) == (422, [place])


def test_users_are_drawn_with_what_can_be_told_of_them(get: Get, store: Store, tmp_path: Path) -> None:
    """As many as there are, at most those asked for."""
    serve(store, FILMS, tmp_path / "draft")
    body = get("/users", limit=["2"])[2]
    assert (len(body["users"]), body["total"], body["features"]) == (2, 4, {})
    assert sorted(get("/users")[2]["users"]) == [0, 1, 2, 3]


def test_a_history_is_told_of_the_known_and_the_unknown(get: Get, store: Store, tmp_path: Path) -> None:
    """Nobody known has an empty one; an id outside the domain is 404."""
    serve(store, FILMS, tmp_path / "draft")
    body = get("/users/0/history", limit=["1"], offset=["1"])[2]
    amelie = {"item_id": 2, "title": "Amélie", "genres": [], "weight": 1.0, "timestamp": None}
    assert (body["user_id"], body["items"], body["total"], body["next_offset"]) == (0, [amelie], 3, 2)
    nobody = get("/users/77/history")[2]
    assert (nobody["user_id"], nobody["items"], nobody["total"], nobody["features"]) == (77, [], 0, {})
    for outside in ("x", "07", "1" * 12):
        assert get(f"/users/{outside}/history")[2]["errors"][0]["error_key"] == "user_not_found"


def test_string_ids_are_answered_as_strings(get: Get, store: Store, tmp_path: Path) -> None:
    """In paths, queries and answers."""
    serve(store, checkerboard(strings=True), tmp_path / "draft")
    assert get("/users/u1/history")[2]["user_id"] == "u1"
    assert [item["item_id"] for item in get("/items", ids=["i2", "2"])[2]["items"]] == ["i2"]


@pytest.mark.parametrize("path", ["/items", "/users", "/users/1/history"])
def test_a_token_must_cover_the_catalogue(path: str, get: Get) -> None:
    """401 without a token, 403 with one for models alone, 405 for another method; all before any look at it."""
    assert get(path, None)[0] == 401
    assert get(path, "popular")[0] == 403
    assert get(path, "popular,catalogue", "POST")[0] == 405


def test_without_a_catalogue_it_is_unavailable(
    get: Get, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 with a time to try again; open paths answer, and once one is there, so does it."""
    monkeypatch.setattr("warmstart.live.RETRY_SECONDS", 0.0)
    status, headers, body = get("/items", "popular,catalogue")
    assert (status, headers["retry-after"], body["errors"][0]["error_key"]) == (503, "5", "model_unavailable")
    assert get("/openapi.json", None)[0] == 200
    serve(store, FILMS, tmp_path / "draft")
    assert get("/items", "popular,catalogue")[0] == 200


def test_a_broken_version_keeps_the_last_good_one(get: Get, store: Store, tmp_path: Path) -> None:
    """Rubbish under the alias is logged; the answers go on."""
    version = serve(store, FILMS, tmp_path / "draft")
    get("/items")
    store.put("models/catalogue/aliases/champion.json", b"rubbish")
    assert get("/items")[2]["version"] == version


def test_a_new_version_is_served_without_a_deploy(get: Get, store: Store, tmp_path: Path) -> None:
    """The next look at the alias finds it."""
    serve(store, FILMS, tmp_path / "one")
    get("/items")
    serve(store, films(["Other", "Another"]), tmp_path / "two")
    assert [item["title"] for item in get("/items")[2]["items"]] == ["Other", "Another"]
