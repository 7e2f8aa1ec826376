"""The largest inner products with a vector, exactly: items lie in the order of their length, and few are looked at."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from warmstart.ann import FILE, Ann
from warmstart.artifact import Artifact
from warmstart.scorer import NO_ROWS, Query, Ranking, Rows, Scores
from warmstart.topk import top_k

Vectors = NDArray[np.float32]
FIRST = 2_048  # items that are looked at in any case; each further block is twice as large
LARGEST = 32_768  # items of a block
TOGETHER = 256  # queries that share a matrix product
SLACK = 1 + 1e-5  # for the rounding of a product in float32
NOTHING = Ranking(NO_ROWS, np.empty(0, np.float32))


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

    @classmethod
    def load(cls, artifact: Artifact) -> Self:
        """Open the vectors; raise Incompatible where the arrays do not fit each other."""
        n_items = len(artifact.array("popularity", np.int32, None))
        vectors = artifact.array("item_vectors", np.float32, n_items, None)
        ann = None
        if FILE in artifact.manifest.files:
            ann = Ann.load(artifact.folder / FILE, n_items, vectors.shape[1], int(artifact.setting("ef")))
        return cls(
            vectors,
            artifact.array("item_lengths", np.float32, n_items),
            artifact.array("item_rows", np.int32, n_items),
            artifact.array("item_places", np.int32, n_items),
            ann,
        )

    def of(self, items: Rows) -> Vectors:
        """Return the vectors of some items: (len(items), d)."""
        found: Vectors = self.vectors[self.places[items]]
        return found

    def best(self, vectors: Vectors, queries: Sequence[Query]) -> list[Ranking]:
        """Rank for each query by the inner product with its vector.

        Args:
            vectors: (len(queries), d).
            queries: what they exclude, allow and how much they want.
        """
        if self.ann is not None:
            return [self._near(self.ann, *asked) for asked in zip(vectors, queries, strict=True)]
        found: list[Ranking] = []
        for start in range(0, len(queries), TOGETHER):
            found += self._best(vectors[start : start + TOGETHER], queries[start : start + TOGETHER])
        return found

    def similar(self, item: int, exclude: Rows, k: int) -> Ranking:
        """Rank items by the cosine of their vectors with one item's."""
        place = int(self.places[item])
        products = self.vectors @ self.vectors[place]
        both = self.lengths * self.lengths[place]
        cosines = np.divide(products, both, out=np.zeros_like(products), where=both > 0)
        return self._named(top_k(cosines, k, self.places[exclude]))

    def _best(self, vectors: Vectors, queries: Sequence[Query]) -> list[Ranking]:
        best = [
            NOTHING if query.only is None else self._among(vector, query, query.only)
            for vector, query in zip(vectors, queries, strict=True)
        ]
        barred = [np.sort(self.places[query.exclude]) for query in queries]
        lengths = np.linalg.norm(vectors, axis=1) * SLACK
        open_ = [number for number, query in enumerate(queries) if query.only is None]
        for block in self._blocks():
            longest = self.lengths[block.start]
            open_ = [n for n in open_ if len(best[n].rows) < queries[n].k or lengths[n] * longest >= best[n].scores[-1]]
            if not open_:
                break
            for number, scores in zip(open_, vectors[open_] @ self.vectors[block].T, strict=True):
                within = barred[number]
                within = within[slice(*np.searchsorted(within, (block.start, block.stop)))] - block.start
                best[number] = _joined(best[number], scores, within, block.start, queries[number].k)
        return [self._named(ranking) for ranking in best]

    def _near(self, ann: Ann, vector: Vectors, query: Query) -> Ranking:
        """Ask the index, for as many more as may not be returned; exactly where it finds too few."""
        places = (
            None if query.only is not None else ann.nearest(vector, min(query.k + len(query.exclude), len(self.rows)))
        )
        if places is None:
            return self._best(vector[None], [query])[0]
        places = places[~np.isin(places, self.places[query.exclude])]
        found = top_k(self.vectors[places] @ vector, query.k, NO_ROWS)
        return self._named(Ranking(places[found.rows], found.scores))

    def _among(self, vector: Vectors, query: Query, only: Rows) -> Ranking:
        """Rank the only items that may be returned."""
        allowed = np.setdiff1d(only, query.exclude)
        places = np.sort(self.places[allowed])
        found = top_k(self.vectors[places] @ vector, query.k, NO_ROWS)
        return Ranking(places[found.rows], found.scores)

    def _blocks(self) -> Iterator[slice]:
        start, size = 0, FIRST
        while start < len(self.rows):
            yield slice(start, min(start + size, len(self.rows)))
            start, size = start + size, min(2 * size, LARGEST)

    def _named(self, found: Ranking) -> Ranking:
        """Return rows for places."""
        return Ranking(self.rows[found.rows], found.scores)


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
