"""The course's checking bot and the clients of its template find what they expect."""

import pytest

from infra.families import served_models
from tests.e2e.conftest import Served

COURSE_USERS = (666262, 672861, 955527)


def test_health_says_that_it_is_alive(served: Served) -> None:
    """GET /health needs no token and answers the course's string."""
    answer = served.get("/health", token="")
    assert (answer.status_code, answer.json()) == (200, "I am alive")


@pytest.mark.parametrize("user", [*COURSE_USERS, 10**9])
@pytest.mark.parametrize("model", served_models())
def test_ten_integer_items(served: Served, model: str, user: int) -> None:
    """Each model gives each user, the unknown one too, ten distinct integers."""
    answer = served.get(f"/reco/{model}/{user}")
    items = answer.json()["items"]
    assert (answer.status_code, answer.json()["user_id"]) == (200, user)
    assert len(items) == len(set(items)) == 10
    assert all(type(item) is int for item in items)


def test_a_user_outside_the_id_domain_is_not_found(served: Served) -> None:
    """10^10 is no user: 404 with the course's key."""
    answer = served.get(f"/reco/als/{10**10}")
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["error_key"] == "user_not_found"


def test_an_unknown_model_is_not_found(served: Served) -> None:
    """An unrestricted token learns that there is no such model."""
    answer = served.get("/reco/some_model/1")
    assert answer.status_code == 404
    assert answer.json()["errors"][0] == {
        "error_key": "model_not_found",
        "error_message": "Model not found",
        "error_loc": None,
    }


@pytest.mark.parametrize("path", ["/reco/als/1", f"/reco/als/{10**10}", "/reco/some_model/1", "/nothing", "/models"])
@pytest.mark.parametrize("token", ["", "wrong", "x" * 300])
def test_no_token_comes_before_everything_else(served: Served, path: str, token: str) -> None:
    """Without a good token every path answers 401, whether or not it exists."""
    answer = served.get(path, token=token)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["errors"][0]["error_key"] == "unauthorized"


def test_another_scheme_is_no_token(served: Served) -> None:
    """The right secret under another scheme is refused."""
    import httpx

    answer = httpx.get(f"{served.url}/reco/als/1", headers={"Authorization": f"Basic {served.token}"})
    assert answer.status_code == 401
