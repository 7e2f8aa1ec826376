"""The documentation page in a real browser."""

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import Served


@pytest.mark.slow
def test_the_page_lists_every_call_from_its_own_origin(served: Served, page: Page) -> None:
    """/docs shows all calls, asks no other host for anything, and breaks none of its own rules."""
    asked, problems = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{served.url}/docs")
    page.wait_for_selector(".opblock")
    listed = {element.inner_text() for element in page.query_selector_all(".opblock-summary-path")}
    assert {path.replace("\u200b", "") for path in listed} == {
        "/reco/{model_name}/{user_id}",
        "/reco/{model_name}",
        "/similar/{model_name}/{item_id}",
        "/items",
        "/users",
        "/users/{user_id}/history",
        "/models",
        "/health",
    }
    assert all(url.startswith((served.url, "data:")) for url in asked)
    assert problems == []


@pytest.mark.slow
def test_a_call_made_on_the_page_is_answered(served: Served, page: Page) -> None:
    """Authorize, try it out, execute: the page shows a real answer."""
    page.goto(f"{served.url}/docs")
    page.click("button.authorize")
    page.fill(".auth-container input", served.token)
    page.click(".auth-btn-wrapper button.authorize")
    page.click(".auth-btn-wrapper button.btn-done")
    page.click(".opblock-get >> nth=0")
    page.click("button.try-out__btn")
    page.click("button.execute")
    page.wait_for_selector(".live-responses-table .response-col_status")
    assert page.inner_text(".live-responses-table tbody .response-col_status").startswith("200")
