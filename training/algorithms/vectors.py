"""Vectors of users and items as the scorer of the factorization family reads them."""

import copy
from typing import Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from training.features import FeatureTable
from training.interactions import Interactions
from warmstart.ann import FILE, Ann
from warmstart.artifact_writer import ArtifactWriter
from warmstart.feature_vectors import FEATURES_FILE
from warmstart.inner_product import ItemVectors

Vectors = NDArray[np.float32]
Search = Literal["exact", "hnsw"]
TOGETHER = 65_536  # users whose means are in memory at a time
RIDGE = 1.0  # of the encoder: its columns are means over histories, one line a user


class Searched(Protocol):
    """A model whose items are searched for the largest inner products."""

    search: Search
    ef: int

    def most(self) -> int:
        """Return the number of items."""
        ...


M = TypeVar("M", bound=Searched)


def write_items(
    writer: ArtifactWriter, items: Vectors, search: Search, ef: int, index: Ann | None = None
) -> Ann | None:
    """Add item vectors (n_items, d), longest first: `item_vectors`, `item_lengths`, `item_rows`, `item_places`.

    With `search` "hnsw" an index of them is added, of which `ef` nodes are kept in a search: the one given, for it does
    not depend on `ef`, or a new one.

    Returns:
        The index.
    """
    laid = ItemVectors.sorted(items)
    writer.array("item_vectors", laid.vectors)
    writer.array("item_lengths", laid.lengths)
    writer.array("item_rows", laid.rows)
    writer.array("item_places", laid.places)
    if search == "hnsw":
        index = index or Ann.build(laid.vectors, ef)
        index.save(writer.folder / FILE)
    return index


def write_features(writer: ArtifactWriter, users: FeatureTable, vectors: Vectors, base: Vectors) -> None:
    """Add what is known of users, where anything is: `feature_vectors`, `feature_base`, `user_features` and the names.

    Args:
        writer: of the draft.
        users: what each has.
        vectors: (len(users), d) of each value.
        base: (d,) what is added for who has no history.
    """
    if len(users):
        writer.array("feature_vectors", vectors)
        writer.array("feature_base", base)
        writer.array("user_features", users.rows())
        writer.json(FEATURES_FILE, users.values)


def kept(model: M) -> int:
    """Return how many nodes a fitted model's search keeps; of an exact one, all."""
    return model.most() if model.search == "exact" else model.ef


def keeping(model: M, count: int) -> M:
    """Return a fitted model with another search: exact where it would keep all items."""
    other = copy.copy(model)
    if count >= model.most():
        other.search = "exact"
    else:
        other.ef = count
    return other


def encoder(interactions: Interactions, users: Vectors, items: Vectors) -> Vectors:
    """Learn to tell a user's vector from the mean of the vectors of the items that they had, by ridge regression.

    It makes vectors for people that training did not see, and better ones for those that it did: a vector of their own
    has been fitted to a few interactions, the map to all of them.

    Args:
        interactions: who had what.
        users: (n_users, d)
        items: (n_items, d)

    Returns:
        (d + 1, d) the map, its last line the offset.
    """
    matrix, counts, factors = interactions.matrix(binary=True), np.diff(interactions.indptr), items.shape[1]
    normal, right = RIDGE * np.eye(factors + 1), np.zeros((factors + 1, factors))
    for start in range(0, len(users), TOGETHER):
        part = start + np.flatnonzero(counts[start : start + TOGETHER])
        means = np.hstack([matrix[part] @ items / counts[part, None], np.ones((len(part), 1))])
        normal += means.T @ means
        right += means.T @ users[part]
    learnt: Vectors = np.linalg.solve(normal, right).astype(np.float32)
    return learnt
