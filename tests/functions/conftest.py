"""Drafts of every algorithm, made once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.training.datasets import recipe
from training.algorithms import ALGORITHMS
from training.data.tables import Tables
from training.recipe import ModelSection
from training.scorers import open_recommender
from training.section import Setting
from training.train import Training
from warmstart.manifest import Manifest
from warmstart.recommender import Recommender

SETTINGS: dict[str, dict[str, Setting]] = {
    "als": {"factors": 2, "alpha": 5.0, "iterations": 10}
}  # as many factors as tastes: more would fit the holes
INDEXED = {f"{name}_hnsw": name for name in ("als", "bpr", "lightfm")}  # served by an approximate search
Draft = Callable[[str, Tables], tuple[Recommender, Manifest, Path]]


@pytest.fixture(scope="session")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Draft:
    """Return what fits an algorithm on tables, as `train` does, and opens the draft with the serving scorer."""

    def make(algorithm: str, tables: Tables) -> tuple[Recommender, Manifest, Path]:
        folder = tmp_path_factory.mktemp("draft")
        name = INDEXED.get(algorithm, algorithm)
        search: dict[str, Setting] = {"search": "hnsw"} if algorithm in INDEXED else {}
        model = ModelSection(algorithm, name, {**SETTINGS.get(name, {}), **search})
        manifest = Training(recipe(model), tables).fit_whole(model, folder)
        return open_recommender(folder, manifest), manifest, folder

    return make


@pytest.fixture(params=[*ALGORITHMS, *INDEXED], scope="session")
def algorithm(request: pytest.FixtureRequest) -> str:
    """Return the name of each registered algorithm in turn, then of those that can have an approximate search."""
    name: str = request.param
    return name
