"""Small trained models whose answers tell them apart: even users like even items, or odd ones."""

import shutil
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from tests.training.datasets import DAY, START, checkerboard, recipe, tables
from training.data.tables import Tables
from training.recipe import ModelSection
from training.scorers import open_recommender
from training.section import Setting
from training.train import Training
from warmstart.manifest import ARRAYS, Manifest

SIZE = 40  # users and items
SETTINGS: dict[str, dict[str, Setting]] = {"als": {"factors": 2, "alpha": 5.0}, "popular_recent": {"days": 30}}
Taste = Literal["even", "odd"]


class Drafts:
    """Trains each draft once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def draft(self, model: str, taste: Taste = "even", *, strings: bool = False, years_ago: int = 0) -> Path:
        """Return the folder of a sealed draft: fitted, measured, refitted."""
        folder = self._folder / f"{model}-{taste}-{strings}-{years_ago}"
        if not folder.exists():
            section = ModelSection(model, model, SETTINGS.get(model, {}))
            Training(recipe(section), _table(taste, strings, years_ago)).train(section, folder)
        return folder

    def with_array(self, model: str, name: str, values: NDArray[Any]) -> bytes:
        """Return the arrays of a draft as training would write them, but for one."""
        arrays = load_file(self.draft(model, "odd") / ARRAYS)
        changed = self._folder / "changed.safetensors"
        save_file({**arrays, name: values}, changed)
        return changed.read_bytes()

    def copy(self, model: str, taste: Taste, to: Path) -> Path:
        """Return a copy of a draft, to be changed."""
        return Path(shutil.copytree(self.draft(model, taste), to))


def opens(folder: Path, manifest: Manifest) -> None:
    """Raise unless the real scorer can open what was read back."""
    open_recommender(folder, manifest)


def liked(user: int, taste: Taste) -> int:
    """Return the parity of the items that a user's list begins with."""
    return (user + (taste == "odd")) % 2


def _table(taste: Taste, strings: bool, years_ago: int) -> Tables:
    start = START - years_ago * 365 * DAY
    if taste == "even":
        return checkerboard(size=SIZE, strings=strings, start=start)
    users, items = np.nonzero(np.fromfunction(lambda u, i: ((u + i) % 2 == 1) & (u + 1 != i), (SIZE, SIZE)))
    return tables(users, items, times=start + (items * 7 + users) % 60 * DAY, strings=strings)
