"""The explorer where it is deployed: behind the stage's prefix, in a real browser."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.e2e.emulated.conftest import Deployed
from tests.e2e.explorer.conftest import answer_of

pytestmark = pytest.mark.slow

MODELS = ("als", "item_knn")


def test_a_user_is_shown_by_the_deployed_page(deployed: Deployed, page: Page) -> None:
    """With the token typed in, two models' answers and a history with titles; nothing comes from elsewhere."""
    requested, said = list[str](), list[str]()
    page.on("request", lambda request: requested.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    user = deployed.ask("GET", "/users?limit=1").json()["users"][0]
    page.goto(f"{deployed.url}/explore#/user/{user}?models={','.join(MODELS)}")
    page.get_by_test_id("token").fill(deployed.token)
    page.get_by_role("button", name="Open").click()
    for model in MODELS:
        told = deployed.ask("GET", f"/reco/{model}/{user}").json()
        assert answer_of(page, model) == [str(item) for item in told["items"]]
    newest = deployed.ask("GET", f"/users/{user}/history?limit=1").json()["items"][0]
    assert newest["title"] in page.get_by_test_id("history-item").first.inner_text()
    page.wait_for_function("() => !document.querySelector('[data-testid=answer] .title--id')")
    page.wait_for_load_state("networkidle")
    assert {origin(url) for url in requested if not url.startswith("data:")} == {origin(deployed.url)}
    assert said == []


def origin(url: str) -> str:
    """Return where a URL points to, without its path."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
