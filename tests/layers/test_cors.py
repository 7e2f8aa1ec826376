"""Pages of the named origins may read every answer; without origins a function is as it always was."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.layers.artifacts import DotScorer, Spec, promote_new
from tests.layers.places import Place
from tests.layers.serving import serve
from warmstart.adapter import Handler, adapt
from warmstart.api import Operation, health
from warmstart.cors import with_cors
from warmstart.event import MAX_BODY

SHOP, OTHER, STRANGER = "https://shop.example", "http://localhost:3000", "https://evil.example"
ALLOWED = "access-control-allow-origin"
MODEL = "/reco/als/10"
Ask = Callable[..., tuple[int, dict[str, str], str]]


@pytest.fixture
def environment(folder: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A function's, without origins."""
    promote_new(folder.open(), tmp_path, Spec())
    monkeypatch.setenv("WARMSTART_STORE", folder.url)
    monkeypatch.setenv("WARMSTART_MODELS", "als")
    monkeypatch.setenv("WARMSTART_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def ask(environment: None, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Ask a function that knows two origins."""
    monkeypatch.setenv("WARMSTART_CORS_ORIGINS", f"{SHOP}, {OTHER}")
    return asking(serve(DotScorer))


def asking(handler: Handler) -> Ask:
    """Return what sends a request from a page, with a token unless said."""

    def send(
        method: str, path: str, origin: str | None, known: bool = True, body: str | None = None, **headers: str
    ) -> tuple[int, dict[str, str], str]:
        context = {"requestId": "request-1", "authorizer": {"token": "alice", "models": "*"}}
        event = {
            "httpMethod": method,
            "path": path,
            "headers": ({"Origin": origin} if origin else {}) | {k.replace("_", "-"): v for k, v in headers.items()},
            "requestContext": context if known else {"requestId": "request-1"},
            "body": body,
        }
        answer = handler(event, None)
        assert answer["headers"]["x-request-id"] == "request-1"
        return answer["statusCode"], answer["headers"], answer["body"]

    return send


def preflight(ask: Ask, origin: str | None, path: str = MODEL) -> tuple[int, dict[str, str], str]:
    """Ask as a browser does before a page's call, without a token."""
    wanted = {"Access_Control_Request_Method": "GET", "Access_Control_Request_Headers": "authorization"}
    return ask("OPTIONS", path, origin, known=False, **wanted)


@pytest.mark.parametrize("origin", [SHOP, OTHER])
@pytest.mark.parametrize("path", [MODEL, "/reco/als", "/nothing", "/health"])
def test_a_preflight_needs_no_token(ask: Ask, origin: str, path: str) -> None:
    """It says what pages of the origin may send, whatever the path, and nothing else."""
    status, headers, body = preflight(ask, origin, path)
    assert (status, body) == (204, "")
    assert headers == {
        ALLOWED: origin,
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": "Authorization, Content-Type",
        "access-control-max-age": "600",
        "vary": "Origin",
        "x-request-id": "request-1",
    }


@pytest.mark.parametrize("origin", [STRANGER, f"{SHOP}/", SHOP.upper(), f"{SHOP}.evil.example", "null", "*", ""])
def test_a_stranger_s_preflight_allows_nothing(ask: Ask, origin: str) -> None:
    """An origin is allowed exactly or not at all."""
    _, headers, body = preflight(ask, origin)
    assert not [name for name in headers if name.startswith("access-control-")]
    assert "items" not in body


@pytest.mark.parametrize(
    ("headers", "origin"), [({}, SHOP), ({}, None), ({"Access_Control_Request_Method": "GET"}, None)]
)
def test_options_that_is_no_preflight_needs_a_token(ask: Ask, headers: dict[str, str], origin: str | None) -> None:
    """Without what a browser sends it is a method like others: 401, and 405 with a token."""
    assert ask("OPTIONS", MODEL, origin, known=False, **headers)[0] == 401
    assert ask("OPTIONS", MODEL, origin, **headers)[0] == 405


def test_no_other_method_is_a_preflight(ask: Ask) -> None:
    """A preflight's header opens nothing."""
    assert ask("GET", MODEL, SHOP, known=False, Access_Control_Request_Method="GET")[0] == 401


@pytest.mark.parametrize(
    ("method", "path", "known", "body", "status"),
    [
        ("GET", MODEL, True, None, 200),
        ("GET", "/health", False, None, 200),
        ("GET", MODEL, False, None, 401),
        ("GET", "/reco/nothing/10", True, None, 404),
        ("DELETE", MODEL, True, None, 405),
        ("POST", "/reco/als", True, "x" * (MAX_BODY + 1), 413),
        ("POST", "/reco/als", True, "{}", 415),
        ("GET", "/" + "a" * 3000, True, None, 400),
    ],
)
def test_every_answer_can_be_read(ask: Ask, method: str, path: str, known: bool, body: str | None, status: int) -> None:
    """Errors included, and those too that precede the routes; a cookie is never asked for."""
    answered, headers, _ = ask(method, path, SHOP, known=known, body=body)
    assert (answered, headers[ALLOWED], headers["vary"]) == (status, SHOP, "Origin")
    assert headers["access-control-expose-headers"] == "x-request-id, x-model-version, retry-after"
    assert "access-control-allow-credentials" not in headers


@pytest.mark.parametrize("origin", [STRANGER, None])
def test_other_pages_read_nothing(ask: Ask, origin: str | None) -> None:
    """The answer is the same, without a word on origins but for caches."""
    status, headers, _ = ask("GET", MODEL, origin)
    assert (status, headers["vary"]) == (200, "Origin")
    assert not [name for name in headers if name.startswith("access-control-")]


def test_without_origins_nothing_changes(environment: None) -> None:
    """OPTIONS is a method like others, and no answer says anything of origins."""
    ask = asking(serve(DotScorer))
    assert preflight(ask, SHOP)[0] == 401
    assert ask("OPTIONS", MODEL, SHOP, Access_Control_Request_Method="GET")[0] == 405
    assert ask("GET", MODEL, SHOP)[1].keys() & {ALLOWED, "vary"} == set()


def test_without_origins_nothing_is_imported() -> None:
    """A start pays for what its stage has."""
    code = "import sys; from warmstart.adapter import adapt; adapt({}, %s); print('warmstart.cors' in sys.modules)"
    said = [
        subprocess.run([sys.executable, "-c", code % origins], capture_output=True, text=True, check=True).stdout
        for origins in ("()", f"({SHOP!r},)")
    ]
    assert said == ["False\n", "True\n"]


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        {},
        {"httpMethod": "OPTIONS"},
        {"httpMethod": "OPTIONS", "headers": []},
        {"httpMethod": "OPTIONS", "headers": {"origin": SHOP, "Origin": SHOP, "access-control-request-method": "GET"}},
        {"httpMethod": "OPTIONS", "headers": {"origin": [SHOP], "access-control-request-method": "GET"}},
        {"httpMethod": "OPTIONS", "headers": {"origin": {}, 7: 8, "access-control-request-method": None}},
    ],
)
def test_odd_events_are_no_preflights(event: Any) -> None:
    """Whatever the handler says of them is said, and no origin is guessed."""
    handler = with_cors(adapt({"/health": {"GET": Operation(health, "Live", str, open=True)}}), (SHOP,))
    answer = handler(event, None)
    assert (answer["statusCode"], ALLOWED in answer["headers"]) == (400, False)
    assert json.loads(answer["body"])["errors"][0]["error_key"] == "bad_request"
