"""Exact top k of a score per row, with exclusion, and ties broken by the lower row."""

import numpy as np

from warmstart.scorer import Ranking, Rows, Scores

BLOCK = 128  # rows that share a maximum, at most; only blocks whose maximum can matter are looked at
WORTH = 4  # rows in a block, and blocks for each of the k, below which a sort of everything is as fast


def top_k(scores: Scores, k: int, exclude: Rows, only: Rows | None = None) -> Ranking:
    """Rank the k largest scores.

    Args:
        scores: (n,) one per row; overwritten.
        k: how many at most.
        exclude: (e,) rows that must not appear.
        only: (m,) the only rows that may appear; any may where it is None.

    Returns:
        Fewer than k where fewer rows are left. The same scores always give the same order.
    """
    scores[exclude] = -np.inf
    rows = np.unique(only) if only is not None else (scores >= lower_bound(scores, k)).nonzero()[0]
    values = scores[rows]
    order = (-values).argsort(kind="stable")[:k]  # rows ascend, so a stable sort puts the lower row of a tie first
    rows, values = rows[order].astype(np.int32), values[order]
    if len(values) and not values[-1] > -np.inf:
        left = values > -np.inf
        rows, values = rows[left], values[left]
    return Ranking(rows, values)


def only_positive(scores: Scores) -> Scores:
    """Put -inf, which is never ranked, in place of all scores that are not above 0: nothing speaks for these items."""
    scores[scores <= 0] = -np.inf
    return scores


def lower_bound(scores: Scores, k: int) -> np.float32:
    """Return what `lower_bounds` does for one line (n,), which is most of what a small catalogue's top k takes."""
    width, height = _blocks(len(scores), k)
    if height < WORTH:
        return -np.float32(np.inf)
    maxima = scores[: width * height].reshape(height, width).max(axis=0)
    maxima.partition(width - k)
    bound: np.float32 = maxima[width - k]
    return bound


def lower_bounds(scores: Scores, k: int) -> Scores:
    """Return for each line a value that at least k of its scores reach, and few more: the k-th largest block maximum.

    Block j is made of the rows j, j + width, j + 2 width, ...: numpy takes maxima fastest along that axis.

    Args:
        scores: (m, n).
        k: how many.

    Returns:
        (m,); below all scores where there are too few for that to be faster than a sort.
    """
    width, height = _blocks(scores.shape[1], k)
    if height < WORTH:
        return np.full(len(scores), -np.inf, np.float32)
    maxima = scores[:, : width * height].reshape(-1, height, width).max(axis=1)
    bounds: Scores = np.partition(maxima, width - k, axis=1)[:, width - k]
    return bounds


def _blocks(n: int, k: int) -> tuple[int, int]:
    """Return how many blocks there are, and the rows of each."""
    width = max(n // BLOCK, WORTH * k)
    return width, n // width
