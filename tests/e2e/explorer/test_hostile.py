"""Titles that attack the page are words on it, and long histories do not slow it down."""

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import Served
from tests.e2e.explorer.conftest import Open, answer_of, asked, fits
from tests.e2e.explorer.tables import LONGEST, TITLES

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("width", [390, 1280])
def test_titles_are_words(hostile: Served, opened: Open, page: Page, said: list[str], width: int) -> None:
    """Markup is shown as it is written and makes nothing; what is long or runs the other way stays in its place."""
    page.set_viewport_size({"width": width, "height": 900})
    opened(hostile, "user/5", models="popular,random")
    listed = answer_of(page, "popular")
    for title in TITLES[:4]:
        page.get_by_text(title, exact=True).first.wait_for()
    assert listed == [str(item) for item in asked(hostile, "/reco/popular/5")["items"]]
    page.goto(f"{hostile.url}/explore#/fly")
    page.get_by_test_id("search").fill("script")
    page.locator("[data-testid=search-item]").first.wait_for()
    assert page.evaluate("document.querySelectorAll('#page img, #page script, #page b').length") == 0
    assert page.title() != "broken"
    assert fits(page)
    assert said == []


def test_ten_thousand_events_are_paged(hostile: Served, opened: Open) -> None:
    """All of them are checked against the answers, a part of them is on the page, and more can be shown."""
    page = opened(hostile, "user/1", models="popular")
    page.get_by_test_id("seen-checked").wait_for()
    shown = page.get_by_test_id("history-item").count()
    assert 0 < shown <= 200
    assert f"{LONGEST:,}" in page.get_by_role("heading", name="History").inner_text()
    page.get_by_test_id("history-more").click()
    page.get_by_test_id("history-item").nth(shown).wait_for()
