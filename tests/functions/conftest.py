"""Drafts of every algorithm, made once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.training.datasets import recipe
from training.algorithms import ALGORITHMS
from training.algorithms.base import Forgetful, Timed
from training.data.tables import Tables
from training.recipe import ModelSection
from training.scorers import open_recommender
from training.section import Setting
from training.train import Training
from warmstart.manifest import Manifest
from warmstart.recommender import Recommender

SMALL: dict[str, Setting] = {"validation": 0.0, "learning_rate": 0.01}
SETTINGS: dict[str, dict[str, Setting]] = {
    "als": {"factors": 2, "alpha": 5.0, "iterations": 10},  # as many factors as tastes: more would fit the holes
    "dssm": {**SMALL, "hidden": 16, "factors": 8, "batch": 16, "epochs": 20},
    "autoencoder": {**SMALL, "hidden": 16, "factors": 4, "batch": 16, "epochs": 30},
    "sasrec": {**SMALL, "factors": 8, "blocks": 1, "length": 20, "batch": 4, "epochs": 10},
}
TIMED: dict[str, Setting] = {"history_half_life": 20.0, "trend_half_life": 10.0, "trend_power": 0.5}
FORGETFUL: dict[str, Setting] = {"learning_half_life": 25.0}
INDEX: dict[str, Setting] = {"search": "hnsw"}
VARIANTS = {  # name -> algorithm and settings: served by an approximate search, and with ages that count
    **{f"{name}_hnsw": (name, INDEX) for name in ("als", "bpr", "lightfm", "dssm", "autoencoder", "sasrec")},
    **{f"{name}_timed": (name, TIMED) for name, kind in ALGORITHMS.items() if issubclass(kind, Timed)},
    **{f"{name}_int8": (name, {"weights": "int8"}) for name in ("dssm", "autoencoder", "sasrec")},
    "als_hnsw_timed": ("als", {**INDEX, **TIMED}),
    "two_stage_xgboost": ("two_stage", {"ranker": "xgboost"}),
    "two_stage_blend": ("two_stage", {"ranker": "blend"}),
    **{f"{name}_forgetful": (name, FORGETFUL) for name, kind in ALGORITHMS.items() if issubclass(kind, Forgetful)},
}
FIRST_STAGES = tuple(
    ModelSection(name, name, {**SETTINGS.get(name, {}), **TIMED}) for name in ("als", "bpr", "item_knn", "user_knn")
)
Draft = Callable[..., tuple[Recommender, Manifest, Path]]


@pytest.fixture(scope="session")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Draft:
    """Return what fits an algorithm on tables, as `train` does, and opens the draft with the serving scorer."""

    def make(algorithm: str, tables: Tables, **settings: Setting) -> tuple[Recommender, Manifest, Path]:
        folder = tmp_path_factory.mktemp("draft")
        name, own = VARIANTS.get(algorithm, (algorithm, {}))
        stages = FIRST_STAGES if name == "two_stage" else ()
        model = ModelSection(algorithm, name, {**SETTINGS.get(name, {}), **own, **settings}, stages)
        manifest = Training(recipe(model), tables).fit_whole(model, folder)
        return open_recommender(folder, manifest), manifest, folder

    return make


@pytest.fixture(params=[*ALGORITHMS, *VARIANTS], scope="session")
def algorithm(request: pytest.FixtureRequest) -> str:
    """Return the name of each registered algorithm in turn, then of its variants."""
    name: str = request.param
    return name
