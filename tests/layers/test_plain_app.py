"""A family without a gateway: the same routes, and tokens from the same store."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from tests.layers.artifacts import DotScorer, Spec, liked, promote_new, user
from tests.layers.places import Place
from tests.layers.servers import Answer, answering
from warmstart.event import MAX_BODY
from warmstart.plain_app import plain_app
from warmstart.tokens import TOKENS_KEY, TokenBook, create

SECRET, TOKEN = create("alice", models=["als"], plan="standard", expires_at=None)
SPEC = Spec()
Ask = Callable[..., httpx.Response]
FAMILY = Path(__file__).parents[2] / "functions" / "factorization"  # whose family.toml lists als


@pytest.fixture
def environment(folder: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the app is told."""
    monkeypatch.setenv("WARMSTART_STORE", folder.url)
    monkeypatch.setenv("WARMSTART_MODELS", "als,knn")
    monkeypatch.setenv("WARMSTART_PRELOAD", "als")
    monkeypatch.setenv("WARMSTART_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def ask(environment: None, folder: Place, tmp_path: Path) -> Ask:
    """Ask the app, with a good token unless said."""
    store = folder.open()
    promote_new(store, tmp_path, SPEC)
    store.put(TOKENS_KEY, TokenBook((TOKEN,)).to_json())
    return asking(plain_app(FAMILY, DotScorer))


def asking(app: ASGIApp) -> Ask:
    """Return what sends a request to an app."""

    def send(method: str, path: str, token: str | None = SECRET, **more: Any) -> httpx.Response:
        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
                headers = {"Authorization": f"Bearer {token}"} if token else {}
                return await client.request(method, path, headers=headers, **more)

        answer = asyncio.run(call())
        assert len(answer.headers["x-request-id"]) == 36
        return answer

    return send


def test_a_token_opens(ask: Ask) -> None:
    """The same answers as behind a gateway."""
    answer = ask("GET", f"/reco/als/{user(SPEC, 0)}?k=4")
    assert (answer.status_code, answer.json()["items"]) == (200, liked(SPEC, 0))
    assert ask("POST", "/reco/als", json={"k": 3}).json()["source"] == "popular"


@pytest.mark.parametrize("token", [None, "wrong", SECRET[:-1], "x" * 10_000], ids=["none", "wrong", "short", "long"])
@pytest.mark.parametrize("path", ["/reco/als/10", "/nothing"])
def test_without_one_nothing_does(ask: Ask, token: str | None, path: str) -> None:
    """401 before all else, and health for everybody."""
    answer = ask("GET", path, token)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert ask("GET", "/health", token).json() == "I am alive"


def test_a_token_is_good_for_its_models(ask: Ask) -> None:
    """Others are forbidden."""
    assert ask("GET", "/reco/knn/10").status_code == 403


def test_a_large_body_is_refused(ask: Ask) -> None:
    """Also one that comes in pieces, without a length."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(MAX_BODY // 2**16 + 1):
            yield b"x" * 2**16

    for content in (b"x" * (MAX_BODY + 1), pieces()):
        answer = ask("POST", "/reco/als", content=content)
        assert (answer.status_code, answer.json()["errors"][0]["error_key"]) == (413, "body_too_large")


def test_where_the_token_book_cannot_be_read_nobody_gets_in(environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that refuses is a 503 that says when to come back."""
    with answering(lambda _: Answer(403)) as place:
        monkeypatch.setenv("WARMSTART_STORE", place.url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", place.endpoint or "")
        answer = asking(plain_app(FAMILY, DotScorer))("GET", "/reco/als/10")
    assert (answer.status_code, answer.json()["errors"][0]["error_key"]) == (503, "model_unavailable")
    assert int(answer.headers["retry-after"]) > 0


def test_a_broken_token_book_opens_to_nobody(ask: Ask, folder: Place) -> None:
    """A book that is no book is a 503 of our shape too, not a failure of the server."""
    folder.open().put(TOKENS_KEY, b"<html>")
    assert ask("GET", "/reco/als/10").status_code == 503


def test_without_a_store_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is started without its environment ends with a line, not with a traceback."""
    monkeypatch.delenv("WARMSTART_STORE", raising=False)
    with pytest.raises(SystemExit, match="WARMSTART_STORE is not set"):
        plain_app(FAMILY, DotScorer)
