"""Small tables whose right answers are seen by eye."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from training.data.tables import Tables
from training.recipe import DataSection, Fold, ModelSection, Recipe

DAY = 86_400
START = 1_700_000_000  # UTC epoch seconds
SIZE = 40
LAST = Fold("leave_last_out")


def tables(
    users: Sequence[int] | NDArray[np.int64],
    items: Sequence[int] | NDArray[np.int64],
    *,
    times: Sequence[int] | NDArray[np.int64] | None = None,
    weights: Sequence[float] | None = None,
    strings: bool = False,
    features: pl.DataFrame | None = None,
    catalogue: pl.DataFrame | None = None,
) -> Tables:
    """Make tables of pairs; with `strings` user 7 is called "u7" and item 7 "i7"."""
    columns: dict[str, pl.Series] = {
        "user_id": pl.Series([f"u{u}" for u in users] if strings else users, dtype=pl.String if strings else pl.Int64),
        "item_id": pl.Series([f"i{i}" for i in items] if strings else items, dtype=pl.String if strings else pl.Int64),
        "weight": pl.Series(weights if weights is not None else np.ones(len(users)), dtype=pl.Float32),
    }
    if times is not None:
        columns["timestamp"] = pl.Series(times, dtype=pl.Int64)
    return Tables(pl.DataFrame(columns), features, catalogue, sha256="0" * 64, set_aside=0)


def checkerboard(*, size: int = SIZE, strings: bool = False, timed: bool = True, start: int = START) -> Tables:
    """Make even users like even items and odd ones odd items; the diagonal is withheld, so it is the right answer.

    Everybody has them in an order of their own, so that no item tells which one comes next.
    """
    users, items = np.nonzero(np.fromfunction(lambda u, i: ((u + i) % 2 == 0) & (u != i), (size, size)))
    times = start + (items * (users + 7) + users**2) % 61 * DAY if timed else None
    return tables(users, items, times=times, strings=strings)


NETWORK = """
[models.autoencoder]
hidden = 8
factors = 2
batch = 16
epochs = 6
patience = 2
learning_rate = 0.01
"""
FASHIONS = """
name = "fashions"
[data]
path = "data"
interactions = "interactions.csv"
[fold]
kind = "time"
days = 7
[models.popular]
[models.item_knn]
trend_power = 1.0
trend_half_life = 3.0
"""


def fashions(*, weeks: int = 8, users: int = 160) -> Tables:
    """Make each of two kinds of people take, every week, two of the six items that are in fashion; two are new each."""
    rng = np.random.default_rng(3)
    rows = [
        (user, user % 2 * 1000 + 2 * week + choice, START + (7 * week + day) * DAY)
        for week in range(weeks)
        for user in range(users)
        for choice, day in zip(rng.choice(6, 2, replace=False), rng.integers(0, 7, 2), strict=True)
    ]
    of_users, items, times = np.array(rows).T
    return tables(of_users, items, times=times)


def recipe(*models: ModelSection, fold: Fold = LAST, segments: tuple[str, ...] = ()) -> Recipe:
    """Make a recipe for tables that are at hand already."""
    data = DataSection(Path("none"), None, None, None, None, {}, None, segments)
    return Recipe(name="test", data=data, fold=fold, models=models, path=Path("test.toml"))


def section(algorithm: str) -> ModelSection:
    """Name a model by its algorithm; one over others is over two that learn nothing by chance."""
    stages = (ModelSection("item_knn", "item_knn", {}), ModelSection("ease", "ease", {}))
    return ModelSection(algorithm, algorithm, {}, stages if algorithm == "two_stage" else ())


BOARD = """
name = "board"
[data]
path = "{folder}"
interactions = "interactions.csv"
[fold]
kind = "time"
days = 10
[models.random]
"""


def board_file(folder: Path, models: str = "") -> Path:
    """Write a checkerboard and a recipe of it, with `random` and the models that TOML adds; return the recipe."""
    checkerboard().interactions.write_csv(folder / "interactions.csv")
    path = folder / "board.toml"
    path.write_text(BOARD.format(folder=folder) + models, encoding="utf8")
    return path
