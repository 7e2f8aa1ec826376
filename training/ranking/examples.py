"""Candidates with their features and whether they were right: what a second stage learns from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from functions.ranker.proposals import Proposals
from training.ranking.windows import Window
from warmstart.errors import DataError
from warmstart.ids import Id
from warmstart.recommender import Ask, Recommender

K = 10
RANK = " reciprocal rank"  # ends the names of features that are 1 / place in a source's list, 0 where not in it
ROUNDED = 1e-6  # how far place * (1 / place) may be from 1
ANY = "any of them"
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Examples:
    """Queries one after another, each with all its candidates."""

    names: tuple[str, ...]  # (f,) of the features
    scores: slice  # where among them the scores are that a blend sums
    features: Floats  # (n, f)
    right: NDArray[np.bool_]  # (n,)
    lengths: NDArray[np.int64]  # (q,) candidates of each query
    had: NDArray[np.int64]  # (q,) what was right, candidate or not
    cold: NDArray[np.bool_]  # (q,) who had no history

    @classmethod
    def of(
        cls, window: Window, recommender: Recommender, proposals: Proposals, most: int, rng: np.random.Generator
    ) -> Self:
        """Ask the first stages for the users of a window.

        Args:
            window: whom to ask for and what is right.
            recommender: makes the queries, of a draft of what is earlier.
            proposals: of the same draft.
            most: users at most; drawn where there are more.
            rng: draws them.

        Raises:
            DataError: nobody is left anything to be recommended.
        """
        places = np.sort(rng.permutation(len(window.users))[:most])
        blocks, right, had, cold = [], [], [], []
        ids: list[Id] = [*recommender.user_ids.external(window.users[places])]
        with threadpool_limits(1, "blas"):  # as in a function
            for place, user_id in zip(places, ids, strict=True):
                query, _ = recommender.query(Ask(user_id=user_id))
                seen, items = proposals.seen(query), window.had_by(int(place))
                if len(seen.rows):  # who has had everything is shown nothing
                    blocks.append(seen.features)
                    right.append(np.isin(seen.rows, items))
                    had.append(len(items))
                    cold.append(not len(query.history))
        if not blocks:
            raise DataError("there is nothing to train a ranker on: no candidate is left for anybody")
        lengths = np.array([len(block) for block in blocks])
        names, scores = tuple(proposals.features.names), proposals.features.scores
        features, correct = np.concatenate(blocks), np.concatenate(right)
        return cls(names, scores, features, correct, lengths, np.array(had), np.array(cold))

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Return the queries of several windows; raise DataError where these were not shown the same features."""
        if any(part.names != parts[0].names for part in parts):
            raise DataError("the windows know different things of items or users: take fewer of them")
        names = ("features", "right", "lengths", "had", "cold")
        return replace(parts[0], **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})

    def where(self, chosen: NDArray[np.bool_]) -> Self:
        """Return some of the queries: (q,) which."""
        rows = np.repeat(chosen, self.lengths)
        of_rows = {name: getattr(self, name)[rows] for name in ("features", "right")}
        return replace(self, **of_rows, **{name: getattr(self, name)[chosen] for name in ("lengths", "had", "cold")})

    def with_fewer_wrong(self, share: float, rng: np.random.Generator) -> Self:
        """Return the same with a share of the wrong candidates, drawn."""
        kept = self.right | (rng.random(len(self.right)) < share)
        lengths = np.add.reduceat(kept.astype(np.int64), self._starts)
        return replace(self, features=self.features[kept], right=self.right[kept], lengths=lengths)

    @property
    def telling(self) -> Self:
        """Return the queries that have a right candidate and a wrong one: no order of the others is better.

        Raises:
            DataError: there are none.
        """
        right = np.add.reduceat(self.right.astype(np.int64), self._starts)
        found = (right > 0) & (right < self.lengths)
        if not found.any():
            raise DataError("there is nothing to train a ranker on: nobody's candidates hold what they then had")
        return self.where(found)

    def recalls(self, most: int) -> dict[str, float]:
        """Return of what was right the share among the first candidates of each source, and among those of any.

        Args:
            most: how many of each source are looked at.
        """
        sources = {name.removesuffix(RANK): column for column, name in enumerate(self.names) if name.endswith(RANK)}
        early = {name: self.features[:, column] * most >= 1 - ROUNDED for name, column in sources.items()}
        early[ANY] = np.any([*early.values()], axis=0)
        return {name: float((self.right & proposed).sum() / self.had.sum()) for name, proposed in early.items()}

    @property
    def _starts(self) -> NDArray[np.int64]:
        return np.cumsum(self.lengths) - self.lengths

    def ndcg(self, scores: NDArray[Any]) -> NDArray[np.float64]:
        """Return ndcg@10 of each query with its candidates in the order of scores (n,): (q,)."""
        there = np.arange(self.lengths.max()) < self.lengths[:, None]  # (q, c)
        laid, right = np.full(there.shape, -np.inf), np.zeros(there.shape, np.bool_)
        laid[there], right[there] = scores, self.right
        first = np.argpartition(-laid, min(K, laid.shape[1]) - 1, axis=1)[:, :K]
        best = np.take_along_axis(first, np.argsort(-np.take_along_axis(laid, first, axis=1), axis=1), axis=1)
        gains = np.take_along_axis(right, best, axis=1) / np.log2(np.arange(best.shape[1]) + 2)
        ideal = np.concatenate([[0], np.cumsum(1 / np.log2(np.arange(K) + 2))])
        found: NDArray[np.float64] = gains.sum(axis=1) / ideal[np.minimum(self.had, K)]
        return found
