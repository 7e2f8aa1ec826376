"""The explorer's page and its files, as the catalogue's function answers them."""

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from functions.catalogue import explorer

Get = Callable[[str], dict[str, Any]]


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where the page is built to, empty."""
    folder = tmp_path / "explore"
    monkeypatch.setattr(explorer, "BUILT", folder)
    monkeypatch.setattr(explorer, "INDEX", folder / "index.html")
    return folder


@pytest.fixture
def get(built: Path, monkeypatch: pytest.MonkeyPatch) -> Get:
    """Return what makes a GET without a token."""
    monkeypatch.setenv("WARMSTART_STORE", (built.parent / "store").as_uri())
    handler = runpy.run_module("functions.catalogue.handler")["handler"]

    def ask(path: str) -> dict[str, Any]:
        answer: dict[str, Any] = handler({"httpMethod": "GET", "path": path, "requestContext": {}}, None)
        return answer

    return ask


@pytest.fixture
def page(built: Path) -> Path:
    """Build a page of three files."""
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<!doctype html>")
    (built / "assets" / "index-1a2b.js").write_text("let a")
    (built / "assets" / "index-1a2b.css").write_text("a {}")
    return built


@pytest.mark.usefixtures("page")
def test_the_page_allows_nothing_but_its_own_files(get: Get) -> None:
    """Its policy has no word for other hosts, nor for anything inline, and it is asked for again soon."""
    answer = get("/explore")
    policy = answer["headers"]["content-security-policy"]
    assert (answer["statusCode"], answer["body"]) == (200, "<!doctype html>")
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert answer["headers"]["cache-control"] == "public, max-age=60"


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize(("file", "kind"), [("index-1a2b.js", "text/javascript"), ("index-1a2b.css", "text/css")])
def test_its_files_are_kept_for_a_year(get: Get, file: str, kind: str) -> None:
    """Their names change with them; they are typed and may not be sniffed."""
    answer = get(f"/explore/assets/{file}")
    assert answer["statusCode"] == 200
    assert answer["headers"]["content-type"].partition(";")[0] == kind
    assert answer["headers"]["cache-control"] == "public, max-age=31536000, immutable"
    assert answer["headers"]["x-content-type-options"] == "nosniff"


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize(
    "path", ["index.html", "assets", "assets/", "assets/../index.html", "../../handler.py", "x.js"]
)
def test_nothing_else_is_served(get: Get, path: str) -> None:
    """No other file can be read, the page itself by its file's name included."""
    assert get(f"/explore/{path}")["statusCode"] == 404


def test_a_page_that_was_never_built_is_not_found(get: Get) -> None:
    """Where nobody called `make page`, the rest of the catalogue answers."""
    assert get("/explore")["statusCode"] == 404
    assert get("/explore/assets/index-1a2b.js")["statusCode"] == 404
    assert get("/docs")["statusCode"] == 200
