"""A small random matrix, its interactions, and what an algorithm fitted on it answers when it is served."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from safetensors.numpy import load_file
from scipy import sparse

from tests.training.datasets import recipe, tables
from training.interactions import Events, Interactions
from training.recipe import ModelSection
from training.scorers import open_recommender
from training.train import Training
from warmstart.manifest import ARRAYS
from warmstart.recommender import Ask, Recommender

N_USERS, N_ITEMS = 50, 30
NO_CHANCE = np.random.default_rng(0)  # for algorithms in which nothing is random


def matrix(seed: int = 7, *, shape: tuple[int, int] = (N_USERS, N_ITEMS)) -> NDArray[np.float64]:
    """Return weights of 1 to 5, the first items the most popular, none without any: (users, items)."""
    rng = np.random.default_rng(seed)
    some = rng.random(shape) < np.linspace(0.5, 0.1, shape[1])
    some[:, 0] |= ~some.any(axis=1)
    some[0] |= ~some.any(axis=0)
    return np.where(some, rng.integers(1, 6, shape), 0).astype(np.float64)


def learnt(weights: NDArray[np.float64], *, strangers: int = 0) -> Interactions:
    """Return a matrix's interactions, ids being rows, and some users more who have none."""
    users, items = weights.nonzero()
    everybody = pl.DataFrame({"user_id": range(len(weights) + strangers)}, {"user_id": pl.Int64})
    table = tables(users, items, weights=weights[users, items].tolist(), features=everybody)
    return Events.of(table).interactions()


def served(algorithm: str, weights: NDArray[np.float64], folder: Path, **settings: Any) -> Recommender:
    """Fit an algorithm on all of a matrix, and open its artifact with the scorer that serves it."""
    users, items = weights.nonzero()
    model = ModelSection(algorithm, algorithm, settings)
    table = tables(users, items, weights=weights[users, items].tolist())
    return open_recommender(folder, Training(recipe(model), table).fit_whole(model, folder))


def scores(recommender: Recommender, user: int, n_items: int = N_ITEMS) -> NDArray[np.float64]:
    """Return the score of each item for a user, 0 where the model has none: (n_items,)."""
    found = np.zeros(n_items)
    for detail in recommender.recommend(Ask(user_id=user, k=n_items, explain=True)).details:
        found[detail.item_id] = detail.score or 0.0
    return found


def unseen(scored: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the scores above 0 of what each user has not had, 0 elsewhere: (n_users, n_items)."""
    return np.where((weights == 0) & (scored > 0), scored, 0)


def exported(folder: Path) -> sparse.csr_matrix:
    """Return the sparse weights that an artifact holds, from source to target."""
    arrays = load_file(folder / ARRAYS)
    parts = (arrays["weights_values"], arrays["weights_targets"].astype(np.int32), arrays["weights_indptr"])
    n_items = len(parts[2]) - 1
    return sparse.csr_matrix(parts, (n_items, n_items))
