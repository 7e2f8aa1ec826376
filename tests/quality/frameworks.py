"""Models of recbole and RecTools on MovieLens 100k, each user's last film, by our own metrics: which to take.

Beside each, by how much the best has more and the paired test's p; needs `make setup-recbole`.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace

from tests.bench.places import data_set
from tests.quality.figures import Figure
from tests.quality.movielens_100k import NAME as DATA
from tests.quality.movielens_100k import RECIPE
from training.data.tables import read_tables
from training.frameworks.comparison import BY, compare_frameworks
from training.recipe import read_recipe

NAME = "frameworks"


def figures() -> Iterator[Figure]:
    """Train all, and hold the best to the others."""
    recipe = read_recipe(RECIPE)
    found = compare_frameworks(recipe, read_tables(replace(recipe.data, path=data_set(DATA))))
    for entry, gain in zip(found.entries, (None, *found.gains), strict=True):
        metrics = {name: entry.measured.metrics[name] for name in (BY, "recall@10")}
        beside = {"p": None if gain is None else gain.p}
        yield Figure(entry.name, metrics, entry.seconds, beside=beside)
    sys.stderr.write(f"{found.conclusion()}\n")
