"""The deployed API, through its URL: the gateway's refusals and the functions' answers."""

import time

import httpx
import pytest

from tests.e2e.conftest import networks
from tests.e2e.emulated.conftest import PUBLISHED, UNPUBLISHED, Deployed

pytestmark = pytest.mark.slow
FREE = ("--plan", "free")
TOKENS = {"narrow": ("--models", "popular", "--plan", "internal"), "greedy": FREE, "modest": FREE}


@pytest.fixture(scope="module")
def tokens(deployed: Deployed) -> dict[str, str]:
    """Make tokens of one model or of a small plan, and wait until they are known."""
    made = {name: str(deployed.warmstart("token", "create", name, *more)["token"]) for name, more in TOKENS.items()}
    time.sleep(10.5)  # the authorizer reads its book at most every 10 seconds
    return made


def problem(answer: httpx.Response) -> str:
    """Return a problem's key, after a look at its shape; ministack keeps its own content type beside the mapped one."""
    assert "application/problem+json" in answer.headers["content-type"]
    assert answer.headers["x-request-id"]
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["title"]
    (error, *_) = body["errors"]
    assert error.keys() == {"error_key", "error_message", "error_loc"}
    return str(error["error_key"])


def test_health_needs_no_token(deployed: Deployed) -> None:
    """Anyone may ask whether it is alive."""
    answer = deployed.ask("GET", "/health", token="")
    assert (answer.status_code, answer.json()) == (200, "I am alive")


@pytest.mark.parametrize("path", ["/reco/als/1", "/models", "/", "/nothing/here", "/reco/unknown/1", "/similar/als/1"])
def test_without_a_token_nobody_learns_what_exists(deployed: Deployed, path: str) -> None:
    """Known or not, a path answers 401 to whoever has no token, a wrong one or another scheme."""
    for token in ("", "wrong", deployed.token[:-1]):
        answer = deployed.ask("GET", path, token=token)
        assert answer.status_code == 401
        assert problem(answer) == "unauthorized"
        assert answer.headers["www-authenticate"] == "Bearer"
    basic = deployed.ask("GET", path, headers={"Authorization": f"Basic {deployed.token}"})
    assert basic.status_code == 401


@pytest.mark.parametrize(
    "path", ["/reco/als/1", "/reco/%61ls/1", "/similar/als/1", "/reco/unknown/1", "/reco/%2e%2e/1"]
)
def test_a_token_of_another_model_is_forbidden(deployed: Deployed, tokens: dict[str, str], path: str) -> None:
    """A token of one model gets 403 for another, its name encoded or not, and for one that does not exist."""
    answer = deployed.ask("GET", path, token=tokens["narrow"])
    assert answer.status_code == 403
    assert problem(answer) == "forbidden"
    assert deployed.ask("GET", "/reco/popular/1", token=tokens["narrow"]).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/reco/unknown/1", 404),
        ("GET", "/nothing", 404),
        ("GET", "/", 404),
        ("GET", "/similar/als", 404),
        ("GET", "/similar/als/999999999", 404),
        ("DELETE", "/reco/als/1", 405),
        ("POST", "/models", 405),
        ("POST", "/health", 405),
        ("GET", "/reco/als/1?k=0", 422),
        ("GET", "/reco/als/1?k=many", 422),
    ],
)
def test_what_cannot_be_answered_is_a_problem(deployed: Deployed, method: str, path: str, status: int) -> None:
    """Each impossible request has its status and our shape, and 405 says what is allowed."""
    answer = deployed.ask(method, path)
    assert answer.status_code == status
    problem(answer)
    assert status != 405 or answer.headers["allow"]


def test_bodies_are_bounded_and_checked(deployed: Deployed) -> None:
    """300 KB are 413, text is 415, NaN is 422."""
    json = {"Content-Type": "application/json"}
    large = deployed.ask("POST", "/reco/als", content=b" " * 300_000, headers=json)
    text = deployed.ask("POST", "/reco/als", content=b"{}", headers={"Content-Type": "text/plain"})
    nan = deployed.ask("POST", "/reco/als", content=b'{"k": NaN}', headers=json)
    assert [large.status_code, text.status_code, nan.status_code] == [413, 415, 422]
    assert {problem(answer) for answer in (large, text)} == {"body_too_large", "unsupported_media_type"}


def test_a_token_past_its_plan_is_throttled_alone(deployed: Deployed, tokens: dict[str, str]) -> None:
    """One token of the free plan runs into 429, while another of the same plan is answered."""
    answers = [deployed.ask("GET", "/reco/popular/1", token=tokens["greedy"]) for _ in range(40)]
    throttled = [answer for answer in answers if answer.status_code == 429]
    assert throttled
    assert problem(throttled[0]) == "too_many_requests"
    assert throttled[0].headers["retry-after"] == "1"
    assert deployed.ask("GET", "/reco/popular/1", token=tokens["modest"]).status_code == 200


def test_a_model_without_a_version_is_unavailable(deployed: Deployed) -> None:
    """Where nothing was published yet, an answer says so and when to ask again."""
    answer = deployed.ask("GET", f"/reco/{UNPUBLISHED}/1")
    assert answer.status_code == 503
    assert problem(answer) == "model_unavailable"
    assert answer.headers["retry-after"]


def test_models_and_the_page(deployed: Deployed, tokens: dict[str, str]) -> None:
    """The catalogue lists what a token covers; its page and its document need no token."""
    listed = {card["model"] for card in deployed.ask("GET", "/models").json()["models"]}
    assert listed == {*PUBLISHED, *networks()}
    assert [card["model"] for card in deployed.ask("GET", "/models", token=tokens["narrow"]).json()["models"]] == [
        "popular"
    ]
    for path in ("/docs", "/openapi.json", "/docs/page.js", "/explore"):
        assert deployed.ask("GET", path, token="").status_code == 200
