"""What a family implements: a query goes in, a ranking of rows comes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, NamedTuple, Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from warmstart.artifact import Artifact

Rows = NDArray[np.int32]
Scores = NDArray[np.float32]
NO_ROWS: Rows = np.empty(0, np.int32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Whom to rank for, in rows."""

    user: int  # row, -1 if unknown
    history: Rows  # (h,) oldest first
    weights: Scores  # (h,)
    ages: Scores | None  # (h,) days before the newest event; None where times are not known
    recency: Scores | None = None  # (h,) what each event counts by its age, the newest 1; None where all count alike
    idle: float | None = None  # days from the history's newest event to the last of training, below 0 if that is older
    fresh: bool  # the history holds events that training did not see
    features: Mapping[str, str | Sequence[str]]  # what is known about the user
    exclude: Rows  # (e,) never to return
    only: Rows | None  # (m,) return nothing else
    k: int

    def distinct(self, *, binary: bool = False) -> tuple[Rows, NDArray[np.float64]]:
        """Return each item of the history once, ascending, and what it counts: (d,) each.

        That is the sum of its events' weights, or 1 where `binary`, times the recency of the newest of them. Training
        merges a repeated pair in the same way, so a history answers the same from a request as stored.
        """
        if binary and self.recency is None:
            items = np.unique(self.history)
            return items, np.ones(len(items))
        items, places = np.unique(self.history, return_inverse=True)
        counts = np.ones(len(items)) if binary else np.bincount(places, self.weights, len(items)).astype(np.float64)
        if self.recency is not None:
            newest = np.zeros(len(items))
            np.maximum.at(newest, places, self.recency)
            counts *= newest
        return items, counts


class Ranking(NamedTuple):
    """Best first, each row once."""

    rows: Rows  # (n,) n <= k
    scores: Scores  # (n,) descending

    def positive(self) -> "Ranking":
        """Return the part above 0, where a score of 0 means that nothing speaks for an item."""
        count = np.count_nonzero(self.scores > 0)
        return Ranking(self.rows[:count], self.scores[:count])


class Reason(NamedTuple):
    """Why one item was recommended: events of the history, how many like-minded users had it, or what a ranker saw."""

    history: Rows = NO_ROWS  # (r,) largest share first
    shares: Scores = np.empty(0, np.float32)  # (r,) of what speaks for the item, so a full list sums to 1
    neighbours: int | None = None  # of those that the answer was drawn from, how many had the item
    features: Mapping[str, float] = MappingProxyType({})  # what each adds to the score, the largest part first


class Scorer(Protocol):
    """Reads one kind of artifact and ranks."""

    name: ClassVar[str]  # the manifest's `scorer`

    @classmethod
    def load(cls, artifact: Artifact) -> Self:
        """Open the arrays; raise Incompatible where one is missing or of another shape."""
        ...

    def rank(self, query: Query) -> Ranking | None:
        """Rank for one user; None where nothing is known of this user."""
        ...


@runtime_checkable
class ScoresItems(Protocol):
    """A scorer that can tell what it thinks of every item, for somebody else to choose from."""

    def scores(self, query: Query) -> Scores | None:
        """Return (n_items,) scores in the order of `rank`: at least 0, or -inf for what it never returns.

        None where `rank` gives None. What the query excludes, allows or wants plays no part. The array is the caller's.
        """
        ...


@runtime_checkable
class Similar(Protocol):
    """A scorer that also knows which items are alike."""

    def similar(self, item: int, exclude: Rows, k: int) -> Ranking:
        """Rank the items most like one item."""
        ...


@runtime_checkable
class Explains(Protocol):
    """A scorer that can say why."""

    def because(self, query: Query, rows: Rows) -> list[Reason]:
        """Return a reason for each row that `rank` gave for this query."""
        ...


@runtime_checkable
class Trending(Protocol):
    """A scorer whose scores may be multiplied by a trend."""

    def without_trend(self) -> Scorer:
        """Return the same scorer with plain scores; what it reads is shared."""
        ...


@runtime_checkable
class RanksMany(Protocol):
    """A scorer that is faster over many queries at once, with the same answers."""

    def rank_many(self, queries: Sequence[Query]) -> list[Ranking | None]:
        """Rank for each query."""
        ...
