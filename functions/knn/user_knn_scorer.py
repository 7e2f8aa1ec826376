"""Ranks by what those users had whose histories are most like this one: found in an inverted index at each request."""

from copy import copy
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from warmstart.artifact import Artifact
from warmstart.errors import Incompatible
from warmstart.ragged import Places, Ragged
from warmstart.scorer import NO_ROWS, Query, Ranking, Reason, Rows, Scores
from warmstart.topk import only_positive, top_k
from warmstart.trend import Prior, positive

MORE = 4  # times as many users are looked at where too many of the nearest have nothing to tell


class Lists(NamedTuple):
    """A list of rows for each row of another kind."""

    where: Ragged
    rows: NDArray[Any]

    def of(self, row: int) -> NDArray[Any]:
        """Return one list."""
        return self.rows[self.where[row]]

    def of_all(self, rows: Rows) -> tuple[NDArray[Any], Places]:
        """Return several lists end to end, and the length of each."""
        return self.where.values(self.rows, rows), self.where.lengths(rows)


class Gains(NamedTuple):
    """What a similarity and a score are made of."""

    item: Scores  # (n_items,) what an item adds to the similarity of those who share it
    user: Scores  # (n_users,) what the sum is multiplied by: less for a longer history
    candidate: Scores  # (n_items,) what an item's score is multiplied by


class UserKnnScorer:
    """User-based collaborative filtering (Herlocker, Konstan, Borchers & Riedl, SIGIR 1999).

    The similarity of a history to a user is the sum of the gains of the items that they share, times the user's gain.
    The factor of the history itself is left out, for it changes no order. Users who had nothing else are no neighbours,
    and a stored user is one of these: so a stored history and one that comes with a request are the same thing.
    """

    name: ClassVar[str] = "user_knn"

    def __init__(
        self,
        had: Lists,
        had_by: Lists,
        gains: Gains,
        popularity: Rows,
        prior: Prior | None,
        *,
        k: int,
        amplification: float,
    ) -> None:
        self._had = had  # each user's items
        self._had_by = had_by  # each item's users, all or a sample
        self._gains = gains
        self._popularity = popularity  # (n_items,) distinct users
        self._prior = prior
        self._k = k
        self._amplification = amplification  # the power to which a neighbour's similarity is raised

    @classmethod
    def load(cls, artifact: Artifact) -> Self:
        """Open histories, index and gains; raise Incompatible where they do not fit each other."""
        k, amplification = artifact.setting("k"), artifact.setting("amplification")
        if k < 1 or amplification <= 0:
            raise Incompatible("k and amplification must be above 0")
        popularity = artifact.array("popularity", np.int32, None)
        items = artifact.rows("seen_rows", None)
        users = artifact.array("item_users", np.int32, None)
        n_items, n_users = len(popularity), len(artifact.array("user_gains", np.float32, None))
        return cls(
            Lists(Ragged.load(artifact, "seen_indptr", n_users, len(items)), items),
            Lists(Ragged.load(artifact, "item_indptr", n_items, len(users)), users),
            Gains(
                artifact.array("item_gains", np.float32, n_items),
                artifact.array("user_gains", np.float32, n_users),
                artifact.array("candidate_gains", np.float32, n_items),
            ),
            popularity,
            Prior.load(artifact, n_items, positive),
            k=int(k),
            amplification=amplification,
        )

    def rank(self, query: Query) -> Ranking | None:
        """Rank the nearest users' items, each by the similarities of those who had it."""
        if not len(query.history):
            return None
        return top_k(self._scored(query), query.k, query.exclude, query.only).positive()

    def scores(self, query: Query) -> Scores | None:
        """Return the neighbours' votes for every item, -inf where there are none."""
        return only_positive(self._scored(query)) if len(query.history) else None

    def without_trend(self) -> Self:
        """Return the same scorer without its prior."""
        plain = copy(self)
        plain._prior = None
        return plain

    def similar(self, item: int, exclude: Rows, k: int) -> Ranking:
        """Rank items by the cosine of their users: of those in the index for this item, all for the others."""
        items, _ = self._had.of_all(self._had_by.of(item))
        both = np.bincount(items, minlength=len(self._popularity))
        return top_k((both / np.sqrt(np.maximum(self._popularity, 1))).astype(np.float32), k, exclude).positive()

    def because(self, query: Query, rows: Rows) -> list[Reason]:
        """Count the neighbours who had each item."""
        items, _ = self._had.of_all(self._neighbours(query).rows)
        counts = np.bincount(items, minlength=len(self._popularity))
        return [Reason(neighbours=count) for count in counts[rows].tolist()]

    def _scored(self, query: Query) -> Scores:
        neighbours = self._neighbours(query)
        items, lengths = self._had.of_all(neighbours.rows)
        votes = np.repeat((neighbours.scores / neighbours.scores.max(initial=0)) ** self._amplification, lengths)
        scores = np.bincount(items, votes, len(self._popularity)).astype(np.float32) * self._gains.candidate
        return scores if self._prior is None else self._prior.fuse(scores)

    def _neighbours(self, query: Query) -> Ranking:
        """Rank users who had something else too: who had nothing that is not in the history has nothing to tell.

        Mostly one is near who has not, the asker. Where more are, the search goes on with so many users more.
        """
        similarities, wanted = self._similarities(query), self._k + 1
        while True:
            near = top_k(similarities, wanted, NO_ROWS).positive()
            telling = self._had_others(near.rows, query.history)
            if len(near.rows) < wanted or np.count_nonzero(telling) >= self._k:
                return Ranking(near.rows[telling][: self._k], near.scores[telling][: self._k])
            wanted *= MORE

    def _similarities(self, query: Query) -> Scores:
        """Return how alike each user's history is: (n_users,)."""
        shared, strengths = query.distinct(binary=True)
        users, lengths = self._had_by.of_all(shared)
        gains = np.repeat(self._gains.item[shared] * strengths.astype(np.float32), lengths)
        similarities = np.zeros(len(self._gains.user), np.float32)
        np.add.at(similarities, users.astype(np.intp), gains)
        similarities *= self._gains.user
        return similarities

    def _had_others(self, users: Rows, history: Rows) -> NDArray[np.bool_]:
        """Return which users had something that the history has not: (len(users),)."""
        items, lengths = self._had.of_all(users)
        other = np.ones(len(self._popularity), np.bool_)
        other[history] = False
        counts = np.bincount(np.repeat(np.arange(len(users)), lengths), other[items], len(users))
        found: NDArray[np.bool_] = counts > 0
        return found
