"""Training on MovieLens 1M as `warmstart train` does it: `python -m tests.bench.movielens STORE MODEL...`."""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from tests.bench.places import BUILD, ROOT, data_set
from tests.bench.stopwatch import Stopwatch

if TYPE_CHECKING:
    from training.interactions import Interactions
    from training.recipe import Recipe
    from training.train import Training
    from warmstart.store import Store

NAME = "movielens-1m"
SETTINGS = {"als": {"factors": 64, "regularization": 0.01, "alpha": 40.0, "iterations": 15}}
NETWORK = {"epochs": 1, "validation": 0.0}
MORE: "tuple[tuple[str, str, dict[str, Any], tuple[str, ...]], ...]" = (  # name, algorithm, settings, first stages
    ("popular_recent", "popular_recent", {"days": 7, "half_life": 3.0}, ()),
    ("als_hnsw", "als", {**SETTINGS["als"], "search": "hnsw"}, ()),
    *((name, name, {}, ()) for name in ("ease", "item_knn", "rp3beta", "user_knn")),
    *((name, name, NETWORK, ()) for name in ("autoencoder", "dssm")),
    ("two_stage", "two_stage", {"labels": "last", "candidates": 50}, ("als", "item_knn")),
)
WRITERS = (
    *(f"training/{part}" for part in ("algorithms/*.py", "neural/*.py", "ranking/*.py", "export.py")),
    "layers/warmstart/python/warmstart/*.py",
)


def trained_store() -> Path:
    """Return a store where a model of each family is served; made once per data and code."""
    digest = hashlib.sha256()
    for path in [*sorted(data_set(NAME).iterdir()), *(p for glob in WRITERS for p in sorted(ROOT.glob(glob)))]:
        digest.update(path.read_bytes())
    folder = BUILD / "bench-store" / digest.hexdigest()[:16]
    if not folder.is_dir():
        shutil.rmtree(folder.parent, ignore_errors=True)
        making = folder.with_suffix(".making")
        run(making, "popular", "als")
        _serve_more(making)
        making.rename(folder)
    return folder


def served_files(store: Path, model: str) -> list[Path]:
    """Return the files of the one version of a model that a store holds, as a function reads them."""
    (manifest,) = (store / "models" / model / "versions").glob("*/manifest.json")
    return [manifest, *(manifest.parent / name for name in json.loads(manifest.read_bytes())["files"])]


def _serve_more(folder: Path) -> None:
    """Serve models of every family, fitted but not measured: networks after one epoch."""
    from training import selfcheck
    from training.data.tables import read_tables
    from training.fitting import Fitting
    from training.interactions import Events
    from training.recipe import ModelSection
    from warmstart import publish, registry
    from warmstart.store import open_store

    store = open_store(folder.as_uri())
    recipe = recipe_of(data_set(NAME), ["popular"])
    events = Events.of(read_tables(recipe.data))
    job = Fitting(recipe, events.interactions(segments=recipe.data.segments), {"name": NAME})
    for name, algorithm, settings, stages in MORE:
        first = tuple(ModelSection(stage, stage, {}) for stage in stages)
        section = ModelSection(name, algorithm, dict(settings), first)
        with tempfile.TemporaryDirectory(prefix="warmstart-sealed-") as draft:
            manifest = job.seal(section, Path(draft))
            publish.publish(store, Path(draft), selfcheck.check_in_fresh_process)
        registry.promote(store, manifest.model, manifest.version, reason="bench")


def run(store: Path, *models: str) -> dict[str, Any]:
    """Train in a fresh process; return its wall clock, the seconds of the fits and those of all other parts."""
    command = [sys.executable, "-m", "tests.bench.movielens", str(store), *models]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(store: Path, models: list[str]) -> None:
    """Do what `warmstart train --promote` does, and print where the seconds went."""
    started, watch = time.perf_counter(), Stopwatch()
    with watch.part("imports"):
        import training.selfcheck
        import training.train  # noqa: F401
        from training.data.tables import read_tables
        from training.train import Training
        from warmstart.store import open_store

    with _watched(watch):
        recipe = recipe_of(data_set(NAME), models)
        with watch.part("reading the tables"):
            tables = read_tables(recipe.data)
        job = Training(recipe, tables)
        _train(job, recipe, open_store(str(store)))
    wall = time.perf_counter() - started
    fits = sum(job.fit_seconds[model] for model in models)
    watch.seconds.pop("fits", None)
    parts = {**watch.seconds, "other": wall - fits - sum(watch.seconds.values())}
    print(json.dumps({"wall": wall, "fits": fits, "parts": parts}))


def _train(job: "Training", recipe: "Recipe", store: "Store") -> None:
    from training import selfcheck
    from warmstart import publish, registry

    for model in recipe.models:
        with tempfile.TemporaryDirectory(prefix="warmstart-sealed-") as folder:
            manifest = job.train(model, Path(folder))
            publish.publish(store, Path(folder), selfcheck.check_in_fresh_process)
        registry.promote(store, manifest.model, manifest.version, reason="bench")


def _watched(watch: Stopwatch) -> ExitStack:
    """Put the watch around the parts of a training, as long as the stack is open."""
    from training import cut, fitting, interactions, selfcheck, train
    from training.algorithms import als, popular, popular_recent
    from warmstart import publish, registry

    stack = ExitStack()
    for owner, attribute, name in (
        (fitting, "export", lambda *_, model, **__: f"export and seal {model.name}"),
        (train, "measure", lambda recommender, *_: f"measuring {recommender.manifest.model}"),
        (cut, "split", "splitting"),
        (train, "open_recommender", "opening drafts"),
        (interactions.Events, "interactions", "merging events"),
        (interactions, "_encoded", "ids to rows"),
        (als.ALS, "fit", "fits"),
        (popular.Popular, "fit", "baselines and fallback: fits"),
        (popular_recent.PopularRecent, "fit", "baselines and fallback: fits"),
        (publish, "publish", "publishing"),
        (selfcheck, "check_in_fresh_process", "self-check in a fresh process"),
        (registry, "promote", "promoting"),
    ):
        stack.enter_context(patch.object(owner, attribute, watch.watched(getattr(owner, attribute), name)))
    return stack


def movielens_interactions() -> "Interactions":
    """Read all of its interactions; Skipped where it is not at hand."""
    from training.data.tables import read_tables
    from training.interactions import Events

    return Events.of(read_tables(recipe_of(data_set(NAME), ["popular"]).data)).interactions()


def recipe_of(data: Path, models: list[str]) -> "Recipe":
    """Return the recipe of MovieLens 1M for these models."""
    from training.recipe import DataSection, Fold, ModelSection, Recipe

    section = DataSection(data, NAME, None, None, None, columns={}, min_weight=None, segments=("age", "sex"))
    searched = {"als": {"trend_power": 0.0}}  # by nobody: peers search for no settings of time
    chosen = tuple(ModelSection(name, name, {**SETTINGS.get(name, {}), **searched.get(name, {})}) for name in models)
    return Recipe(NAME, section, Fold("leave_last_out"), chosen, Path(NAME))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
