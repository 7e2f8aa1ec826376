"""The explorer over real stores: the demo's data, a table of hostile titles and long histories, one uncatalogued."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page

from functions.catalogue.explorer import INDEX
from tests.e2e.conftest import Commands, Served, serving
from tests.e2e.explorer.tables import write_hostile_tables

MODELS = ("popular", "als", "item_knn", "ease")
AXE = Path(__file__).parents[3] / "functions" / "catalogue" / "page" / "node_modules" / "axe-core" / "axe.min.js"

Open = Callable[..., Page]


@pytest.fixture(scope="session", autouse=True)
def built() -> None:
    """Skip where the page cannot be built; where it can, it has to be."""
    if not INDEX.exists():
        if node_version() < (20, 19):
            pytest.skip("needs npm and Node.js of 20.19 or newer, then make page")
        pytest.fail("the page is not built: make page")


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """Train models of the demo's data."""
    commands = Commands(tmp_path_factory.mktemp("demo"))
    commands.json("data", "fetch", "movielens-100k", "--to", "data/movielens-100k")
    chosen = ("--models", ",".join(MODELS), "--promote")
    commands.json("train", "--recipe", "movielens_100k", "--store", "store", *chosen)
    return commands


@pytest.fixture(scope="session")
def narrow(trained: Commands) -> str:
    """Return a token of one model."""
    made = trained.json("token", "create", "narrow", "--models", "als", "--store", "store", "--plan", "internal")
    return str(made["token"])


@pytest.fixture(scope="session")
def frugal(trained: Commands) -> str:
    """Return a token of few requests."""
    return str(trained.json("token", "create", "frugal", "--store", "store", "--plan", "free")["token"])


@pytest.fixture(scope="session")
def demo(trained: Commands, narrow: str, frugal: str) -> Iterator[Served]:
    """Serve them; its tokens are there first, since functions keep the book for a while."""
    with serving(trained) as running:
        yield running


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve a catalogue whose titles attack the page, and one user with ten thousand events."""
    commands = Commands(tmp_path_factory.mktemp("hostile"))
    recipe = write_hostile_tables(commands.folder)
    commands.json("train", "--recipe", recipe, "--store", "store", "--promote")
    with serving(commands) as running:
        yield running


@pytest.fixture(scope="session")
def uncatalogued(hostile: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve the same models from a store that has no catalogue."""
    folder = tmp_path_factory.mktemp("uncatalogued")
    shutil.copytree(hostile.commands.folder / "store", folder / "store")
    shutil.rmtree(folder / "store" / "models" / "catalogue")
    (folder / "store" / "auth" / "tokens.json").unlink()
    with serving(Commands(folder)) as running:
        yield running


@pytest.fixture
def said(page: Page) -> list[str]:
    """Return what a page's console says of errors and broken rules, and what its dialogs say, as it comes."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("dialog", lambda dialog: (found.append(f"dialog {dialog.message}"), dialog.dismiss()))
    return found


@pytest.fixture
def opened(page: Page) -> Open:
    """Return what opens a view with a token, by default the unrestricted one."""

    def open_view(served: Served, view: str = "", token: str | None = None, **query: str) -> Page:
        page.goto(f"{served.url}/explore#/{view}{'?' if query else ''}{urlencode(query, safe=',')}")
        page.get_by_test_id("token").fill(served.token if token is None else token)
        page.get_by_role("button", name="Open").click()
        return page

    return open_view


def node_version() -> tuple[int, ...]:
    """Return Node's version where npm is beside it; () where there is none."""
    if shutil.which("npm") is None:
        return ()
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(part) for part in said.strip().removeprefix("v").split("."))


def answer_of(page: Page, model: str) -> list[str]:
    """Return the ids of a model's answer, in order, once it is there."""
    items = page.locator(f'[data-testid=answer][data-model="{model}"][aria-busy=false] [data-testid=answer-item]')
    items.first.wait_for()
    return [str(item.get_attribute("data-item")) for item in items.all()]


def texts(page: Page, name: str) -> list[str]:
    """Return what the elements of a test id say."""
    return [element.inner_text() for element in page.get_by_test_id(name).all()]


def asked(served: Served, path: str, body: Any = None) -> Any:
    """Return what the API answers to the same question."""
    answer = served.get(path) if body is None else served.post(path, body)
    return json.loads(answer.text)


def settled(page: Page, served: Served, view: str) -> None:
    """Go to a view and wait until nothing on it is on its way."""
    page.goto(f"{served.url}/explore#/{view}")
    page.wait_for_load_state("networkidle")
    page.wait_for_function("() => !document.querySelector('[aria-busy=true]') && document.querySelector('h1')")


def fits(page: Page) -> bool:
    """Return whether nothing sticks out of the page to the right."""
    return bool(page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth"))
