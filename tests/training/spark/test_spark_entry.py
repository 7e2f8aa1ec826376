"""A job's driver carries out its order: the same session trains, ranks, fails and is stopped."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from infra.tree import ROOT
from tests.training.datasets import SIZE, board_file
from training.batch_order import Order as Lists
from training.emr.inputs import put_tables
from training.emr.order import ListsOrder, TrainOrder
from training.jobs.order import Order as Models
from training.jobs.results import find_failure, find_lists, find_outcome
from training.recipe import read_recipe
from training.voice import Log
from warmstart.registry import models, read_manifest
from warmstart.store import Store, open_store

PINNED = ROOT / "training" / "sagemaker" / "plain.txt"  # what the Dockerfile installs
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("spark")]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return an empty store."""
    return open_store(str(tmp_path / "store"))


@pytest.fixture
def handler() -> Iterator[None]:
    """Take SIGTERM as the entry point does."""
    from training.spark import entry

    before = signal.signal(signal.SIGTERM, entry._stop)
    yield
    signal.signal(signal.SIGTERM, before)


def order(store: Store, folder: Path, **wanted: str) -> TrainOrder:
    """Order two models of the checkerboard, whose interactions are a folder of Parquet."""
    import polars as pl

    recipe_file = board_file(folder, "[models.popular]\n[models.popular_recent]\n")
    table = folder / "interactions.csv"
    parts = folder / "interactions.parquet"
    parts.mkdir()
    frame = pl.read_csv(table)
    frame.head(20).write_parquet(parts / "part-0.parquet")
    frame.tail(len(frame) - 20).write_parquet(parts / "part-1.parquet")
    (parts / "_SUCCESS").touch()
    table.unlink()
    recipe_file.write_text(
        recipe_file.read_text().replace("interactions.csv", parts.name).replace("[models.random]\n", "")
    )
    recipe = read_recipe(recipe_file)
    inputs, address = put_tables(store, recipe, None)
    wanted = {"models": "popular,popular_recent", **wanted}
    return TrainOrder(
        job="a",
        inputs=inputs.prefix,
        interactions=address,
        models=Models(store=store.url, **wanted),  # type: ignore[arg-type]
    )


def run(order: TrainOrder | ListsOrder) -> int:
    """Do what a driver does with its argument."""
    from training.spark import entry

    return entry.run([order.to_argument()])


def stop_at(patched: pytest.MonkeyPatch, words: str) -> None:
    """Send SIGTERM to this process when the job says something."""
    progress = Log.progress

    def stopping(log: Log, text: str) -> None:
        progress(log, text)
        if text.startswith(words):
            os.kill(os.getpid(), signal.SIGTERM)

    patched.setattr(Log, "progress", stopping)


@pytest.mark.usefixtures("handler")
def test_it_trains_after_it_was_stopped_and_then_ranks(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGTERM in the middle of a publication leaves nothing half-published; the same order ends, and lists are made."""
    asked = order(store, tmp_path)
    parts = [key.rpartition("/")[2] for key in store.keys(f"{asked.inputs}/data/")]
    assert parts == ["part-0.parquet", "part-1.parquet"]
    with monkeypatch.context() as patched:
        stop_at(patched, "popular_recent: publishing")
        assert run(asked) == 143
    assert (models(store), find_outcome(store, "a"), find_failure(store, "a")) == (["popular"], None, None)

    assert run(asked) == 0
    outcome = find_outcome(store, "a")
    assert outcome is not None
    versions = {made["model"]: made["version"] for made in outcome.trained}
    assert read_manifest(store, "popular", versions["popular"])[0].trained_on["job"] == "a"
    lists = ListsOrder(job="b", store=store.url, lists=Lists(model="popular", version=versions["popular"], k=5))
    assert run(lists) == 0
    told = find_lists(store, "b")
    assert told is not None
    assert (told["model"], told["users"], told["state"]) == ("popular_offline", SIZE, "published")


def test_a_failure_is_left_and_said(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the store for who follows, and in the log."""
    assert run(order(store, tmp_path, models="ease")) == 1
    why = find_failure(store, "a")
    assert why is not None
    assert "has no model ease" in why
    assert f"error: {why[:20]}" in capsys.readouterr().out


def test_what_is_no_order_ends_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """With one line in the log."""
    from training.spark import entry

    assert entry.run([json.dumps({"tune": {}})]) == 1
    assert capsys.readouterr().out.startswith("error: the job's argument is no order")


def test_the_image_holds_what_the_driver_imports() -> None:
    """All that it imports is pinned for the image, but what comes with Spark."""
    names = "{name.partition('.')[0] for name in sys.modules} - before"
    script = f"import sys; before = {{*sys.modules}}; import training.spark.entry; print(*({names}))"
    imported = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split()
    owners = packages_distributions()
    needed = {normal(owner) for name in imported for owner in owners.get(name, ())}
    pinned = {normal(line.partition("==")[0]) for line in PINNED.read_text().splitlines() if "==" in line}
    assert needed - pinned == {"pyspark", "py4j"}


def normal(name: str) -> str:
    """Return a distribution's name as all spellings of it have it."""
    return name.lower().replace("_", "-")
