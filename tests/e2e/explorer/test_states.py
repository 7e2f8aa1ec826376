"""What the explorer says when something is wrong, and that it goes on when it is mended."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Served
from tests.e2e.explorer.conftest import MODELS, Open, answer_of, asked

pytestmark = pytest.mark.slow


def test_a_wrong_token_is_said_and_forgotten(demo: Served, opened: Open) -> None:
    """The page asks again, and the right one is taken."""
    page = opened(demo, "user/186", token="wrong", models="als")
    page.get_by_test_id("token-refused").wait_for()
    assert page.evaluate("JSON.stringify(sessionStorage)").count("wrong") == 0
    page.get_by_test_id("token").fill(demo.token)
    page.get_by_role("button", name="Open").click()
    assert answer_of(page, "als")


def test_a_token_stays_in_its_tab(demo: Served, opened: Open) -> None:
    """It is in no address, cookie or lasting store, another tab asks anew, and it can be forgotten."""
    page = opened(demo, "user/186", models="als")
    answer_of(page, "als")
    assert demo.token not in page.url
    assert page.evaluate("localStorage.length") == 0
    assert page.context.cookies() == []
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_test_id("token").wait_for()
    page.get_by_test_id("forget-token").click()
    page.get_by_test_id("token").wait_for()
    assert demo.token not in page.evaluate("JSON.stringify(sessionStorage)")


def test_a_narrow_token_sees_ids(demo: Served, narrow: str, opened: Open) -> None:
    """Without a right to the catalogue the answers are there, and it is said that titles are not."""
    page = opened(demo, "user/186", token=narrow)
    assert answer_of(page, "als") == [str(item) for item in asked(demo, "/reco/als/186")["items"]]
    assert page.get_by_test_id("titles-problem").get_attribute("data-status") == "403"
    assert page.locator("[data-testid=problem][data-status='403']").first.is_visible()


def test_too_many_requests_are_waited_for(demo: Served, frugal: str, opened: Open) -> None:
    """A token of few requests is told so, and the page asks again when it may: in the end all is there."""
    page = opened(demo, "models", token=frugal)
    page.get_by_test_id("model-row").first.wait_for()
    while demo.get("/models", token=frugal).status_code != 429:
        pass  # until nothing is left for the page
    page.goto(f"{demo.url}/explore#/user/189?models={','.join(MODELS)}")
    page.locator("[data-status='429']").first.wait_for()
    for model in MODELS:
        expect(page.locator(f"[data-model='{model}'][aria-busy=false] [data-testid=answer-item]")).to_have_count(10)
        assert answer_of(page, model) == [str(item) for item in asked(demo, f"/reco/{model}/189")["items"]]


def test_a_store_without_a_catalogue(uncatalogued: Served, opened: Open) -> None:
    """Models answer, ids stand for titles, and it is said that no catalogue is published."""
    page = opened(uncatalogued, "user/5", models="popular")
    assert answer_of(page, "popular") == [str(item) for item in asked(uncatalogued, "/reco/popular/5")["items"]]
    assert page.get_by_test_id("titles-problem").get_attribute("data-status") == "503"
    assert page.locator("[data-testid=problem][data-status='503']").first.is_visible()


def test_nobody_by_an_id(demo: Served, opened: Open) -> None:
    """Somebody whom training did not see is called cold; an id that nobody can have is refused in words."""
    page = opened(demo, "user/999999", models="als")
    assert answer_of(page, "als") == [str(item) for item in asked(demo, "/reco/als/999999")["items"]]
    assert page.get_by_test_id("cold").is_visible()
    page.goto(f"{demo.url}/explore#/user/no-such-id?models=als")
    page.locator("[data-testid=problem][data-status='404']").first.wait_for()


def test_without_a_network(demo: Served, opened: Open) -> None:
    """It is said that the API cannot be reached; once it can, a click gets the answer."""
    page = opened(demo, "models")
    page.get_by_test_id("model-row").first.wait_for()
    page.context.set_offline(True)
    page.goto(f"{demo.url}/explore#/user/186?models=als")
    page.locator('[data-model="als"] [data-testid=problem][data-status="0"]').wait_for()
    page.context.set_offline(False)
    page.locator('[data-model="als"]').get_by_role("button", name="Try now").click()
    assert answer_of(page, "als")


def test_the_page_asks_its_own_origin_alone(demo: Served, opened: Open, page: Page, said: list[str]) -> None:
    """Every request goes to the API, and the console has nothing to say: no rule of the policy is broken."""
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    for view in ("user/186", "fly", "similar/50", "models"):
        opened(demo, view) if view == "user/186" else page.goto(f"{demo.url}/explore#/{view}")
        page.wait_for_load_state("networkidle")
    assert all(url.startswith((demo.url, "data:")) for url in requested)
    assert said == []
