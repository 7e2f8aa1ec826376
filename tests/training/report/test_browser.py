"""The page in a real browser."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.training.report.made import made, value
from training.report.page import report

PHONE = {"width": 360, "height": 740}
HOSTILE = [
    "popular",
    "<script>document.title = 'pwned'</script>",
    "</style></title></table></svg><svg onload=alert(1)>",
    "\" onmouseover='document.title = 1' x='",
    "فيلم طويل (2010)",
    "A" * 500,
]

pytestmark = pytest.mark.slow


def hostile() -> str:
    """Draw models and segments whose names mean harm."""
    models = value(HOSTILE)["models"]
    for model in models:
        model["segments"] = {name: {"users": 1, "metrics": {"ndcg@10": 0.1}} for name in HOSTILE}
    return report(made(models=models, recipe=HOSTILE[2], absent=dict.fromkeys(HOSTILE, HOSTILE[1])))


def shown(page: Page, html: str, folder: Path) -> list[str]:
    """Open a page from a file; return the requests it made beside itself, and its complaints."""
    file = folder / "report.html"
    file.write_text(html, encoding="utf8")
    problems: list[str] = []
    page.on("request", lambda request: problems.append(request.url) if request.url != file.as_uri() else None)
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("dialog", lambda dialog: problems.append(dialog.message))
    page.goto(file.as_uri())
    return problems


def test_hostile_names_are_names(page: Page, tmp_path: Path) -> None:
    """No script runs, nothing is loaded, no complaint of the policy, and the names can be read."""
    assert shown(page, hostile(), tmp_path) == []
    assert page.title() == f"{HOSTILE[2]}: evaluation"
    assert page.locator("script, img, link, [style]").count() == 0
    assert page.get_by_role("rowheader", name=HOSTILE[1], exact=True).count() > 0
    assert "A" * 200 not in page.content()


def test_the_page_may_load_nothing(page: Page, tmp_path: Path) -> None:
    """Its own policy lets its style in and nothing that somebody put in later."""
    shown(page, report(made()), tmp_path)
    policy = page.locator("meta[http-equiv]").get_attribute("content") or ""
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    page.evaluate("() => { const s = document.createElement('style'); s.textContent = 'h1 { display: none }';"
                  " document.head.append(s) }")  # fmt: skip
    assert page.locator("h1").is_visible()


def test_plots_have_names_for_ears(page: Page, tmp_path: Path) -> None:
    """Each is an image with a name, and what scrolls can be reached with the keyboard."""
    shown(page, report(made()), tmp_path)
    assert page.get_by_role("img", name="ndcg@10 against novelty@10").count() == 1
    assert page.get_by_role("img").count() == page.locator("svg").count()
    assert page.get_by_role("region", name="k = 10", exact=True).get_attribute("tabindex") == "0"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_it_without_scrolling_sideways(browser: Browser, tmp_path: Path, scheme: Any) -> None:
    """Tables scroll in their frames, a model's name stays in sight, and words in plots stay 9 pixels high."""
    context = browser.new_context(viewport=PHONE, color_scheme=scheme)
    page = context.new_page()
    shown(page, hostile(), tmp_path)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    red = page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor").removeprefix("rgb(").split(",")[0]
    assert (int(red) < 128) == (scheme == "dark")
    frame = page.locator(".wide").first
    frame.evaluate("e => e.scrollTo(e.scrollWidth, 0)")
    assert frame.locator("tbody th").first.evaluate("e => e.getBoundingClientRect().left") >= 0
    shrunk = "all => all.map(e => e.getBoundingClientRect().width / e.viewBox.baseVal.width)"
    heights = [11.5 * share for share in page.locator("svg").evaluate_all(shrunk)]
    assert min(heights) > 9
    context.close()


def test_words_of_a_plot_do_not_cover_each_other(page: Page, tmp_path: Path) -> None:
    """Names beside lines are apart, however near their values are."""
    shown(page, report(made([f"model_{n}" for n in range(12)])), tmp_path)
    boxes = page.locator("#metric-1 text.name").evaluate_all(
        "all => all.map(e => e.getBoundingClientRect()).map(r => [r.top, r.bottom])"
    )
    in_order = sorted(boxes)
    assert len(in_order) == 12
    assert all(after[0] > before[0] + 8 for before, after in pairwise(in_order))


def test_print_shows_whole_tables_on_white(page: Page, tmp_path: Path) -> None:
    """No frame hides a column, and the dark scheme stays on the screen."""
    shown(page, report(made(ks=[1, 10])), tmp_path)
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size({"width": 720, "height": 1000})  # A4
    assert page.evaluate("document.documentElement.scrollWidth") == 720
    assert page.locator("h1").evaluate("e => getComputedStyle(e).color") == "rgb(0, 0, 0)"
