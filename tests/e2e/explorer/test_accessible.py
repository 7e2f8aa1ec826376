"""The explorer for those who read it by ear, work it by keys, hold it in one hand or look at it at night."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import ROOT, Served
from tests.e2e.explorer.conftest import AXE, Open, answer_of, fits, settled

pytestmark = pytest.mark.slow

VIEWS = ("user/186?models=als,ease,item_knn,popular", "new", "fly", "similar/50", "models")
SHOTS = ROOT / "build" / "explorer"
SIZES = {"phone": (390, 844), "tablet": (820, 1180), "desk": (1440, 900)}


def serious(page: Page) -> list[str]:
    """Return what axe finds that is serious or worse."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        json.dumps([finding["id"], [node["target"] for node in finding["nodes"]]])
        for finding in found["violations"]
        if finding["impact"] in ("serious", "critical")
    ]


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest, page: Page) -> Iterator[str]:
    """Look at it by day and by night."""
    page.emulate_media(color_scheme=request.param, reduced_motion="reduce")
    return request.param


def test_axe_finds_nothing_serious(demo: Served, opened: Open, page: Page, scheme: str) -> None:
    """Every view, and the one that asks for a token."""
    page.goto(f"{demo.url}/explore")
    page.get_by_test_id("token").wait_for()
    assert serious(page) == []
    opened(demo, VIEWS[0])
    for view in VIEWS:
        settled(page, demo, view)
        assert serious(page) == [], f"{view}, {scheme}"


@pytest.mark.parametrize("size", SIZES)
def test_every_view_fits(demo: Served, opened: Open, page: Page, scheme: str, size: str) -> None:
    """Nothing sticks out, from a phone to a desk; what was seen is kept as a picture in build/explorer."""
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    opened(demo, VIEWS[0])
    answer_of(page, "popular")
    for view in VIEWS:
        settled(page, demo, view)
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"{view.partition('/')[0]}-{size}-{scheme}.png")
        assert fits(page), view


def test_all_of_it_by_keys(demo: Served, opened: Open, page: Page) -> None:
    """A token, a search, a history, another view: with no mouse; what has the focus can be seen."""
    page.goto(f"{demo.url}/explore#/fly?models=als")
    page.get_by_test_id("token").wait_for()
    page.keyboard.type(demo.token)  # the field has the focus
    page.keyboard.press("Enter")
    answer_of(page, "als")
    tab_to(page, "search")
    page.keyboard.type("toy story")
    page.locator("[data-testid=search-item]", has_text="Toy Story (1995)").wait_for()
    with page.expect_response("**/reco/als?**"):
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
    page.get_by_test_id("picked-item").wait_for()
    page.evaluate("document.activeElement.blur()")
    tab_to(page, "tab-models")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    page.get_by_test_id("model-row").first.wait_for()


def tab_to(page: Page, name: str, most: int = 60) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.testid") == name:
            return
    pytest.fail(f"{name} cannot be reached with Tab")


def test_the_readme_s_picture_is_small(demo: Served, opened: Open, page: Page) -> None:
    """It can be taken anew from build/explorer/readme.png; both are under 200 KB."""
    page.set_viewport_size({"width": 1240, "height": 720})
    opened(demo, VIEWS[0])
    settled(page, demo, VIEWS[0])
    page.screenshot(path=SHOTS / "readme.png")
    for picture in (SHOTS / "readme.png", ROOT / "docs" / "explorer.png"):
        assert picture.stat().st_size < 200_000
    assert "(docs/explorer.png)" in (ROOT / "README.md").read_text()
