"""The API as API.md describes it, through the local gateway."""

import time

import httpx
import pytest

from infra.families import served_models
from tests.e2e.conftest import Served

RESTRICTED = {"narrow": "als", "wide": "als,catalogue"}  # token -> its models


@pytest.fixture(scope="module")
def restricted(served: Served) -> dict[str, str]:
    """Make tokens of some models while the API runs, and wait until it knows them."""
    made = {
        name: str(served.commands.json("token", "create", name, "--store", "store", "--models", models)["token"])
        for name, models in RESTRICTED.items()
    }
    time.sleep(10.5)  # the authorizer reads its book at most every 10 seconds
    return made


def test_on_the_fly_history(served: Served) -> None:
    """A stranger's history is folded in: its items do not come back, and each answer says what is behind it."""
    history = served.get("/reco/popular/1?k=5").json()["items"]
    body = {"history": [{"item_id": item} for item in history], "k": 7}
    answer = served.post("/reco/als?explain=true", body).json()
    assert answer["source"] == "model"
    assert len(answer["items"]) == 7
    assert not set(history) & set(answer["items"])
    assert [detail["item_id"] for detail in answer["details"]] == answer["items"]
    assert {event["item_id"] for detail in answer["details"] for event in detail["because"]["history"]} <= set(history)


def test_features_choose_the_segment(served: Served) -> None:
    """Somebody without a history and with features gets what is popular among their like."""
    answer = served.post("/reco/popular", {"features": {"age": "age_25_34", "sex": "f"}}).json()
    assert answer["source"].startswith("popular:")


def test_answers_name_the_version_that_made_them(served: Served) -> None:
    """Header and body name the served version, and every answer has a request id."""
    answer = served.get("/reco/als/666262")
    assert answer.headers["x-model-version"] == answer.json()["version"]
    assert answer.headers["x-request-id"]


def test_models_lists_what_the_token_covers(served: Served, restricted: dict[str, str]) -> None:
    """An unrestricted token sees every model, a restricted one its own."""
    assert {m["model"] for m in served.get("/models").json()["models"]} == {*served_models()}
    own = restricted["narrow"]
    assert [m["model"] for m in served.get("/models", own).json()["models"]] == ["als"]
    assert served.get("/reco/als/1", own).status_code == 200
    assert served.get("/reco/popular/1", own).status_code == 403
    assert served.get("/reco/some_model/1", own).status_code == 403


def test_the_catalogue_is_told_to_tokens_that_cover_it(served: Served) -> None:
    """Items by words and by repeated ids, users, and a history that a model's answer does not repeat."""
    page = served.get("/items?limit=3").json()
    ids = [item["item_id"] for item in page["items"]][::-1]
    asked = "&".join(f"ids={item_id}" for item_id in ids)
    assert [item["item_id"] for item in served.get(f"/items?{asked}").json()["items"]] == ids
    title = page["items"][0]["title"]
    found = served.get("/items", params={"query": title.upper(), "limit": 100}).json()["items"]
    assert title in [item["title"] for item in found]
    (user,) = served.get("/users?limit=1").json()["users"]
    history = served.get(f"/users/{user}/history?limit=1000").json()
    assert 0 < history["total"] == len(history["items"])
    assert not {seen["item_id"] for seen in history["items"]} & {*served.get(f"/reco/als/{user}").json()["items"]}


def test_a_token_for_models_alone_sees_no_history(served: Served, restricted: dict[str, str]) -> None:
    """The gateway says 403 before any function is asked; one that names the catalogue is let through."""
    for path in ("/items", "/users", "/users/1/history"):
        assert [served.get(path, restricted[name]).status_code for name in ("narrow", "wide")] == [403, 200]


def test_similar_items_and_models_without_them(served: Served) -> None:
    """ALS knows what is alike, popular says that it does not."""
    item = served.get("/reco/popular/1").json()["items"][0]
    answer = served.get(f"/similar/als/{item}?k=4")
    assert len(answer.json()["items"]) == 4
    assert served.get(f"/similar/popular/{item}").json()["errors"][0]["error_key"] == "similar_not_supported"
    assert served.get(f"/similar/als/{10**12}").json()["errors"][0]["error_key"] == "item_not_found"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("HEAD", "/reco/als/1", 405),
        ("DELETE", "/reco/als/1", 405),
        ("GET", "/reco/als", 405),
        ("GET", "/reco/als/1/", 404),
        ("GET", "/reco//1", 404),
        ("GET", "/RECO/als/1", 404),
        ("GET", "/", 404),
        ("GET", "/reco/..%2f..%2fetc/1", 404),
        ("GET", "/reco/als/1?k=0", 422),
        ("GET", "/reco/als/1?k=5.0", 422),
        ("GET", f"/reco/als/1?k={'9' * 1000}", 422),
        ("GET", "/reco/als/%00", 422),
        ("GET", "/reco/als/%E2%80%AE1", 422),
        ("GET", "/reco/als/abc", 404),
        ("POST", "/models", 405),
    ],
)
def test_what_cannot_be_answered_is_a_problem(served: Served, method: str, path: str, status: int) -> None:
    """Each impossible request has its status, a body of our shape, and no echo of what was sent."""
    answer = httpx.request(method, served.url + path, headers={"Authorization": f"Bearer {served.token}"}, timeout=30)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"]
    if status == 405:
        assert answer.headers["allow"]
    if method != "HEAD":
        assert answer.json()["status"] == status
        assert "9" * 20 not in answer.text


def test_a_body_over_the_limit_or_of_another_type_is_not_parsed(served: Served) -> None:
    """300 KB are 413, text is 415, NaN is 422."""
    headers = {"Authorization": f"Bearer {served.token}"}
    url = f"{served.url}/reco/als"
    large = httpx.post(url, content=b" " * 300_000, headers={**headers, "Content-Type": "application/json"})
    text = httpx.post(url, content=b"{}", headers={**headers, "Content-Type": "text/plain"})
    nan = httpx.post(url, content=b'{"k": NaN}', headers={**headers, "Content-Type": "application/json"})
    assert [large.status_code, text.status_code, nan.status_code] == [413, 415, 422]


def test_a_new_version_is_served_without_a_restart_and_rolled_back(served: Served) -> None:
    """Training again changes the version in the next answer; one command brings the old one back."""
    before = served.get("/reco/popular/1").json()["version"]
    served.commands.json(
        "train", "--recipe", "kion", "--models", "popular", "--store", "store", "--promote", "--on-bad-row", "set-aside"
    )
    after = served.get("/reco/popular/1").json()["version"]
    assert after != before
    served.commands.json("rollback", "popular", "--store", "store")
    assert served.get("/reco/popular/1").json()["version"] == before


def test_no_token_is_in_the_log(served: Served) -> None:
    """Neither the gateway nor a function writes a token anywhere."""
    served.get("/reco/als/1")
    assert served.token not in (served.commands.folder / "serve.log").read_text()
    assert all(served.token.encode() not in path.read_bytes() for path in served.commands.folder.rglob("*.json"))
