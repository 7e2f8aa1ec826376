"""Quality on real data: what the README's table says, within what a library's version may change."""

import os
from pathlib import Path

import pytest

from training.data.tables import read_tables
from training.recipe import DataSection, ModelSection, Recipe, read_recipe
from training.train import Training

ROOT = Path(__file__).parents[2]
RECIPE = ROOT / "training" / "recipes" / "movielens_100k.toml"
PLACES = (os.environ.get("WARMSTART_DATA", ""), str(ROOT / "data"))
MAP_AT_10 = {"popular": 0.0287, "popular_recent": 0.0189, "als": 0.0380}  # printed by `make demo`


@pytest.fixture(scope="module")
def training() -> Training:
    """Return the demo's recipe over the real MovieLens 100k, where it is at hand."""
    found = next(
        (Path(p, "movielens-100k") for p in PLACES if p and Path(p, "movielens-100k", "u.data").exists()), None
    )
    if found is None:
        pytest.skip(
            "needs MovieLens 100k: `warmstart data fetch movielens-100k`, or its folder's parent in WARMSTART_DATA"
        )
    recipe = read_recipe(RECIPE)
    data = DataSection(**{**vars(recipe.data), "path": found})
    return Training(Recipe(**{**vars(recipe), "data": data}), read_tables(data))


@pytest.mark.parametrize("model", MAP_AT_10)
def test_models_are_as_good_as_the_readme_says(training: Training, model: str) -> None:
    """map@10 on each user's last film, through the serving scorer, is that of the README within a tenth."""
    settings = next(m.params for m in read_recipe(RECIPE).models if m.name == model)
    measured = training.measure(ModelSection(model, model, settings)).measured
    assert measured.metrics["map@10"] == pytest.approx(MAP_AT_10[model], rel=0.1)
