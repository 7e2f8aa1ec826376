"""The events of a history that speak loudest for an item."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from warmstart.scorer import Reason, Rows

MOST = 3  # events that are named behind an item


def strongest(items: Rows, parts: NDArray[Any]) -> list[Reason]:
    """Split scores over the items of a history.

    Args:
        items: (h,) the history, each item once.
        parts: (n, h) what each of them adds to the score of each of n recommended rows; what is below 0 is left out.

    Returns:
        A reason for each of the n rows.
    """
    parts = np.maximum(parts, 0)
    totals = parts.sum(axis=1, keepdims=True)
    shares = np.divide(parts, totals, out=np.zeros_like(parts), where=totals != 0).astype(np.float32)
    best = np.argsort(-shares, axis=1, kind="stable")[:, :MOST]
    telling = [order[share[order] > 0] for order, share in zip(best, shares, strict=True)]
    return [Reason(items[order], share[order]) for order, share in zip(telling, shares, strict=True)]
