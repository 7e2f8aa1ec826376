"""The five parts of the explorer, held against what the API answers to the same questions."""

import re

import pytest

from tests.e2e.conftest import Served
from tests.e2e.explorer.conftest import MODELS, Open, answer_of, asked, texts

pytestmark = pytest.mark.slow


def test_a_user_is_shown_with_history_and_answers(demo: Served, opened: Open) -> None:
    """The newest events stand first, with title, genres, weight and date; answers are the API's, in order."""
    page = opened(demo, "user/186", models=",".join(MODELS))
    for model in MODELS:
        assert answer_of(page, model) == [str(item) for item in asked(demo, f"/reco/{model}/186")["items"]]
    newest = asked(demo, "/users/186/history?limit=1")["items"][0]
    first = page.get_by_test_id("history-item").first.inner_text()
    assert newest["title"] in first
    assert newest["genres"][0] in first
    assert re.search(r"weight\s+5", first)
    assert "1998" in first
    assert "executive" in page.get_by_test_id("user-features").inner_text()


def test_an_answer_says_why_and_which_are_shared(demo: Served, opened: Open) -> None:
    """Scores, versions, latency, what stands behind an item, and in how many of the answers it is."""
    page = opened(demo, "user/186", models="als,popular")
    als, popular = ({*answer_of(page, model)} for model in ("als", "popular"))
    told = asked(demo, "/reco/als/186?explain=true")
    card = page.locator('[data-testid=answer][data-model="als"]')
    assert card.get_by_test_id("version").get_attribute("data-version") == told["version"]
    assert re.fullmatch(r"[\d.,]+ m?s", card.get_by_test_id("latency").inner_text())
    shown = float(card.get_by_test_id("score").first.inner_text())
    assert shown == pytest.approx(told["details"][0]["score"], rel=0.01)
    assert (
        f"{told['details'][0]['because']['users']} people had it" in card.get_by_test_id("because").first.inner_text()
    )
    marks = {
        str(row.get_attribute("data-item")): row.get_by_test_id("marks").get_attribute("data-count")
        for row in card.get_by_test_id("answer-item").all()
    }
    assert marks == {item: "2" if item in popular else "1" for item in als}
    assert page.locator('[data-model="popular"]').get_by_test_id("answer-source").inner_text().startswith("Popular")
    assert "whole history" in page.get_by_test_id("seen-checked").inner_text()
    assert page.get_by_test_id("seen-warning").count() == 0


def test_a_seen_item_in_an_answer_is_named(demo: Served, opened: Open) -> None:
    """Where a model gives what is in the history, the page says which model, which version and which item."""
    seen = asked(demo, "/users/186/history?limit=1")["items"][0]
    told = asked(demo, "/reco/als/186?k=10&explain=true")
    told["items"][0] = told["details"][0]["item_id"] = seen["item_id"]
    page = opened(demo, "models")  # away from the answer that is about to be another one
    page.route("**/reco/als/186?**", lambda route: route.fulfill(json=told))
    page.goto(f"{demo.url}/explore#/user/186?models=als,ease")
    warning = page.get_by_test_id("seen-warning").inner_text()
    assert "als" in warning
    assert seen["title"] in warning
    assert told["version"][-7:] in warning


def test_somebody_at_random_has_a_history(demo: Served, opened: Open) -> None:
    """The button leads to a user of the training, whose address can be kept."""
    page = opened(demo, "user/186")
    page.get_by_test_id("history-item").first.wait_for()
    page.get_by_test_id("random-user").click()
    page.wait_for_url(re.compile(r"#/user/(?!186\b)\d+"))
    user = re.search(r"#/user/(\d+)", page.url)
    assert user
    assert asked(demo, f"/users/{user[1]}/history?limit=1")["total"] > 0


def test_a_cold_person_is_told_by_features(demo: Served, opened: Open) -> None:
    """What is chosen is what the API is told; the answer says that popularity gave it."""
    page = opened(demo, "new", models="als")
    before = answer_of(page, "als")
    with page.expect_response("**/reco/als?**"):
        page.get_by_test_id("feature-sex").select_option("f")
    told = asked(demo, "/reco/als", {"features": {"sex": "f"}})
    assert before != answer_of(page, "als") == [str(item) for item in told["items"]]
    assert "sex f" in page.get_by_test_id("answer-source").inner_text()


def test_a_history_is_made_by_clicking(demo: Served, opened: Open) -> None:
    """A search, the arrow keys and Enter put an item into it, a click takes one out; answers follow each time."""
    page = opened(demo, "fly", models="als,item_knn")
    cold = answer_of(page, "als")
    page.get_by_test_id("search").fill("star wars")
    page.locator('[data-testid=search-item][data-item="50"]').wait_for()
    with page.expect_response("**/reco/als?**"):
        page.get_by_test_id("search").press("ArrowDown")
        page.get_by_test_id("search").press("Enter")
    told = asked(demo, "/reco/als", {"history": [{"item_id": 50}]})
    assert told["items"] != [int(item) for item in cold]
    assert answer_of(page, "als") == [str(item) for item in told["items"]]
    assert answer_of(page, "item_knn") == [
        str(item) for item in asked(demo, "/reco/item_knn", {"history": [{"item_id": 50}]})["items"]
    ]
    with page.expect_response("**/reco/als?**"):
        page.get_by_test_id("picked-item").get_by_role("button").click()
    assert answer_of(page, "als") == cold


def test_similar_items_of_two_models(demo: Served, opened: Open) -> None:
    """Two answers side by side; a model that compares no items says so."""
    page = opened(demo, "similar/50", models="als,item_knn")
    for model in ("als", "item_knn"):
        assert answer_of(page, model) == [str(item) for item in asked(demo, f"/similar/{model}/50")["items"]]
    page.goto(f"{demo.url}/explore#/similar/50?models=als,popular")
    page.locator('[data-model="popular"] [data-testid=problem]').wait_for()
    assert "does not compare items" in page.locator('[data-model="popular"]').inner_text()


def test_models_are_a_table_and_plots(demo: Served, opened: Open) -> None:
    """Versions, dates, data set and metrics with intervals; three plots, whose numbers can be read, too."""
    page = opened(demo, "models")
    page.get_by_test_id("model-row").first.wait_for()
    cards = asked(demo, "/models")["models"]
    rows = dict(zip((card["model"] for card in cards), texts(page, "model-row"), strict=True))
    als = next(card for card in cards if card["model"] == "als")
    assert als["version"][-7:] in rows["als"]
    assert "movielens-100k" in rows["als"]
    assert f"{als['metrics']['ndcg@10']:.4f}" in rows["als"]
    low, high = als["measured_on"]["intervals"]["ndcg@10"]
    assert f"{low:.4f}" in rows["als"]
    assert f"{high:.4f}" in rows["als"]
    for plot in ("by-k", "novelty", "by-segment"):
        figure = page.get_by_test_id(f"plot-{plot}")
        figure.locator("canvas").first.wait_for()
        figure.get_by_text("The numbers").click()
        assert "als" in figure.get_by_role("table").inner_text()
    segments = page.get_by_test_id("plot-by-segment").get_by_role("table").inner_text()
    assert segments.index("hot") < segments.index("warm") < segments.index("cold")


def test_a_view_can_be_linked_and_left(demo: Served, opened: Open) -> None:
    """Back leads to what was shown before, and a reload keeps the token."""
    page = opened(demo, "user/186", models="als")
    answer_of(page, "als")
    page.get_by_test_id("tab-models").click()
    page.get_by_test_id("model-row").first.wait_for()
    page.go_back()
    page.reload()
    assert answer_of(page, "als") == [str(item) for item in asked(demo, "/reco/als/186")["items"]]
