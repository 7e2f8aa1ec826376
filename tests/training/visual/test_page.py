"""The page in a real browser, and the fragment that a notebook shows."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Browser, Page

from tests.training.datasets import START, checkerboard, tables
from tests.training.visual.looked import MODELS, analyzer
from training.visual import Lists

PHONE = {"width": 360, "height": 740}
HOSTILE = [
    "<script>document.title = 'pwned'</script>",
    "<img src=x onerror=\"document.title = 'pwned'\">",
    "</style></title></table><svg onload=alert(1)>",
    "\" onmouseover='document.title = 1' x='",
    "<link rel=stylesheet href=//elsewhere.example/x.css>",
    "فيلم طويل (2010)",
    "\u202etxt.exe\u202d",
    "A" * 5000,
    "&amp; & &#60;",
]


def hostile(folder: Path, *, held_out: bool = True) -> Lists:
    """Return lists of users and items whose texts mean harm."""
    count = len(HOSTILE)
    users = [user for user in range(1, 7) for _ in range(count)]
    items = [(item + user) % (count + 3) for user in range(1, 7) for item in range(count)]
    titles = [HOSTILE[item % count] for item in range(count + 3)]
    catalogue = pl.DataFrame({"item_id": range(count + 3), "title": titles, "genres": [["<b>g</b>"]] * (count + 3)})
    features = pl.DataFrame({"user_id": range(1, 7), "about": [HOSTILE[0]] * 6})
    times = [START + 86_400 * place for place in range(len(users))]
    table = tables(users, items, times=times, catalogue=catalogue, features=features, weights=[2.0] * len(users))
    return analyzer(table, folder, held_out=held_out).users([1, 2, 77])


def shown(page: Page, html: str, folder: Path, place: str = "") -> list[str]:
    """Open a page from a file; return the requests it made beside itself, and its complaints."""
    file = folder / "page.html"
    file.write_text(html, encoding="utf8")
    problems: list[str] = []
    page.on("request", lambda request: problems.append(request.url) if request.url != file.as_uri() else None)
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("dialog", lambda dialog: problems.append(dialog.message))
    page.goto(file.as_uri() + place)
    return [problem for problem in problems if not problem.startswith(file.as_uri())]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["page", "fragment"])
def test_hostile_texts_are_texts(page: Page, tmp_path: Path, kind: str) -> None:
    """No script runs, nothing is loaded, no element comes of a title, and the title is readable as it was."""
    lists = hostile(tmp_path)
    html = lists.to_html(HOSTILE[2]) if kind == "page" else f"<!doctype html><p>{lists._repr_html_()}"
    assert shown(page, html, tmp_path) == []
    assert page.title() == (HOSTILE[2] if kind == "page" else "")
    assert page.locator("script, img, svg, b, link").count() == 0
    assert page.get_by_text(HOSTILE[0], exact=True).count() > 0
    assert page.get_by_text("A" * 119 + "…", exact=True).count() > 0
    assert "A" * 200 not in page.content()


@pytest.mark.slow
def test_the_page_may_load_nothing(page: Page, tmp_path: Path) -> None:
    """Its own policy lets its style in, and no script, picture or style that somebody put in."""
    shown(page, hostile(tmp_path).to_html(), tmp_path)
    assert page.locator("nav ul").evaluate("e => getComputedStyle(e).display") == "flex"
    policy = page.locator("meta[http-equiv]").get_attribute("content") or ""
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    added = """() => { const s = document.createElement('style'); s.textContent = 'nav ul { display: none }';
        document.head.append(s); const i = document.createElement('script'); i.textContent = 'document.title = 1';
        document.head.append(i); }"""
    page.evaluate(added)
    assert page.locator("nav ul").evaluate("e => getComputedStyle(e).display") == "flex"
    assert page.title() != "1"


@pytest.mark.slow
def test_users_are_switched_with_the_keyboard(page: Page, tmp_path: Path) -> None:
    """Tab and Enter bring another user in sight, the address names the user, and `all` shows everybody."""
    shown(page, hostile(tmp_path).to_html(), tmp_path)
    users = page.locator("section.user")
    visible = [users.nth(number).is_visible for number in range(3)]
    assert [look() for look in visible] == [True, False, False]
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.url.endswith("#user-2")
    assert [look() for look in visible] == [False, True, False]
    assert page.evaluate("document.activeElement.id") == "user-2"
    assert page.evaluate("scrollY") == 0
    page.get_by_role("link", name="all").click()
    assert [look() for look in visible] == [True, True, True]
    page.go_back()
    assert [look() for look in visible] == [False, True, False]


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_it_without_scrolling_sideways(browser: Browser, tmp_path: Path, scheme: str) -> None:
    """Long titles and many columns fit, and the ground follows the device's scheme."""
    context = browser.new_context(viewport=PHONE, color_scheme=scheme)
    page = context.new_page()
    shown(page, hostile(tmp_path).to_html("A" * 200), tmp_path, "#all")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    red = page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor").removeprefix("rgb(").split(",")[0]
    assert (int(red) < 128) == (scheme == "dark")
    context.close()


@pytest.mark.slow
def test_print_has_every_user_and_no_links(page: Page, tmp_path: Path) -> None:
    """All users are on paper, whole histories too, whichever is in sight."""
    lists = analyzer(checkerboard(), tmp_path).users([8, 9, 10])
    shown(page, lists.to_html(), tmp_path, "#user-2")
    page.emulate_media(media="print", color_scheme="dark")
    assert [page.locator("section.user").nth(number).is_visible() for number in range(3)] == [True] * 3
    assert not page.locator("nav").is_visible()
    scroll = page.locator(".scroll").last
    assert scroll.evaluate("e => e.scrollHeight <= e.clientHeight + 1")
    page.set_viewport_size({"width": 720, "height": 1000})  # A4
    assert page.evaluate("document.documentElement.scrollWidth") == 720


@pytest.mark.slow
def test_hits_are_marked_for_eyes_and_for_ears(page: Page, tmp_path: Path) -> None:
    """A hit has its own ground and a mark with a name; the mark also stands by the held-out item and the user."""
    lists = analyzer(checkerboard(), tmp_path, k=2, models=MODELS[1:]).users([8, 9])
    shown(page, lists.to_html(), tmp_path)
    user = page.locator("#user-1")
    assert user.get_by_role("img", name="hit").count() == 2
    assert user.locator(".models tr.hit").count() == 1
    assert user.get_by_text("✓ 1 of 1 held out").is_visible()
    ground = "e => getComputedStyle(e).backgroundColor"
    assert user.locator("tr.hit").first.evaluate(ground) != user.locator(".models tr:not(.hit)").first.evaluate(ground)
    assert page.get_by_role("link", name="8").inner_text().endswith("✓ 1")


def test_a_notebook_gets_a_part_of_a_page(tmp_path: Path) -> None:
    """No document, no policy, and each user can be folded."""
    found = hostile(tmp_path, held_out=False)._repr_html_()
    assert found.count("<details open>") == 3
    assert "<html" not in found
    assert "<meta" not in found


def test_a_list_of_several_sources_names_each(tmp_path: Path) -> None:
    """Only where a list is mixed does each item say where it comes from."""
    view = analyzer(checkerboard(), tmp_path, k=2).users([8]).users[0]
    model, fallback = view.models[1].items
    entry = replace(fallback, score=None, source="popular")
    mixed = replace(view, models=(replace(view.models[1], source="mixed", items=(model, entry)),), overlaps=())
    assert '<td class="source muted">popular</td>' in Lists(2, (mixed,)).to_html()
    assert '<td class="source muted">' not in Lists(2, (view,)).to_html()


def test_an_item_that_is_there_for_its_trend_says_so(tmp_path: Path) -> None:
    """Under its name, in the model's list."""
    view = analyzer(checkerboard(), tmp_path, k=2).users([8]).users[0]
    als = view.models[1]
    risen = replace(als, items=tuple(replace(entry, trend=True) for entry in als.items))
    assert Lists(2, (replace(view, models=(risen,)),)).to_html().count("<em>for its trend</em>") == 2
    assert "for its trend" not in Lists(2, (view,)).to_html()


def test_what_a_ranker_saw_is_under_its_item(tmp_path: Path) -> None:
    """The strongest features and what each adds; a name that means harm is a text."""
    view = analyzer(checkerboard(), tmp_path, k=2).users([8]).users[0]
    seen = {"als score": 0.3125, "<b>": -0.04}
    ranked = replace(view.models[1], items=tuple(replace(entry, features=seen) for entry in view.models[1].items))
    found = Lists(2, (replace(view, models=(ranked,)),)).to_html()
    assert found.count("<em>als score +0.31, &lt;b&gt; -0.04</em>") == 2
