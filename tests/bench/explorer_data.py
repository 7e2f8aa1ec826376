"""Stores that the explorer is measured on: one of MovieLens 100k's size, and one with many titles."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from tests.bench.figures import Skipped
from tests.bench.knn_data import Market, fitting
from tests.bench.places import data_set
from tests.bench.titles import made_up
from training import selfcheck
from training.catalogue import CatalogueDraft
from training.data.tables import read_tables
from training.interactions import Events, Interactions
from training.recipe import DataSection, ModelSection
from warmstart import publish, registry
from warmstart.manifest import Manifest
from warmstart.store import Store, open_store

NAME = "movielens-100k"
USERS, ITEMS, MEAN = 943, 1_682, 106  # its size
SEED = 32


def small() -> tuple[str, Interactions]:
    """Return MovieLens 100k, or where it is not at hand a market of its size, and which of them it is."""
    try:
        data = DataSection(data_set(NAME), NAME, None, None, None, columns={}, min_weight=None, segments=())
    except Skipped:
        return "made up", market(USERS, ITEMS, MEAN)
    return "MovieLens 100k", Events.of(read_tables(data)).interactions()


def market(users: int, items: int, mean: int) -> Interactions:
    """Make up a market whose items have titles and genres."""
    made = Market(items, np.random.default_rng(SEED)).interactions(users, mean)
    return replace(made, titles=made_up(items), genres=["Comedy|Drama"] * items)


def published(folder: Path, interactions: Interactions, models: Sequence[str]) -> Store:
    """Publish models and the catalogue into a new store in a folder, fitted but not measured."""
    store = open_store(folder.as_uri())
    job = fitting(interactions)
    seals: list[Callable[[Path], Manifest]] = [partial(job.seal, ModelSection(name, name, {})) for name in models]
    for seal in (*seals, CatalogueDraft(interactions, {"name": "bench"}, SEED).seal):
        with tempfile.TemporaryDirectory(prefix="warmstart-sealed-") as draft:
            manifest = seal(Path(draft))
            publish.publish(store, Path(draft), selfcheck.check_in_fresh_process)
        registry.promote(store, manifest.model, manifest.version, reason="bench")
    return store
