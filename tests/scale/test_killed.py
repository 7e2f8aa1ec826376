"""Steps that are killed at any point, as by a power cut: readers see nothing half made, and a rerun finishes."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.scale.watched import environment, kill, watched
from tests.scale.world import RECIPE, WARMSTART
from training.stores import open_named
from warmstart.registry import absent_files, models, read_alias, read_manifest, versions
from warmstart.store import Store

SIZE = {"--users": 300, "--items": 200, "--interactions": 6000, "--days": 60}
SYNTH = ("data", "synth", *(str(part) for pair in SIZE.items() for part in pair), "--format", "parquet", "--to", "data")
TRAIN = ("train", "--recipe", "scale.toml", "--store", "store", "--promote")
BATCH = ("batch", "popular", "--store", "store", "--promote")
KILLS = 4


def killed_at_any_point(folder: Path, command: tuple[str, ...], seconds: float, look: Callable[[], None]) -> None:
    """Kill a command some times, each time at another point of the time that it takes, and look at what it left."""
    for share in (np.arange(KILLS) + np.random.default_rng(5).random(KILLS)) / KILLS:
        process = subprocess.Popen(
            [*WARMSTART, *command],
            cwd=folder,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(share * seconds)
        kill(process.pid)
        process.wait()
        look()


def rerun(folder: Path, command: tuple[str, ...]) -> dict[str, object]:
    """Run a command to its end; training may say that a model is not good enough to be served."""
    said: dict[str, object] = watched([*WARMSTART, *command, "--json"], folder, (0, 3)).said
    return said


def seconds_of(folder: Path, command: tuple[str, ...]) -> float:
    """Return how long a command takes if nothing ends it."""
    return watched([*WARMSTART, *command, "--json"], folder, (0, 3)).seconds


def whole(store: Store) -> None:
    """Fail where a version that can be seen lacks anything, or an alias names one that cannot be read."""
    for model in models(store):
        for version in versions(store, model):
            manifest, _ = read_manifest(store, model, version)
            assert absent_files(store, manifest) == []
        if (alias := read_alias(store, model)) is not None:
            assert alias.version in versions(store, model)


@pytest.mark.slow
def test_every_step_survives_a_kill(tmp_path: Path) -> None:
    """Made-up tables, training with its publications, lists for all: each is there whole or not at all."""
    (tmp_path / "trial").mkdir()
    for folder in (tmp_path, tmp_path / "trial"):
        (folder / "scale.toml").write_text(RECIPE)

    def tables_whole() -> None:
        if (tmp_path / "data").exists():
            assert len(pl.read_parquet(tmp_path / "data" / "interactions.parquet")) == SIZE["--interactions"]

    seconds = {step: seconds_of(tmp_path / "trial", step) for step in (SYNTH, TRAIN, BATCH)}
    killed_at_any_point(tmp_path, SYNTH, seconds[SYNTH], tables_whole)
    if not (tmp_path / "data").exists():
        rerun(tmp_path, SYNTH)
    assert len(pl.read_parquet(tmp_path / "data" / "interactions.parquet")) == SIZE["--interactions"]
    (tmp_path / "store").mkdir()
    store = open_named(str(tmp_path / "store"))
    killed_at_any_point(tmp_path, TRAIN, seconds[TRAIN], lambda: whole(store))
    trained = rerun(tmp_path, TRAIN)
    assert "failure" in json.dumps(trained)
    assert {"popular", "als", "item_knn", "catalogue"} <= set(models(store))
    killed_at_any_point(tmp_path, BATCH, seconds[BATCH], lambda: whole(store))
    assert rerun(tmp_path, BATCH)["state"] == "served"
    whole(store)
