"""What a ranker knows of items: how many want them, how many now, and since when."""

import numpy as np
from numpy.typing import NDArray

from functions.ranker.features import ALIKE, FILE, ITEM_FEATURES, KNOWN
from training.algorithms.item_knn import ItemKNN
from training.algorithms.vectors import write_features
from training.features import FeatureTable, of_items, of_users
from training.interactions import Interactions
from warmstart.artifact_writer import ArtifactWriter
from warmstart.scorer import Scores
from warmstart.trend import demand_prior

HALF_LIVES = (1.0, 2.0, 3.0, 5.0, 7.0, 14.0, 30.0, 90.0)  # days
RISES = ((1.0, 7.0), (3.0, 30.0), (7.0, 90.0))  # of these, one against the other
LONG_AGO = 36_500.0  # days, of an item that nobody had
ALIKE_K = 50  # items that each is compared with
MOST_VALUES = 30  # of the users' features, the most frequent
Floats = NDArray[np.float32]


def write_knowledge(writer: ArtifactWriter, interactions: Interactions, half_life: float) -> None:
    """Add what features are made of.

    That is `item_features` (n_items, f) and their names, cosines of items, what is known of users, `genres`
    (n_items, g), each line of length 1, and, where times tell of it, `demand` (n_items,).

    Args:
        writer: of a draft.
        interactions: what is known.
        half_life: of the demand, in days.
    """
    if interactions.timeless is None:
        writer.array("demand", demand_of(interactions, half_life))
    names, table = item_features(interactions)
    writer.array("item_features", table)
    writer.json(FILE, names)
    cosines = ItemKNN(k=ALIKE_K, weighting="cosine").fit(interactions, np.random.default_rng(0))
    cosines.export(writer.part(ALIKE))
    users = of_users(interactions).most_common(MOST_VALUES)
    identity = np.eye(len(users), dtype=np.float32)
    write_features(writer.part(KNOWN), users, identity, np.zeros(len(users), np.float32))
    if (genres := of_items(interactions)).values:
        writer.array("genres", _of_length_1(genres))


def demand_of(interactions: Interactions, half_life: float) -> Scores:
    """Return what everybody wants now, the most wanted item 1: (n_items,)."""
    return demand_prior(interactions.trend(half_life), 1.0)


def item_features(interactions: Interactions) -> tuple[list[str], Floats]:
    """Return the names of what is known of every item, and its values (n_items, f)."""
    oldest, newest = _first_and_last(interactions)
    columns = dict(zip(ITEM_FEATURES, (np.log1p(interactions.popularity), oldest, newest), strict=True))
    if interactions.timeless is None:
        trends = {days: np.log1p(interactions.trend(days)) for days in HALF_LIVES}
        columns |= {f"trend {days:g} days": trend for days, trend in trends.items()}
        columns |= {f"rise {now:g} to {then:g} days": trends[now] - trends[then] for now, then in RISES}
    return [f"item {name}" for name in columns], np.stack([*columns.values()], axis=1).astype(np.float32)


def _first_and_last(interactions: Interactions) -> tuple[Floats, Floats]:
    """Return the days since each item was had first and last, 0 where times tell nothing: (n_items,) each."""
    oldest, newest = np.zeros(interactions.n_items, np.float32), np.full(interactions.n_items, LONG_AGO, np.float32)
    if interactions.ages is None:
        return oldest, np.zeros_like(oldest)
    np.maximum.at(oldest, interactions.items, interactions.ages)
    np.minimum.at(newest, interactions.items, interactions.ages)
    return oldest, newest


def _of_length_1(table: FeatureTable) -> Floats:
    matrix = table.matrix.toarray()
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    scaled: Floats = np.divide(matrix, lengths, out=np.zeros_like(matrix), where=lengths > 0)
    return scaled
