"""Small trained models whose answers tell them apart: even users like even items, or odd ones."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from functions.catalogue.catalogue import Catalogue
from tests.functions import encoders
from tests.training.datasets import DAY, START, checkerboard, recipe, tables
from training.data.tables import Tables
from training.recipe import ModelSection
from training.scorers import open_recommender
from training.section import Setting
from training.train import Training
from warmstart.manifest import ARRAYS, CATALOGUE, Manifest

SIZE = 40  # users and items
SETTINGS: dict[str, dict[str, Setting]] = {
    "als": {"factors": 2, "alpha": 5.0},
    "popular_recent": {"days": 30},
    "item_knn": {"trend_power": 1.0, "trend_half_life": 30.0},
    "two_stage": {"trees": 5, "min_rows": 5},
}
STAGES = {"two_stage": (ModelSection("item_knn", "item_knn", {}), ModelSection("als", "als", {"factors": 2}))}
Taste = Literal["even", "odd"]
Change = Callable[[NDArray[Any]], NDArray[Any]]  # of one array


class Drafts:
    """Trains each draft once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def draft(self, model: str, taste: Taste = "even", *, strings: bool = False, years_ago: int = 0) -> Path:
        """Return the folder of a sealed draft: fitted, measured, refitted.

        Two stages are not measured, and the network is made up: both save seconds that no case needs.
        """
        folder = self._folder / f"{model}-{taste}-{strings}-{years_ago}"
        if folder.exists():
            return folder
        if model == "autoencoder":
            _write_network(folder, taste)
            return folder
        table = _table(taste, strings, years_ago)
        if model == CATALOGUE:
            Training(recipe(ModelSection("popular", "popular", {})), _described(table)).catalogue.seal(folder)
            return folder
        section = ModelSection(model, model, SETTINGS.get(model, {}), STAGES.get(model, ()))
        training = Training(recipe(section), table)
        (training.fit_whole if section.stages else training.train)(section, folder)
        return folder

    def with_array(self, model: str, name: str, change: Change) -> bytes:
        """Return the arrays of a draft as training would write them, but for one."""
        arrays = load_file(self.draft(model, "odd") / ARRAYS)
        changed = self._folder / "changed.safetensors"
        save_file({**arrays, name: np.ascontiguousarray(change(arrays[name].copy()))}, changed)
        return changed.read_bytes()

    def copy(self, model: str, taste: Taste, to: Path) -> Path:
        """Return a copy of a draft, to be changed."""
        return Path(shutil.copytree(self.draft(model, taste), to))


def opens(folder: Path, manifest: Manifest) -> None:
    """Raise unless the real scorer can open what was read back."""
    (Catalogue.open if manifest.scorer == Catalogue.name else open_recommender)(folder, manifest)


def liked(user: int, taste: Taste) -> int:
    """Return the parity of the items that a user's list begins with."""
    return (user + (taste == "odd")) % 2


def _table(taste: Taste, strings: bool, years_ago: int) -> Tables:
    start = START - years_ago * 365 * DAY
    if taste == "even":
        return checkerboard(size=SIZE, strings=strings, start=start)
    users, items = np.nonzero(np.fromfunction(lambda u, i: ((u + i) % 2 == 1) & (u + 1 != i), (SIZE, SIZE)))
    return tables(users, items, times=start + (items * 7 + users) % 60 * DAY, strings=strings)


def _described(table: Tables) -> Tables:
    """Return a table with titles, and with what is known of its users."""
    titles = pl.DataFrame({"item_id": range(SIZE), "title": [f"Émile {n}" for n in range(SIZE)]})
    return replace(table, items=titles, users=pl.DataFrame({"user_id": range(SIZE), "sex": ["f", "m"] * (SIZE // 2)}))


def _write_network(folder: Path, taste: Taste) -> None:
    matrix = encoders.MATRIX if taste == "even" else -encoders.MATRIX
    encoders.write_draft(folder, encoders.bag_model(matrix), features=True, search="hnsw")
