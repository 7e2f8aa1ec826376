"""What a ranker knows of items: how many want them, how many now, and since when."""

from dataclasses import dataclass
from typing import Self

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


@dataclass(frozen=True, eq=False)
class Knowledge:
    """What features are made of."""

    names: list[str]  # (f,) of the items' features
    items: Floats  # (n_items, f)
    demand: Scores | None  # (n_items,) what everybody wants now; None where times tell nothing
    alike: ItemKNN  # cosines of items
    users: FeatureTable
    genres: Floats | None  # (n_items, g) lines of length 1, or 0 where none is known; None without an items table

    @classmethod
    def of(cls, interactions: Interactions, half_life: float) -> Self:
        """Gather what interactions say.

        Args:
            interactions: all that is known.
            half_life: of the demand, in days.
        """
        names, items = item_features(interactions)
        return cls(
            names,
            items,
            demand=None if interactions.timeless is not None else demand_of(interactions, half_life),
            alike=ItemKNN(k=ALIKE_K, weighting="cosine").fit(interactions, np.random.default_rng(0)),
            users=of_users(interactions).most_common(MOST_VALUES),
            genres=None if interactions.genres is None else _of_length_1(of_items(interactions)),
        )

    def write(self, writer: ArtifactWriter) -> None:
        """Add everything, of interactions that end where those of the histories do."""
        writer.json(FILE, self.names)
        writer.array("item_features", self.items)
        writer.array("later_days", np.zeros(1, np.float32))
        if self.demand is not None:
            writer.array("demand", self.demand)
        self.alike.export(writer.part(ALIKE))
        one_each = np.eye(len(self.users), dtype=np.float32)
        write_features(writer.part(KNOWN), self.users, one_each, np.zeros(len(self.users), np.float32))
        if self.genres is not None:
            writer.array("genres", self.genres)


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
    if interactions.ages is None:
        nothing = np.zeros(interactions.n_items, np.float32)
        return nothing, nothing
    oldest, newest = np.full(interactions.n_items, -1, np.float32), np.full(interactions.n_items, LONG_AGO, np.float32)
    np.maximum.at(oldest, interactions.items, interactions.ages)
    np.minimum.at(newest, interactions.items, interactions.ages)
    return np.where(oldest < 0, newest, oldest), newest


def _of_length_1(table: FeatureTable) -> Floats:
    """Return lines of ones (n, max(g, 1)) scaled to length 1: one column of 0 where no value is common enough."""
    matrix = table.matrix.toarray() if len(table) else np.zeros((table.matrix.shape[0], 1), np.float32)
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    scaled: Floats = np.divide(matrix, lengths, out=np.zeros_like(matrix), where=lengths > 0)
    return scaled
