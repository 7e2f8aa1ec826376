"""What all tests share: a browser, and Hypothesis as a busy machine needs it, its first run in a fresh clone too."""

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from xdist.remote import Producer
    from xdist.scheduler.protocol import Scheduling

settings.register_profile("warmstart", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("warmstart")

ONE_OF_SEVERAL = "PYTEST_XDIST_WORKER" in os.environ  # processes that run tests at once
if ONE_OF_SEVERAL:  # threads that wait for each other on cores that are taken take many times as long
    os.environ.setdefault("OMP_NUM_THREADS", "1")

QUIET = ("gpu", "background-networking", "component-update", "sync")  # what a browser does besides showing a page


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Start headless Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs chromium: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", *(f"--disable-{name}" for name in QUIET)]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """Open a page in a context of its own."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the long ones begin, where several processes run at once."""
    if ONE_OF_SEVERAL:
        from tests.workers import place_of

        items.sort(key=lambda item: place_of(item.nodeid))


@pytest.hookimpl(optionalhook=True)  # where there is no pytest-xdist, tests run in one process
def pytest_xdist_make_scheduler(config: pytest.Config, log: "Producer") -> "Scheduling":
    """Say which tests one process runs."""
    from tests.workers import Shared

    return Shared(config, log)
