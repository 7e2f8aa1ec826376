"""The page of a walk forward."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.training.report.test_browser import HOSTILE, PHONE, shown
from tests.training.report.test_report import cells, svgs
from training.evaluation.result import Paired
from training.evaluation.walk_result import FRESH, RETRAINED, STALE, Aged, Arm, AtAge, Mean, StepInfo, Walk
from training.report.walk_page import walk_page

METRIC = "ndcg@10"
GAIN = Paired(0.01, 0.005, 0.015, 0.01, 30)


def arm(name: str, level: float, steps: int) -> Arm:
    """Return an arm that is so good on the first day, and a thousandth worse each day after."""
    values = [level - place / 1000 for place in range(steps)]
    at = tuple(AtAge(float(place), 0.0, {METRIC: value}) for place, value in enumerate(values))
    against = {other: {METRIC: GAIN} for other in (STALE, FRESH)[: (STALE, FRESH, RETRAINED).index(name)]}
    return Arm(name, {METRIC: Mean(level, level - 0.01, level + 0.01)}, at, against, same=False)


def made(names: tuple[str, ...] = ("popular", "als"), steps: int = 28) -> Walk:
    """Return a walk over so many days."""
    arms = tuple(arm(name, 0.1 + place / 50, steps) for place, name in enumerate((STALE, FRESH, RETRAINED)))
    models = tuple(
        Aged(n, "als", "baseline" if n == "popular" else "candidate", {}, n != "popular", arms) for n in names
    )
    days = tuple(StepInfo(f"2026-01-{n + 1:02}", f"2026-01-{n + 2:02}", float(n), 90, 60, 30) for n in range(steps))
    plan = {"start": days[0].start, "end": days[-1].end, "days": float(steps), "step_days": 1.0, "retrain": True}
    learnt = {"rows": 1000, "users": 50, "items": 40}
    return Walk("made", {"name": "made", "sha256": "0"}, 32, plan, 10, METRIC, learnt, {}, (), days, models, {})


def test_every_value_stands_in_the_table() -> None:
    """What plots draw can be read as numbers, with the means and how many users each day had."""
    found = made()
    values = [value for arm in found["als"].arms for at in arm.steps for value in at.metrics.values()]
    assert {f"{value:.4f}" for value in values} | {"30"} <= cells(walk_page(found))


def test_every_plot_has_its_text() -> None:
    """One for each model and one of the gains, on one scale, with a name of its own, the arms and their numbers."""
    drawn = svgs(walk_page(made()))
    titles = [svg[0].text for svg in drawn]
    assert titles[:2] == [f"{model}: {METRIC} against age, days" for model in ("popular", "als")]
    assert titles[2] == f"{METRIC}, fresh less stale against age, days"
    assert all(f"{name}: 0.1" in (drawn[1][1].text or "") for name in (STALE, FRESH, RETRAINED))
    ticks = [
        [e.text for e in svg.iter() if e.get("class") == "tick" and e.get("text-anchor") == "end"] for svg in drawn
    ]
    assert ticks[0] == ticks[1]


def test_verdicts_are_said_in_words() -> None:
    """What yesterday's trend is worth, and what more to fit anew is; what was not measured, and why."""
    html = walk_page(replace(made(), failed={"ease": "not enough memory"}, empty=("2026-02-01",)))
    assert "als: yesterday&#x27;s trend is worth +.0100 ndcg@10 (.0050 to .0150, p = .0100)" in html
    assert "als: to be fitted anew as well is worth +.0100" in html
    assert "als: a fresh trend is worth" in walk_page(replace(made(), plan={**made().plan, "step_days": 0.5}))
    assert "no ease: not enough memory" in html
    assert "nobody to measure on: 2026-02-01" in html


def test_a_walk_of_one_step_can_be_drawn() -> None:
    """It has a mark for each arm, and no line."""
    html = walk_page(made(steps=1))
    assert (html.count("<polyline"), len(svgs(html))) == (0, 3)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_it_without_scrolling_sideways(browser: Browser, tmp_path: Path, scheme: Any) -> None:
    """Nothing is loaded, hostile names are names, the arms differ in colour, and words stay 9 pixels high."""
    context = browser.new_context(viewport=PHONE, color_scheme=scheme)
    page = context.new_page()
    assert shown(page, walk_page(made((*HOSTILE, "als"))), tmp_path) == []
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    colours = page.locator("#model-1 polyline").evaluate_all("all => all.map(e => getComputedStyle(e).stroke)")
    assert len(set(colours)) == 3
    shrunk = "all => all.map(e => e.getBoundingClientRect().width / e.viewBox.baseVal.width)"
    assert min(11.5 * share for share in page.locator("svg").evaluate_all(shrunk)) > 9
    context.close()


@pytest.mark.slow
def test_plots_have_names_for_ears(page: Page, tmp_path: Path) -> None:
    """Each is an image with a name, and the table can be reached with the keyboard."""
    shown(page, walk_page(made()), tmp_path)
    assert page.get_by_role("img", name="als: ndcg@10 against age, days", exact=True).count() == 1
    assert page.get_by_role("img").count() == page.locator("svg").count()
    assert page.get_by_role("region", name="ndcg@10 by age in days").get_attribute("tabindex") == "0"
