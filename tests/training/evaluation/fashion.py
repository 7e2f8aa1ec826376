"""A table whose right answer is another one each day."""

from pathlib import Path

import numpy as np

from tests.training.datasets import DAY, recipe, tables
from training.data.tables import Tables
from training.recipe import Fold, ModelSection, Recipe

FIRST = 19_676 * DAY  # where a day (UTC) begins
DAYS, ITEMS, USERS = 26, 22, 300
WALK = 4 * DAY
TIMES = {"history_half_life": 0.0, "trend_half_life": 0.5, "trend_power": 2.0}
SETTINGS = {"factors": 2, "alpha": 5.0, **TIMES}
ALS = ModelSection("als", "als", SETTINGS)
FLAT = ModelSection("flat", "als", {**SETTINGS, "trend_power": 0.0})


def fashion() -> Tables:
    """Let day n want the items n and n + 1, round and round: what came up yesterday is wanted today.

    Everybody comes once in five days, and ids are rows.
    """
    rng = np.random.default_rng(7)
    users, items, times = [], [], []
    for day in range(DAYS):
        if day % 5 == 0:
            turns = rng.permutation(USERS).reshape(5, -1)
        for user in turns[day % 5].tolist():
            users += [user, user]
            items += [day % ITEMS, (day + 1) % ITEMS]
            times += [FIRST + day * DAY + user, FIRST + day * DAY + user + 300]
    return tables(users, items, times=times)


def asked(*models: ModelSection) -> Recipe:
    """Return a recipe for it."""
    return recipe(*models, fold=Fold("time", 3))


def fashion_file(folder: Path) -> Path:
    """Write the table, and a recipe with `als`, which has a trend, and `flat`, which has none."""
    fashion().interactions.write_csv(folder / "interactions.csv")
    sections = [
        f"[models.{m.name}]\nalgorithm = 'als'\n" + "".join(f"{k} = {v}\n" for k, v in m.params.items())
        for m in (ALS, FLAT)
    ]
    path = folder / "fashion.toml"
    path.write_text(
        f'name = "fashion"\n[data]\npath = "{folder}"\n[fold]\nkind = "time"\ndays = 3\n' + "".join(sections), "utf8"
    )
    return path
