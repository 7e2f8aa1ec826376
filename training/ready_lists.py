"""What a chunk of users gets, as the processes of a batch make it: a scorer's own lists, or whole answers."""

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np

from warmstart.ids import Id
from warmstart.ragged import Places
from warmstart.recommender import Ask, Recommender
from warmstart.scorer import NO_ROWS, Ranking, Rows, Scores


class Lists(NamedTuple):
    """What a scorer ranks for users, one list after the other; an empty one for whom it leaves to the fallback."""

    lengths: Places  # (u,)
    rows: Rows  # (n_listed,) best first in each list
    scores: Scores  # (n_listed,)

    @property
    def by_fallback(self) -> int:
        """Count the users whose list is empty; the last list is of the unknown."""
        return int((self.lengths[:-1] == 0).sum())

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Return the lists of several chunks as one."""
        return cls(*(np.concatenate(column) for column in zip(*parts, strict=True)))


class Answers(NamedTuple):
    """Whole answers, an item a row: (n_answered,) each."""

    user_ids: list[Id]
    ranks: list[int]  # from 1
    item_ids: list[Id]
    scores: list[float | None]  # None where the fallback chose
    sources: list[str]


def ranked(recommender: Recommender, users: Rows, k: int) -> Lists:
    """Rank for some users."""
    return _lists(recommender.rankings(users, k))


def ranked_unknown(recommender: Recommender, k: int) -> Lists:
    """Rank for whom training did not see, and of whom nothing is said: one list."""
    return _lists([recommender.scorer.rank(recommender.query(Ask(k=k))[0])])


def answered(recommender: Recommender, users: Rows, k: int) -> Answers:
    """Answer some users, as the API does."""
    ids: list[Id] = [*recommender.user_ids.external(users)]
    found = recommender.without_reasons().recommend_many([Ask(user_id=user_id, k=k, explain=True) for user_id in ids])
    details = [detail for answer in found for detail in answer.details]
    return Answers(
        [user_id for user_id, answer in zip(ids, found, strict=True) for _ in answer.items],
        [place + 1 for answer in found for place in range(len(answer.items))],
        [detail.item_id for detail in details],
        [detail.score for detail in details],
        [detail.source for detail in details],
    )


def _lists(rankings: Sequence[Ranking | None]) -> Lists:
    known = [ranking for ranking in rankings if ranking is not None]
    return Lists(
        np.array([0 if ranking is None else len(ranking.rows) for ranking in rankings], np.int64),
        np.concatenate([NO_ROWS, *(ranking.rows for ranking in known)]),
        np.concatenate([np.empty(0, np.float32), *(ranking.scores.astype(np.float32) for ranking in known)]),
    )
