"""Exact top k of a score per row, with exclusion, and ties broken by the lower row."""

import numpy as np

from warmstart.scorer import Ranking, Rows, Scores

BLOCK = 128  # rows whose maximum decides whether they are looked at one by one


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
    if only is not None:
        kept = np.unique(np.setdiff1d(only, exclude))
        return _sorted(kept.astype(np.int32), scores[kept], k)
    scores[exclude] = -np.inf
    rows = _candidates(scores, k)
    values = scores[rows]
    allowed = values > -np.inf
    return _sorted(rows[allowed], values[allowed], k)


def _candidates(scores: Scores, k: int) -> Rows:
    """Return, ascending, rows that hold the top k and all that tie with the last: blocks whose maximum can matter."""
    whole = len(scores) // BLOCK * BLOCK
    if whole // BLOCK <= 2 * k:
        return np.arange(len(scores), dtype=np.int32)
    maxima = scores[:whole].reshape(-1, BLOCK).max(axis=1)
    threshold = np.partition(maxima, len(maxima) - k)[len(maxima) - k]
    blocks = np.flatnonzero(maxima >= threshold).astype(np.int32)
    rows = (blocks[:, None] * BLOCK + np.arange(BLOCK, dtype=np.int32)).ravel()
    return np.concatenate([rows, np.arange(whole, len(scores), dtype=np.int32)])


def _sorted(rows: Rows, scores: Scores, k: int) -> Ranking:
    """Sort ascending rows by score, best first; a stable sort leaves the lower row of a tie in front."""
    if len(scores) > 4 * k:  # cut to those not below the k-th largest before sorting
        threshold = np.partition(scores, len(scores) - k)[len(scores) - k]
        kept = scores >= threshold
        rows, scores = rows[kept], scores[kept]
    order = np.argsort(-scores, kind="stable")[:k]
    return Ranking(rows[order], scores[order])
