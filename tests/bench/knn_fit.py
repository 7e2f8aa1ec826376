"""Fits of the kNN family beside libraries': user_knn with its draft over implicit's user kNN, ease over RecTools'."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from implicit.nearest_neighbours import CosineRecommender
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import EASEModel

from tests.bench.figures import Figure
from tests.bench.knn_data import Market, fitting
from tests.bench.timing import Measure, interleaved, medians, timed
from training.algorithms.ease import EASE
from training.interactions import Interactions
from training.recipe import ModelSection

ROUNDS, EASE_ROUNDS = 3, 5
MEAN = 50  # items of a user
USERS, ITEMS = 100_000, 20_000  # of user_knn
EASE_USERS, EASE_ITEMS = 20_000, 5_000


def figures() -> Iterator[Figure]:
    """Fit each beside its peer, in turn; every library takes the threads that it wants."""
    rng = np.random.default_rng(32)
    yield _user_knn(Market(ITEMS, rng).interactions(USERS, MEAN))
    yield _ease(Market(EASE_ITEMS, rng).interactions(EASE_USERS, MEAN))


def _user_knn(interactions: Interactions) -> Figure:
    item_users = interactions.matrix(binary=True).T.tocsr()
    name = f"user_knn, fit and draft, {USERS:,} x {ITEMS:,}, {len(interactions.items) / 1e6:.1f}M"
    model = CosineRecommender(K=100)
    with tempfile.TemporaryDirectory(prefix="warmstart-bench-") as folder:
        ours = _sealing(interactions, Path(folder))
        theirs = timed(lambda: model.fit(item_users, show_progress=False))
        return _figure(name, ours, "implicit's", theirs, ROUNDS)


def _sealing(interactions: Interactions, folder: Path) -> Measure:
    """Return what measures a fit, and the writing of the whole draft: histories, ids and fallback included."""

    def seal() -> None:
        with tempfile.TemporaryDirectory(dir=folder) as draft:
            fresh = replace(interactions)  # without what the last round counted
            fitting(fresh).seal(ModelSection("user_knn", "user_knn", {}), Path(draft))

    return timed(seal)


def _ease(interactions: Interactions) -> Figure:
    pairs = {Columns.User: interactions.users, Columns.Item: interactions.items, Columns.Weight: interactions.weights}
    dataset = Dataset.construct(pd.DataFrame({**pairs, Columns.Datetime: pd.Timestamp(0)}))
    regularization = EASE().regularization
    name = f"ease, fit, {EASE_ITEMS:,} items, {len(interactions.items) / 1e6:.1f}M"
    ours = timed(lambda: EASE(regularization).fit(replace(interactions), np.random.default_rng(32)))
    return _figure(name, ours, "RecTools'", timed(lambda: EASEModel(regularization).fit(dataset)), EASE_ROUNDS)


def _figure(name: str, ours: Measure, peer: str, theirs: Measure, rounds: int) -> Figure:
    times = interleaved({"ours": ours, peer: theirs}, rounds)
    middle = medians(times)
    return Figure(name=name, ms=middle["ours"], peer=peer, peer_ms=middle[peer], limit=1, raw=times)
