"""Pages and the whole API: `warmstart serve --cors-origin`, as a browser calls it."""

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.conftest import WARMSTART
from tests.ports import free_port
from warmstart.store import open_store
from warmstart.tokens import TOKENS_KEY, TokenBook, create

SHOP, OTHER, STRANGER = "https://shop.example", "http://localhost:3000", "https://evil.example"
SECRET, TOKEN = create("page", models=["als"], plan="internal", expires_at=None)
ALLOWED = "access-control-allow-origin"
PREFLIGHT = {"access-control-request-method": "GET", "access-control-request-headers": "authorization"}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of an API with no model yet that two origins may call; it sends no token unless told."""
    folder, port = tmp_path_factory.mktemp("pages"), free_port()
    open_store(f"file://{folder / 'store'}").put(TOKENS_KEY, TokenBook((TOKEN,)).to_json())
    command = [str(WARMSTART), "serve", "--store", "store", "--port", str(port)]
    command += [part for origin in (SHOP, OTHER) for part in ("--cors-origin", origin)]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=log) as process,
    ):
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b"serving"), (folder / "log").read_text()
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield client
        process.send_signal(signal.SIGTERM)


@pytest.mark.parametrize("origin", [SHOP, OTHER])
@pytest.mark.parametrize("path", ["/reco/als/1", "/reco/popular", "/similar/als/1", "/models", "/health", "/", "/no"])
def test_a_preflight_is_answered_for_every_path(page: httpx.Client, path: str, origin: str) -> None:
    """By the function that will answer the call, without a token and without data."""
    response = page.options(path, headers={"origin": origin, **PREFLIGHT})
    assert (response.status_code, response.content, response.headers[ALLOWED]) == (204, b"", origin)
    assert response.headers["access-control-max-age"] == "600"


def test_a_stranger_s_preflight_allows_nothing(page: httpx.Client) -> None:
    """It is answered, and the browser goes no further."""
    response = page.options("/reco/als/1", headers={"origin": STRANGER, **PREFLIGHT})
    assert response.content == b""
    assert ALLOWED not in response.headers


@pytest.mark.parametrize("path", ["/reco/als/1", "/models"])
def test_options_alone_is_not_open(page: httpx.Client, path: str) -> None:
    """What is no preflight is told that a token is needed, by the function."""
    response = page.options(path, headers={"origin": SHOP})
    assert (response.status_code, response.headers[ALLOWED]) == (401, SHOP)


@pytest.mark.parametrize(
    ("path", "token", "status"),
    [
        ("/models", SECRET, 200),
        ("/health", None, 200),
        ("/reco/als/1", SECRET, 503),
        ("/reco/popular/1", SECRET, 403),
        ("/reco/als/1", None, 401),
        ("/reco/als/1", "wrong", 401),
    ],
    ids=["models", "health", "no version", "not allowed", "no token", "wrong token"],
)
def test_a_page_reads_every_answer(page: httpx.Client, path: str, token: str | None, status: int) -> None:
    """The functions' and the gateway's own, each once."""
    headers = {"origin": SHOP} | ({"authorization": f"Bearer {token}"} if token else {})
    response = page.get(path, headers=headers)
    assert response.status_code == status
    assert response.headers.get_list(ALLOWED) == [SHOP]
    assert "x-request-id" in response.headers["access-control-expose-headers"]


@pytest.mark.parametrize(
    "origin", ["*", "localhost:3000", "https://shop.example/", "https://a.example,https://b.example"]
)
def test_what_is_no_origin_is_refused_at_the_start(tmp_path: Path, origin: str) -> None:
    """By its name, before anything is started."""
    command = [str(WARMSTART), "serve", "--store", "store", "--cors-origin", origin]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "is not an origin such as" in done.stderr
