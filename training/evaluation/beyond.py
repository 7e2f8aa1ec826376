"""What answers are like beside being right: new, surprising, varied, popular."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from training.interactions import Events
from warmstart.scorer import Rows

Values = NDArray[np.float64]
Table = Callable[[int], Values]  # k -> (u,)
MOST = 10  # items whose share of all recommendations is the concentration


@dataclass(frozen=True, eq=False)
class Learnt:
    """What the models of a fold could know of items, in rows of all events."""

    users_of: NDArray[np.int64]  # (n_items,) distinct users who had each; 0 for an item that is not in the catalogue
    users: int  # who had anything
    genres: sparse.csr_matrix | None  # (n_items, g) 1 where an item is of a genre

    @classmethod
    def of(cls, events: Events, learn: NDArray[np.bool_], genres: sparse.csr_matrix | None) -> Self:
        """Count who had what among the events (n,) that are learnt from."""
        n_items = len(events.item_ids)
        pairs = events.users[learn].astype(np.int64) * n_items + events.items[learn]
        users_of = np.bincount(np.unique(pairs) % n_items, minlength=n_items)
        return cls(users_of, len(np.unique(events.users[learn])), genres)

    @property
    def catalogue(self) -> int:
        """Count the items that can be recommended."""
        return int((self.users_of > 0).sum())


def genre_matrix(genres: Sequence[str] | None) -> sparse.csr_matrix | None:
    """Return 1 where an item is of a genre, (n_items, g), from texts that join them by |; None where there are none."""
    lists = [{part.strip() for part in text.split("|")} - {""} for text in genres or ()]
    columns = {genre: place for place, genre in enumerate(sorted(set().union(*lists)))}
    if not columns:
        return None
    rows = np.repeat(np.arange(len(lists)), [len(own) for own in lists])
    places = np.array([columns[genre] for own in lists for genre in own])
    return sparse.csr_matrix((np.ones(len(rows)), (rows, places)), (len(lists), len(columns)))


def beyond(items: Rows, hits: NDArray[np.bool_], learnt: Learnt) -> Mapping[str, Table]:
    """Return each metric as a function of k; a user whose answer is empty is nan.

    Args:
        items: (u, w) recommended rows, best first, -1 where an answer is shorter.
        hits: (u, w) whether the user had the item next.
        learnt: from what the models learnt.

    Returns:
        novelty: mean inverse user frequency, -log2 of the share of users who had an item
            (Castells, Vargas & Wang, DDR 2011).
        serendipity: how much sooner a hit was recommended than its popularity would have it, as RecTools defines it.
        popularity: mean share of all interactions that a recommended item has (Abdollahpouri et al., RecSys 2019).
        diversity: mean Hamming distance of the genres of two items of the list, 0 for a single item; with genres only
            (after Ziegler et al., WWW 2005).
    """
    users_of = np.maximum(learnt.users_of[items], 1)  # (u, w) what nobody had counts as one user's
    share = learnt.users_of[items] / max(learnt.users_of.sum(), 1)
    tables: dict[str, Table] = {
        "novelty": _mean_of(-np.log2(users_of / learnt.users), items),
        "serendipity": _mean_of(_surprise(items, learnt) * hits, items),
        "popularity": _mean_of(share, items),
    }
    if learnt.genres is not None:
        genres = learnt.genres
        tables["diversity"] = lambda k: _diversity(items[:, :k], genres)
    return tables


def coverage(items: Rows, catalogue: int) -> float:
    """Return the share of the catalogue that is in any of the answers: (u, k) rows, -1 where one is shorter."""
    return len(np.unique(items[items >= 0])) / catalogue


def concentration(items: Rows) -> float:
    """Return the concentration ratio CR10: the share of all recommendations that the ten most recommended items have.

    Args:
        items: (u, k) rows, -1 where an answer is shorter; where all are empty the ratio is nan.
    """
    counts = np.sort(np.bincount(items[items >= 0]))
    return float(counts[-MOST:].sum() / counts.sum()) if len(counts) else np.nan


def _mean_of(values: Values, items: Rows) -> Table:
    """Return, for k, each user's mean over the items that were recommended up to there."""
    there = items >= 0
    sums, counts = np.cumsum(values * there, axis=1), np.cumsum(there, axis=1)

    def at(k: int) -> Values:
        width = min(k, items.shape[1])
        if not width:
            return np.full(len(items), np.nan)
        count = counts[:, width - 1]
        return np.where(count > 0, sums[:, width - 1] / np.maximum(count, 1), np.nan)

    return at


def _surprise(items: Rows, learnt: Learnt) -> Values:
    """Return by how much an item's rank beats its rank by popularity, in shares of the catalogue: (u, w), from 0."""
    n = learnt.catalogue
    _, place = np.unique(-learnt.users_of, return_inverse=True)  # equally popular items share a rank
    by_popularity = np.where(learnt.users_of > 0, (n - place) / n, 0.0)  # (n_items,) place 0 is rank 1
    by_rank = (n - np.arange(items.shape[1])) / n
    gained: Values = np.maximum(by_rank - by_popularity[items], 0.0)
    return gained


def _diversity(items: Rows, genres: sparse.csr_matrix) -> Values:
    """Return the mean distance of all pairs: of n items c are of a genre, so c (n - c) pairs differ in it."""
    there = items >= 0
    sizes = there.sum(axis=1)
    places = (np.repeat(np.arange(len(items)), sizes), items[there])
    lists = sparse.csr_matrix((np.ones(len(places[1])), places), (len(items), genres.shape[0]))
    counts = lists @ genres  # (u, g)
    differing = sizes * np.asarray(counts.sum(axis=1)).ravel() - np.asarray(counts.multiply(counts).sum(axis=1)).ravel()
    pairs = sizes * (sizes - 1) / 2
    return np.where(sizes > 0, differing / np.maximum(pairs, 1), np.nan)
