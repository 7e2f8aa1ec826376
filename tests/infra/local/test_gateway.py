"""The gateway's order of things, with functions that are a line each."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from infra.families import Family
from infra.local import gateway as module
from infra.local.authorizer import Authorizer
from infra.local.function import FunctionFailed, FunctionThrottled, FunctionTimedOut
from infra.local.gateway import Gateway
from infra.local.routes import Routes
from infra.local.usage import Usage
from infra.plans import OPEN

POLICY = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


class Fakes:
    """Three functions that keep their events, behind a gateway whose clock stands still."""

    def __init__(self, *cors_origins: str) -> None:
        self.events: list[dict[str, Any]] = []
        self.outcome: Any = {"statusCode": 200, "body": "{}"}
        self.plan = "internal"
        routes = Routes([Family("vectors", ("als",), (), 512, 10, 512, 1)], preflights=bool(cors_origins))
        functions = {"vectors": self.function, "catalogue": self.function}
        usage = Usage(lambda: 0.0)
        self.gateway = Gateway(routes, functions, Authorizer(self.authorizer), usage, cors_origins)

    async def authorizer(self, _: bytes) -> bytes:
        """Everyone is somebody."""
        return json.dumps({"principalId": "bot", "policyDocument": POLICY, "context": {"plan": self.plan}}).encode()

    async def function(self, event: bytes) -> bytes:
        """Answer or raise as told."""
        self.events.append(json.loads(event))
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return json.dumps(self.outcome).encode()

    def ask(self, method: str = "GET", path: str = "/reco/als/1", known: bool = True, **more: Any) -> httpx.Response:
        """One request through the gateway."""

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.gateway, raise_app_exceptions=False)
            headers = {"authorization": "Bearer x"} if known else {}
            async with httpx.AsyncClient(transport=transport, base_url="http://local", headers=headers) as client:
                return await client.request(method, path, **more)

        return asyncio.run(ask())


@pytest.fixture
def fakes() -> Fakes:
    """A new gateway."""
    return Fakes()


def assert_problem(response: httpx.Response, status: int, key: str) -> None:
    """The gateway's own answer."""
    assert (response.status_code, response.json()["errors"][0]["error_key"]) == (status, key)
    assert response.headers["content-type"] == "application/problem+json"
    assert len(response.headers["x-request-id"]) == 36


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (FunctionFailed("boom"), 503),
        (FunctionThrottled("boom"), 503),
        (FunctionTimedOut(), 504),
        ({"status": 200}, 503),
        ([], 503),
    ],
)
def test_a_function_that_fails_is_an_upstream_error(fakes: Fakes, outcome: Any, status: int) -> None:
    """With a time to come again, and nothing of what went wrong."""
    fakes.outcome = outcome
    response = fakes.ask()
    assert_problem(response, status, "upstream_error")
    assert response.headers["retry-after"] == "1"
    assert "boom" not in response.text


def test_a_defect_of_the_gateway_is_a_server_error(fakes: Fakes, capsys: pytest.CaptureFixture[str]) -> None:
    """The log has the rest, under the request's id."""
    fakes.outcome = ZeroDivisionError("inside")
    response = fakes.ask()
    assert_problem(response, 500, "server_error")
    log = capsys.readouterr().err
    assert response.headers["x-request-id"] in log
    assert "ZeroDivisionError" in log


def test_the_request_s_id_is_the_event_s(fakes: Fakes) -> None:
    """One id for the client, the function and the gateway, unless the function has set its own."""
    assert fakes.ask().headers["x-request-id"] == fakes.events[0]["requestContext"]["requestId"]
    fakes.outcome = {"statusCode": 200, "headers": {"X-Request-Id": "mine"}}
    assert fakes.ask().headers.get_list("x-request-id") == ["mine"]


def test_a_token_s_plan_throttles(fakes: Fakes) -> None:
    """The free plan's burst, and not one call more; another token is not concerned."""
    fakes.plan = "free"
    assert [fakes.ask().status_code for _ in range(10)] == [200] * 10
    response = fakes.ask()
    assert_problem(response, 429, "too_many_requests")
    assert response.headers["retry-after"] == "1"
    assert len(fakes.events) == 10


def test_an_unknown_plan_is_no_access(fakes: Fakes) -> None:
    """A token whose plan nobody declared can do nothing."""
    fakes.plan = "gold"
    assert_problem(fakes.ask(), 403, "forbidden")


def test_open_paths_are_throttled_each_on_its_own(fakes: Fakes) -> None:
    """Whoever floods the documentation leaves the health check alone."""
    statuses = [fakes.ask(path="/docs", known=False).status_code for _ in range(OPEN.burst + 1)]
    assert statuses == [200] * OPEN.burst + [429]
    assert fakes.ask(path="/health", known=False).status_code == 200


@pytest.mark.parametrize("path", ["/", "/models", "/reco/als/1", "/reco/unknown/1", "/health/", "/docs/", "//health"])
def test_without_a_token_nothing_is_looked_at(fakes: Fakes, path: str) -> None:
    """Known or unknown, it is 401 and no function is called."""
    response = fakes.ask(path=path, known=False)
    assert_problem(response, 401, "unauthorized")
    assert response.headers["www-authenticate"] == "Bearer"
    assert fakes.events == []


@pytest.mark.parametrize("method", ["POST", "HEAD", "OPTIONS", "DELETE"])
def test_an_open_path_is_open_to_get_only(fakes: Fakes, method: str) -> None:
    """Another method needs a token before the catalogue may refuse it."""
    assert fakes.ask(method, "/health", known=False).status_code == 401
    assert fakes.ask(method, "/health").status_code == 200


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "BREW"])
def test_a_method_that_a_rest_api_lacks_is_refused(fakes: Fakes, method: str) -> None:
    """As the deployed gateway does it, before the authorizer."""
    assert_problem(fakes.ask(method), 403, "forbidden")


async def endless() -> AsyncIterator[bytes]:
    """A body without an end."""
    while True:
        yield b"x" * 2**20


def test_a_body_over_the_limit_is_not_read(fakes: Fakes) -> None:
    """By its length or while it comes; the function hears nothing of it."""
    assert_problem(fakes.ask("POST", content=b"x" * (module.BODY_LIMIT + 1)), 413, "body_too_large")
    assert_problem(fakes.ask("POST", content=endless()), 413, "body_too_large")
    assert fakes.events == []


def test_an_event_over_lambda_s_limit_is_refused(fakes: Fakes) -> None:
    """Between Lambda's 6 MB and the gateway's 10 MB it is still too large."""
    assert fakes.ask("POST", content=b"x" * (5 * 2**20)).status_code == 200
    assert_problem(fakes.ask("POST", content=b"x" * (7 * 2**20)), 413, "body_too_large")


def test_an_answer_without_a_body_has_none(fakes: Fakes) -> None:
    """204 carries neither bytes nor a length, whatever the function says."""
    fakes.outcome = {"statusCode": 204, "body": "something"}
    response = fakes.ask()
    assert response.content == b""
    assert "content-length" not in response.headers


SHOP, OTHER, STRANGER = "https://shop.example", "http://localhost:3000", "https://evil.example"


@pytest.mark.parametrize(
    ("origins", "sent", "allowed"),
    [
        ((), SHOP, []),
        ((SHOP,), SHOP, [SHOP]),
        ((SHOP,), STRANGER, [SHOP]),
        ((SHOP,), None, [SHOP]),
        ((SHOP, OTHER), OTHER, [OTHER]),
        ((SHOP, OTHER), STRANGER, [STRANGER]),
        ((SHOP, OTHER), None, []),
    ],
)
def test_pages_may_read_the_gateway_s_own_answers(
    origins: tuple[str, ...], sent: str | None, allowed: list[str]
) -> None:
    """One origin is named whoever asks, of several whoever asks is; without a stage's origins nothing is said."""
    response = Fakes(*origins).ask(known=False, headers={"origin": sent} if sent else {})
    assert_problem(response, 401, "unauthorized")
    assert response.headers.get_list("access-control-allow-origin") == allowed
    assert ("vary" in response.headers) == bool(origins)


def test_a_preflight_reaches_the_function_without_a_token() -> None:
    """Nobody vouched for the caller, and the event says so."""
    fakes = Fakes(SHOP)
    assert fakes.ask("OPTIONS", known=False).status_code == 200
    assert "authorizer" not in fakes.events[0]["requestContext"]
    assert fakes.ask("GET", known=False).status_code == 401


def test_preflights_are_throttled_each_resource_on_its_own() -> None:
    """Whoever floods them leaves other resources, and a resource's other methods, alone."""
    fakes = Fakes(SHOP)
    responses = [fakes.ask("OPTIONS", "/health", known=False) for _ in range(OPEN.burst + 1)]
    assert [response.status_code for response in responses] == [200] * OPEN.burst + [429]
    assert responses[-1].headers["access-control-allow-origin"] == SHOP
    assert fakes.ask("GET", "/health", known=False).status_code == 200
    assert fakes.ask("OPTIONS", known=False).status_code == 200
