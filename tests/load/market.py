"""A store that serves a model of each family, each in two versions, and a catalogue; and what can be asked of it."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from functions.catalogue.catalogue import Catalogue
from tests.bench.explorer_data import SEED, market, small
from tests.bench.knn_data import fitting
from training.catalogue import CatalogueDraft
from training.interactions import Interactions
from training.recipe import ModelSection
from training.scorers import open_recommender
from warmstart.manifest import CATALOGUE, Manifest
from warmstart.publish import publish
from warmstart.registry import promote
from warmstart.store import Store, open_store

STAGES = (ModelSection("als", "als", {"iterations": 5}), ModelSection("item_knn", "item_knn", {}))
MODELS = {  # family -> the model of it that is asked for
    "lists": ModelSection("popular", "popular", {}),
    "factorization": ModelSection("als", "als", {"iterations": 5}),
    "knn": ModelSection("ease", "ease", {}),
    "neural": ModelSection("autoencoder", "autoencoder", {"epochs": 1, "validation": 0.0}),
    "ranker": ModelSection("two_stage", "two_stage", {"labels": "last", "windows": 1, "queries": 2_000}, STAGES),
}
TINY = (400, 400, 15)  # users, items, and how many of these each has: for tests
PAIR = 2


class Market(NamedTuple):
    """What is served, and to whom."""

    what: str  # the data set
    store: Store
    interactions: Interactions
    versions: Mapping[str, list[Manifest]]  # model -> its two versions, of which the first is promoted

    def promote(self, model: str, version: Manifest) -> None:
        """Make the alias point at a version."""
        promote(self.store, model, version.version, reason="load")


def opened(folder: Path, *, tiny: bool = False) -> Market:
    """Fit every model on MovieLens 100k, or where it is not at hand on a market of its size, and serve them."""
    what, interactions = ("made up", market(*TINY)) if tiny else small()
    store = open_store(f"file://{folder / 'store'}")
    job = fitting(interactions)
    seals: dict[str, Callable[[Path], Manifest]] = {
        section.name: partial(job.write, job.fit(section), section) for section in MODELS.values()
    }
    seals[CATALOGUE] = CatalogueDraft(interactions, {"name": "load"}, SEED).seal
    versions: dict[str, list[Manifest]] = {model: [] for model in seals}
    for turn in range(PAIR):
        time.sleep(turn)  # versions of the same bytes are told apart by the second in which they were sealed
        for model, seal in seals.items():
            draft = folder / f"{model}-{turn}"
            seal(draft)
            versions[model].append(publish(store, draft, Catalogue.open if model == CATALOGUE else _opens))
    made = Market(what, store, interactions, versions)
    for model, (first, _) in versions.items():
        made.promote(model, first)
    return made


def _opens(folder: Path, manifest: Manifest) -> Any:
    return open_recommender(folder, manifest)
