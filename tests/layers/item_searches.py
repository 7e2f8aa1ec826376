"""Items, queries and the full sort that a search over item vectors is held to."""

from collections.abc import Sequence

import numpy as np

from warmstart.ann import Ann
from warmstart.inner_product import ItemVectors, Vectors
from warmstart.scorer import NO_ROWS, Query, Ranking

FIRST, LARGEST, TOGETHER = 64, 128, 3  # sizes of blocks, small: a few items fill several


def by_length(vectors: Vectors, ann: Ann | None = None) -> ItemVectors:
    """Return items as training writes them: longest first."""
    return ItemVectors.sorted(vectors)._replace(ann=ann)


def asks(k: int, exclude: Sequence[int] = (), only: Sequence[int] | None = None) -> Query:
    """Want k items of nobody in particular."""
    allowed = None if only is None else np.array(only, np.int32)
    return Query(
        user=-1,
        history=NO_ROWS,
        weights=np.empty(0, np.float32),
        ages=None,
        fresh=False,
        features={},
        exclude=np.array(exclude, np.int32),
        only=allowed,
        k=k,
    )


def sorted_whole(items: Vectors, vector: Vectors, query: Query) -> Ranking:
    """The reference: sort all rows by score; of a tie the longer vector is first, then the lower row."""
    scores, lengths = items @ vector, np.linalg.norm(items, axis=1)
    allowed = {*range(len(items))} if query.only is None else {*query.only.tolist()}
    rows = sorted(allowed - {*query.exclude.tolist()}, key=lambda row: (-scores[row], -lengths[row], row))[: query.k]
    return Ranking(np.array(rows, np.int32), scores[rows])


def some_items(n: int, d: int = 8, seed: int = 0) -> Vectors:
    """Return random vectors, half of their numbers below 0."""
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)
