"""The explorer in Chromium: from the last answer to the frame that shows it, and from a key to its frame."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from functions.catalogue.explorer import INDEX
from tests.bench.explorer_data import market, published, small
from tests.bench.explorer_pages import bare_answers, bare_search, watch
from tests.bench.figures import Figure, Skipped
from tests.bench.timing import Measure, interleaved, medians
from tests.conftest import QUIET
from training.interactions import Interactions
from training.local_api import Running, started

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

MODELS = ("als", "ease", "item_knn", "popular")
PAINT_MS, KEY_MS = 300.0, 50.0
ROUNDS = 11  # each of another user, each of another word
TITLES, LETTERS = 50_000, 8
PACES = (60, 180)  # ms between keys: nothing is asked for before the last; every key is answered before the next
POLL_MS = 50.0


class Side(NamedTuple):
    """A page as it is measured; what is measured beside the one time of a measure is kept in `more`."""

    address: str  # below the API's
    bare: str | None  # what is there in place of what the API answers
    more: list[float]

    def load(self, page: "Page", url: str, view: str) -> None:
        """Load it anew, and wait until nothing is on its way."""
        page.goto("about:blank")
        if self.bare is not None:
            page.route(f"{url}/{self.address}", _answering(self.bare), times=1)  # later requests go their usual way
        page.goto(f"{url}/{self.address}#/{view}")
        page.wait_for_load_state("networkidle")


def figures() -> Iterator[Figure]:
    """Load users' pages, then type words; every page is loaded anew for each."""
    if not INDEX.exists():
        raise Skipped("the page is not built: make page")
    if shutil.which("chromium") is None:
        raise Skipped("no chromium: apt-get install chromium")
    name, demo = small()
    with _opened(demo, MODELS) as (page, url):
        yield _paint(f"a user's page, {name}", page, url, demo)
    many = market(2_000, TITLES, 30)
    words = _words(many.titles or [])
    with _opened(many, ("popular",)) as (page, url):
        for pace in PACES:
            yield from _typing(f"typing, {TITLES:,} titles, {pace} ms a key", page, url, words, pace)


@contextmanager
def _opened(interactions: Interactions, models: Sequence[str]) -> Iterator[tuple["Page", str]]:
    """Serve models of interactions; yield a tab that has the token, and where the API is."""
    with tempfile.TemporaryDirectory(prefix="warmstart-bench-") as folder:
        api = started(published(Path(folder), interactions, models))
        try:
            assert api.get("/items?limit=1")["total"] == len(interactions.item_ids)
            with _tab() as page:
                _prepare(page, api, models)
                yield page, api.url
        finally:
            api.stop()


@contextmanager
def _tab() -> Iterator["Page"]:
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", *(f"--disable-{name}" for name in QUIET)]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        yield browser.new_page()
        browser.close()


def _prepare(page: "Page", api: Running, models: Sequence[str]) -> None:
    page.goto(f"{api.url}/explore#/models")
    page.get_by_test_id("token").fill(api.token)
    page.get_by_role("button", name="Open").click()
    page.get_by_test_id("model-row").first.wait_for()
    page.add_init_script(watch(models))


def _answering(html: str) -> "Callable[[Route], None]":
    return lambda route: route.fulfill(body=html, content_type="text/html")


def _paint(name: str, page: "Page", url: str, interactions: Interactions) -> Figure:
    rows = np.linspace(0, len(interactions.user_ids) - 1, ROUNDS).astype(np.int32)
    users = interactions.user_ids.external(rows)
    sides = {"explorer": Side("explore", None, []), "bare": Side("bare", bare_answers(MODELS), [])}
    measures = {who: _painting(page, url, side, users) for who, side in sides.items()}
    interleaved(measures, 1)  # after which the browser knows the scripts
    times = interleaved(measures, ROUNDS)
    middle = medians(times)
    titled = median(sides["explorer"].more[-ROUNDS:])
    return Figure(
        name=f"{name}: answers to frame",
        ms=middle["explorer"],
        peer="the same JSON in a <pre>",
        peer_ms=middle["bare"],
        limit=PAINT_MS,
        limits="ms",
        raw=times,
        parts={"answers to frame": middle["explorer"], "answers to the frame with all titles, asked for then": titled},
    )


def _painting(page: "Page", url: str, side: Side, users: Sequence[int | str]) -> Measure:
    """Return what loads the page of the next user and returns the time from the last answer to its frame."""
    turn = cycle(users)

    def measure() -> float:
        side.load(page, url, f"user/{next(turn)}?models={','.join(MODELS)}")
        page.wait_for_function("() => bench.at.answers && bench.at.titles", polling=POLL_MS)
        side.more.append(float(page.evaluate("bench.sinceAnswers('titles')")))
        return float(page.evaluate("bench.sinceAnswers('answers')"))

    return measure


def _typing(name: str, page: "Page", url: str, words: Sequence[str], pace: int) -> Iterator[Figure]:
    sides = {"explorer": Side("explore", None, []), "bare": Side("bare", bare_search(), [])}
    keys = interleaved({who: _typed(page, url, side, words, pace) for who, side in sides.items()}, len(words))
    results = {who: side.more for who, side in sides.items()}
    for what, (ours, bare) in (
        ("longest wait for a frame, median", medians(keys).values()),
        ("longest wait for a frame, worst", map(max, keys.values())),
    ):
        yield Figure(
            name=f"{name}: {what}",
            ms=ours,
            peer="a bare <input>",
            peer_ms=bare,
            limit=KEY_MS,
            limits="ms",
            raw=keys,
        )
    ours, bare = medians(results).values()
    yield Figure(
        name=f"  last key to its result, {pace} ms a key, 120 ms of waiting included",
        ms=ours,
        peer="the same JSON in a <pre>",
        peer_ms=bare,
        raw=results,
    )


def _typed(page: "Page", url: str, side: Side, words: Sequence[str], pace: int) -> Measure:
    """Return what types the next word and returns the longest time from a key to its frame."""
    turn = cycle(words)

    def measure() -> float:
        word = next(turn)
        side.load(page, url, "fly")
        page.get_by_test_id("search").focus()
        page.evaluate("word => bench.wait(['result', word])", word)
        page.keyboard.type(word, delay=pace)
        page.wait_for_function("() => bench.at.result", polling=POLL_MS)
        side.more.append(float(page.evaluate("bench.sinceKey('result')")))
        keys = [float(key) for key in page.evaluate("bench.keys")]
        assert len(keys) == len(word)
        return max(keys)

    return measure


def _words(titles: Sequence[str]) -> list[str]:
    """Return words of the right length that many titles have."""
    counted = Counter(word for title in titles for word in title.split() if len(word) == LETTERS and word.isalpha())
    return [word for word, _ in counted.most_common(ROUNDS)]
