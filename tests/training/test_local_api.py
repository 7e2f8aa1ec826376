"""The API of a store beside whoever asks for it: there while it is wanted, gone afterwards."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.training.datasets import checkerboard, recipe
from training import token_book
from training.local_api import NotStarted, Running, started
from training.recipe import ModelSection
from training.train import Training
from warmstart.publish import publish
from warmstart.registry import promote
from warmstart.store import Store, open_store

HOLD = """
import sys, time
from training.local_api import started
from warmstart.store import open_store
api = started(open_store(sys.argv[1]))
print(api.url, flush=True)
if sys.argv[2] == "stays":
    time.sleep(600)
"""
GONE_S = 30.0


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return a store that serves user_knn on the checkerboard."""
    model = ModelSection("user_knn", "user_knn", {})
    manifest = Training(recipe(model), checkerboard()).train(model, tmp_path / "sealed")
    store = open_store(str(tmp_path / "store"))
    publish(store, tmp_path / "sealed", lambda *_: None)
    promote(store, "user_knn", manifest.version, reason="for the tests")
    return store


def answers(url: str) -> bool:
    """Tell whether anything listens there."""
    try:
        httpx.get(f"{url}/health", timeout=5, trust_env=False)
    except httpx.TransportError:
        return False
    return True


def is_gone(url: str) -> bool:
    """Wait until nothing listens there any more; tell whether that came."""
    until = time.monotonic() + GONE_S
    while answers(url):
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def holder(store: Store, how: str) -> tuple[subprocess.Popen[str], str]:
    """Start a process that starts an API; return it and the API's URL."""
    command = [sys.executable, "-c", HOLD, store.url, how]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


@pytest.mark.slow
def test_it_answers_until_it_is_stopped(store: Store) -> None:
    """A history is answered, a refusal is raised, and after `stop` neither the API nor its token is left."""
    api = started(store)
    answer = api.post("/reco/user_knn", {"history": [{"item_id": 0}, {"item_id": 2}], "k": 5})
    assert [item % 2 for item in answer["items"]] == [0] * 5
    assert len(api.get("/reco/user_knn/0?k=5")["items"]) == 5
    with pytest.raises(httpx.HTTPStatusError, match="404"):
        api.get("/reco/nobody/0")
    api.stop()
    api.stop()
    assert not answers(api.url)
    assert token_book.read(store).tokens == ()


@pytest.mark.slow
def test_it_ends_with_who_has_started_it(store: Store) -> None:
    """A process that ends without a `stop` leaves no API and no token behind."""
    process, url = holder(store, "ends")
    assert process.wait(60) == 0
    assert url
    assert is_gone(url)
    assert token_book.read(store).tokens == ()


@pytest.mark.slow
def test_it_ends_with_who_is_killed(store: Store) -> None:
    """A kernel that is killed leaves no API behind."""
    process, url = holder(store, "stays")
    assert answers(url)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert is_gone(url)


@pytest.mark.slow
def test_a_taken_port_is_said(store: Store) -> None:
    """An API that cannot start ends the waiting with its own last words, though another answers in its place."""
    api = started(store)
    with pytest.raises(NotStarted, match="cannot listen"):
        Running(store, int(api.url.rpartition(":")[2]), 60.0)
    api.stop()


def test_no_time_is_too_little(tmp_path: Path) -> None:
    """What does not answer in time is an error, and its process and token are gone."""
    store = open_store(str(tmp_path))
    with pytest.raises(NotStarted, match="not there in time"):
        started(store, seconds=0.0)
    assert token_book.read(store).tokens == ()
