"""Made-up interactions with a long tail and planted taste, of any size."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.fitting import Fitting
from training.interactions import Interactions
from training.recipe import DataSection, Fold, Recipe
from warmstart.ids import IntegerIds
from warmstart.scorer import Rows

GENRES = 200
FAVOURITES = 3  # genres of a user
POPULAR = 0.3  # of what is had, regardless of genre
SKEW = -0.9  # an item's popularity is its rank to this power, within its genre and over all
LEAST = 5  # interactions of a user
CHUNK = 50_000  # users who are drawn for at once


class Market:
    """Items of genres, and people who each prefer a few of them."""

    def __init__(self, n_items: int, rng: np.random.Generator) -> None:
        self.n_items = n_items
        self._rng = rng
        self._rows = rng.permutation(n_items).astype(np.int32)  # of each rank; ranks of a genre are GENRES apart
        self._over_all = _cumulated(n_items)
        self._in_genre = _cumulated(n_items // GENRES)
        self._genres = _cumulated(GENRES)

    def interactions(self, n_users: int, mean: int) -> Interactions:
        """Return about `mean` different items of each user, in random order."""
        lengths = LEAST + self._rng.geometric(1 / (mean - LEAST), n_users)
        parts = [self._drawn(lengths[start : start + CHUNK]) for start in range(0, n_users, CHUNK)]
        users = np.concatenate([who + np.int32(n * CHUNK) for n, (who, _) in enumerate(parts)])
        items = np.concatenate([had for _, had in parts])
        ids = IntegerIds(np.arange(n_users)), IntegerIds(np.arange(self.n_items))
        return Interactions(*ids, users, items, np.ones(len(items), np.float32), None, {}, None, None)

    def people(self, count: int, length: int) -> Rows:
        """Return different items of people who are not among the users, in random order: (count or fewer, length)."""
        who, had = self._drawn(np.full(count, length))
        complete = np.bincount(who, minlength=count) == length
        return self._rng.permuted(had[complete[who]].reshape(-1, length), axis=1)

    def _drawn(self, lengths: NDArray[np.int64]) -> tuple[Rows, Rows]:
        """Return user by user who had what: (n,) each; some have fewer items than asked for."""
        who = np.repeat(np.arange(len(lengths)), 2 * lengths + 10)
        favourites = self._ranks(self._genres, (len(lengths), FAVOURITES))
        genre = favourites[who, self._rng.integers(FAVOURITES, size=len(who))]
        ranks = genre + GENRES * self._ranks(self._in_genre, len(who))
        popular = np.flatnonzero(self._rng.random(len(who)) < POPULAR)
        ranks[popular] = self._ranks(self._over_all, len(popular))
        first = np.sort(np.unique(who * self.n_items + ranks, return_index=True)[1])
        who, ranks = who[first], ranks[first]
        starts = np.searchsorted(who, np.arange(len(lengths)))
        kept = np.arange(len(who)) - starts[who] < lengths[who]
        return who[kept].astype(np.int32), self._rows[ranks[kept]]

    def _ranks(self, cumulated: NDArray[np.float64], size: int | tuple[int, ...]) -> NDArray[np.int64]:
        return np.searchsorted(cumulated, self._rng.random(size))


def _cumulated(count: int) -> NDArray[np.float64]:
    """Return the cumulated shares of ranks: (count,)."""
    cumulated: NDArray[np.float64] = np.cumsum(np.arange(1, count + 1) ** SKEW)
    cumulated /= cumulated[-1]
    return cumulated


def fitting(interactions: Interactions) -> Fitting:
    """Return what fits models on interactions and seals them, with the settings that they have by default."""
    data = DataSection(Path("bench"), None, None, None, None, columns={}, min_weight=None, segments=())
    return Fitting(Recipe("bench", data, Fold("leave_last_out"), (), Path("bench")), interactions, {"name": "bench"})
