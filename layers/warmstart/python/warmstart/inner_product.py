"""The largest inner products with a vector, exactly: items lie in the order of their length, and few are looked at."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from warmstart.ann import FILE, Ann
from warmstart.artifact import Artifact
from warmstart.errors import Incompatible
from warmstart.scorer import NO_ROWS, Query, Ranking, Rows, Scores
from warmstart.topk import lower_bounds, only_positive, top_k
from warmstart.trend import Prior

Vectors = NDArray[np.float32]
FIRST = 4_096  # items that are looked at in any case; each further block is four times as large
LARGEST = 32_768  # items of a block
TOGETHER = 256  # queries that share a matrix product
AHEAD = 5  # times as many are asked of an index where the best are found by fusing
MOST_KEPT = 10**9  # nodes of a search
SLACK = 1 + 1e-5  # for the rounding of a product in float32


class ItemVectors(NamedTuple):
    """Items as vectors, longest first.

    A score is at most the product of both lengths (Cauchy-Schwarz). So the search ends where even a parallel vector of
    the next item's length would not reach the k-th best score found: the answer is exact. Vectors of matrix
    factorization grow with popularity, and the search looks at a few in a hundred of them (the length-based pruning of
    LEMP: Teflioudi, Gemulla & Mykytiuk, SIGMOD 2015).
    """

    vectors: Vectors  # (n_items, d)
    lengths: Scores  # (n_items,) falling
    rows: Rows  # (n_items,) which item lies at a place
    places: Rows  # (n_items,) where an item lies
    ann: Ann | None = None  # asked in place of the exact search
    prior: Prior | None = None  # by place
    ceilings: Scores | None = (
        None  # (2, n_items) the largest factor from each place on, times its item's length and alone
    )
    wanted: Rows | None = None  # (n_items,) places, the largest factor first; None where no index is asked

    @classmethod
    def load(cls, artifact: Artifact) -> Self:
        """Open the vectors; raise Incompatible where the arrays do not fit each other."""
        n_items = len(artifact.array("popularity", np.int32, None))
        vectors = artifact.array("item_vectors", np.float32, n_items, None)
        ann = None
        if FILE in artifact.manifest.files:
            ef = artifact.setting("ef")
            if not 1 <= ef <= MOST_KEPT:
                raise Incompatible(f"an ef of {ef:g}")
            ann = Ann.load(artifact.folder / FILE, vectors, int(ef))
        return cls(
            vectors,
            artifact.array("item_lengths", np.float32, n_items),
            artifact.array("item_rows", np.int32, n_items),
            artifact.array("item_places", np.int32, n_items),
            ann,
        )

    @classmethod
    def sorted(cls, vectors: Vectors) -> Self:
        """Lay out vectors (n_items, d) that come in the order of their rows."""
        lengths = np.linalg.norm(vectors, axis=1).astype(np.float32)
        rows = np.argsort(-lengths, kind="stable").astype(np.int32)
        places = np.empty_like(rows)
        places[rows] = np.arange(len(rows), dtype=np.int32)
        return cls(vectors[rows].astype(np.float32, copy=False), lengths[rows], rows, places)

    def with_prior(self, prior: Prior) -> Self:
        """Return the same items, ranked by their products fused with a prior."""
        factors = prior.factors[self.rows]
        most = np.stack([factors * self.lengths, factors * prior.lifted(np.zeros(1, np.float32))])
        ceilings = np.maximum.accumulate(most[:, ::-1], axis=1)[:, ::-1]
        wanted = None if self.ann is None else np.argsort(-factors, kind="stable").astype(np.int32)
        return self._replace(prior=prior._replace(factors=factors), ceilings=ceilings, wanted=wanted)

    def without_prior(self) -> Self:
        """Return the same items, ranked by their products alone."""
        return self._replace(prior=None, ceilings=None, wanted=None)

    def of(self, items: Rows) -> Vectors:
        """Return the vectors of some items: (len(items), d)."""
        found: Vectors = self.vectors[self.places[items]]
        return found

    def scores(self, vector: Vectors) -> Scores:
        """Return the score of every item with one vector: (n_items,) by row; -inf where a prior makes it nothing."""
        found = np.empty(len(self.rows), np.float32)
        found[self.rows] = self._fused(self.vectors @ vector, slice(None))
        return found if self.prior is None else only_positive(found)

    def best(self, vectors: Vectors, queries: Sequence[Query]) -> list[Ranking]:
        """Rank for each query by the inner product with its vector.

        Args:
            vectors: (len(queries), d).
            queries: what they exclude, allow and how much they want.
        """
        if self.ann is not None or len(queries) == 1:
            return [self.best_for(*asked) for asked in zip(vectors, queries, strict=True)]
        found: list[Ranking] = []
        for start in range(0, len(queries), TOGETHER):
            found += self._best(vectors[start : start + TOGETHER], queries[start : start + TOGETHER])
        return found

    def best_for(self, vector: Vectors, query: Query) -> Ranking:
        """Rank as `best` does for one query, by its vector (d,)."""
        return self._best_alone(vector, query) if self.ann is None else self._near(self.ann, vector, query)

    def best_known(self, vectors: Sequence[Vectors | None], queries: Sequence[Query]) -> list[Ranking | None]:
        """Rank as `best` does for each query that has a vector (d,); None for one that has none."""
        known = [place for place, vector in enumerate(vectors) if vector is not None]
        ranked: list[Ranking | None] = [None] * len(queries)
        if known:
            stacked = np.stack([vector for vector in vectors if vector is not None])
            for place, ranking in zip(known, self.best(stacked, [queries[place] for place in known]), strict=True):
                ranked[place] = ranking
        return ranked

    def similar(self, item: int, exclude: Rows, k: int) -> Ranking:
        """Rank items by the cosine of their vectors with one item's."""
        place = int(self.places[item])
        products = self.vectors @ self.vectors[place]
        both = self.lengths * self.lengths[place]
        cosines = np.divide(products, both, out=np.zeros_like(products), where=both > 0)
        return self._named(top_k(cosines, k, self.places[exclude]))

    def _best_alone(self, vector: Vectors, query: Query) -> Ranking:
        """Rank as `_best` does; for one query its arrays of all queries' best cost more than they save."""
        if query.only is not None:
            return self._named(self._among(vector, query, query.only))
        places = self.places[query.exclude]
        if len(self.rows) <= FIRST:
            return self._named(top_k(self._fused(self.vectors @ vector, slice(None)), query.k, places))
        best, length = Ranking(NO_ROWS, np.empty(0, np.float32)), np.linalg.norm(vector) * SLACK
        barred = np.sort(places)
        for block in self._blocks():
            if len(best.rows) == query.k and self._bounds(length, block.start) < best.scores[-1]:
                break
            within = barred[slice(*np.searchsorted(barred, (block.start, block.stop)))] - block.start
            best = _joined(best, self._fused(self.vectors[block] @ vector, block), within, block.start, query.k)
        return self._named(best)

    def _best(self, vectors: Vectors, queries: Sequence[Query]) -> list[Ranking]:
        lengths = np.linalg.norm(vectors, axis=1) * SLACK
        barred, best = self._barred(queries), Best(queries)
        open_ = np.array([number for number, query in enumerate(queries) if query.only is None], np.intp)
        for block in self._blocks():
            open_ = open_[self._bounds(lengths[open_], block.start) >= best.least[open_]]
            if not len(open_):
                break
            scores = self._fused(vectors[open_] @ self.vectors[block].T, block)
            barred.strike(scores, open_, block)
            best.add(scores, open_, block.start)
        return [
            self._named(best.of(number) if query.only is None else self._among(vectors[number], query, query.only))
            for number, query in enumerate(queries)
        ]

    def _barred(self, queries: Sequence[Query]) -> "Barred":
        numbers = np.repeat(np.arange(len(queries)), [len(query.exclude) for query in queries])
        places = self.places[np.concatenate([query.exclude for query in queries])]
        order = np.argsort(places)
        return Barred(numbers[order], places[order])

    def _near(self, ann: Ann, vector: Vectors, query: Query) -> Ranking:
        """Ask the index, for as many more as may not be returned; exactly where it finds too few.

        Beside a prior it is asked for more, and what is most wanted now is looked at too, however far from the vector.
        """
        due = query.k + len(query.exclude)
        wanted = due if self.prior is None else max((AHEAD - 1) * query.k + due, ann.ef)
        wanted = min(wanted, len(self.rows))
        places = ann.nearest(vector, wanted) if query.only is None else None
        if places is None:
            return self._best_alone(vector, query)
        if self.wanted is not None:
            places = np.concatenate([places, self.wanted[:due]])
        places = np.unique(places)  # ascending: of a tie the earlier place is first
        barred = self.places[query.exclude]
        at = np.minimum(places.searchsorted(barred), len(places) - 1)
        scores = self._fused(self.vectors[places] @ vector, places)
        found = top_k(scores, query.k, at[places[at] == barred])
        return self._named(Ranking(places[found.rows], found.scores))

    def _among(self, vector: Vectors, query: Query, only: Rows) -> Ranking:
        """Rank the only items that may be returned."""
        allowed = np.setdiff1d(only, query.exclude)
        places = np.sort(self.places[allowed])
        found = top_k(self._fused(self.vectors[places] @ vector, places), query.k, NO_ROWS)
        return Ranking(places[found.rows], found.scores)

    def _fused(self, products: Scores, places: slice | Rows) -> Scores:
        return products if self.prior is None else self.prior.fuse(products, places)

    def _bounds(self, lengths: Any, place: int) -> Any:
        """Return what no score of a vector of such lengths with an item from a place on is above.

        A scale adds to a product no more than it makes of 0.
        """
        if self.prior is None or self.ceilings is None:
            return lengths * self.lengths[place]
        length, of_nothing = self.ceilings[:, place]
        return (lengths * length + of_nothing) * SLACK

    def _blocks(self) -> Iterator[slice]:
        start, size = 0, FIRST
        while start < len(self.rows):
            yield slice(start, min(start + size, len(self.rows)))
            start, size = start + size, min(4 * size, LARGEST)

    def _named(self, found: Ranking) -> Ranking:
        """Return rows for places; of fused scores without what is worth nothing."""
        named = Ranking(self.rows[found.rows], found.scores)
        return named if self.prior is None else named.positive()


class Barred(NamedTuple):
    """What may not be returned, in the order of places."""

    numbers: NDArray[np.intp]  # (n,) of queries
    places: Rows  # (n,)

    def strike(self, scores: Scores, numbers: NDArray[np.intp], block: slice) -> None:
        """Take what is barred out of the scores of some queries, ascending, with a block: (len(numbers), b)."""
        part = slice(*np.searchsorted(self.places, (block.start, block.stop)))
        lines = np.searchsorted(numbers, self.numbers[part])
        there = numbers[np.minimum(lines, len(numbers) - 1)] == self.numbers[part]
        scores[lines[there], self.places[part][there] - block.start] = -np.inf


class Best:
    """The best of each query so far; of a tie the earlier place."""

    def __init__(self, queries: Sequence[Query]) -> None:
        self._k = np.array([query.k for query in queries])
        self.least = np.full(len(queries), -np.inf, np.float32)  # the k-th best score of each
        self._numbers = np.empty(0, np.intp)  # (n,) ascending
        self._places = NO_ROWS  # (n,)
        self._scores = np.empty(0, np.float32)  # (n,) falling within a number

    def add(self, scores: Scores, numbers: NDArray[np.intp], offset: int) -> None:
        """Take what is good enough of the scores of some queries with a block of items: (len(numbers), b)."""
        least = self.least[numbers]
        if least.min() == -np.inf:
            least = np.maximum(least, lower_bounds(scores, int(self._k[numbers].max())))
        lines, places = np.divmod(np.flatnonzero(scores >= least[:, None]), scores.shape[1])
        values = scores[lines, places]
        there = values > -np.inf
        if there.any():
            self._take(numbers[lines[there]], (places[there] + offset).astype(np.int32), values[there])

    def of(self, number: int) -> Ranking:
        """Return a query's best, in places."""
        part = slice(*np.searchsorted(self._numbers, (number, number + 1)))
        return Ranking(self._places[part], self._scores[part])

    def _take(self, numbers: NDArray[np.intp], places: Rows, scores: Scores) -> None:
        numbers = np.concatenate([self._numbers, numbers])
        places = np.concatenate([self._places, places])
        scores = np.concatenate([self._scores, scores])
        order = np.lexsort((places, -scores, numbers))
        numbers = numbers[order]
        ranks = np.arange(len(numbers)) - np.searchsorted(numbers, numbers)
        kept = ranks < self._k[numbers]
        self._numbers, order = numbers[kept], order[kept]
        self._places, self._scores = places[order], scores[order]
        last = ranks[kept] == self._k[self._numbers] - 1
        self.least[self._numbers[last]] = self._scores[last]


def _joined(best: Ranking, scores: Scores, barred: Rows, offset: int, k: int) -> Ranking:
    """Return the k best so far and of a block's scores, which are overwritten; of a tie the earlier place."""
    if len(best.rows) < k:
        rows, values = top_k(scores, k, barred)
    else:
        scores[barred] = -np.inf
        rows = np.flatnonzero(scores > best.scores[-1]).astype(np.int32)
        values = scores[rows]
    if not len(rows):
        return best
    places, scores = np.concatenate([best.rows, rows + np.int32(offset)]), np.concatenate([best.scores, values])
    order = np.argsort(-scores, kind="stable")[:k]
    return Ranking(places[order], scores[order])
