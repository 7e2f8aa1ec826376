"""Small interactions, and networks so small that they learn from them in moments."""

from typing import Any

import numpy as np
import polars as pl

from tests.training.datasets import DAY, START, tables
from training.algorithms import ALGORITHMS
from training.algorithms.encoded import Encoded
from training.data.tables import Tables
from training.interactions import Events, Interactions
from training.neural.watch import Watch

SMALL: dict[str, dict[str, Any]] = {
    "dssm": {"hidden": 8, "factors": 4, "batch": 8, "learning_rate": 0.01},
    "autoencoder": {"hidden": 8, "factors": 4, "batch": 8, "learning_rate": 0.01},
    "sasrec": {"factors": 4, "blocks": 1, "heads": 2, "length": 6, "batch": 8, "negatives": 5, "learning_rate": 0.01},
}


def some_tables(*, users: int = 30, items: int = 20, seed: int = 1, timed: bool = True, known: bool = False) -> Tables:
    """Make up tables; user u has 1 + u % 12 items, weights are 1 to 5, and `known` adds features and genres."""
    rng = np.random.default_rng(seed)
    pairs = [(user, item) for user in range(users) for item in rng.choice(items, 1 + user % 12, replace=False)]
    of_users, of_items = np.array(pairs).T
    sexes, genres = (["f", "m"] * users)[: users + 2], (["a", "b"] * items)[:items]
    people = pl.DataFrame({"user_id": range(users + 2), "sex": sexes}) if known else None
    things = pl.DataFrame({"item_id": range(items), "genres": genres}) if known else None
    return tables(
        of_users,
        of_items,
        times=START + rng.permutation(len(pairs)) * DAY if timed else None,
        weights=rng.integers(1, 6, len(pairs)).tolist(),
        features=people,
        catalogue=things,
    )


def some(**how: Any) -> Interactions:
    """Return the interactions of such tables."""
    return Events.of(some_tables(**how)).interactions()


def fitted(name: str, interactions: Interactions, *, seed: int = 2, watch: Watch | None = None, **own: Any) -> Encoded:
    """Fit a small network, for three epochs unless said."""
    algorithm = ALGORITHMS[name](**{**SMALL[name], "epochs": 3, "validation": 0.0, **own})
    assert isinstance(algorithm, Encoded)
    algorithm.watch = watch or Watch()
    return algorithm.fit(interactions, np.random.default_rng(seed))


def same(one: Encoded, other: Encoded) -> bool:
    """Tell whether two learnt the same, bit by bit."""
    arrays = ((one.inputs_, other.inputs_), (one.item_vectors_, other.item_vectors_))
    return one.encoder_ == other.encoder_ and all(left.tobytes() == right.tobytes() for left, right in arrays)
