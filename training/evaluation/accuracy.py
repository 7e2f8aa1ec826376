"""Did the users have next what they were recommended: per user, at several k, by one pass over the hits."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from training.evaluation.truth import Truth
from warmstart.scorer import Rows

Values = NDArray[np.float64]
Table = Callable[[int], Values]  # k -> (u,)


def hits_of(items: Rows, truth: Truth) -> NDArray[np.bool_]:
    """Return which of the recommended items the user had next.

    Args:
        items: (u, k) recommended rows, -1 where an answer is shorter.
        truth: of the same users.

    Returns:
        (u, k)
    """
    n_items = max(int(items.max(initial=0)), int(truth.items.max(initial=0))) + 1
    had = np.repeat(np.arange(len(items)), truth.counts) * n_items + truth.items  # ascending
    asked = np.arange(len(items))[:, None] * n_items + items
    places = np.minimum(np.searchsorted(had, asked), max(len(had) - 1, 0))
    found: NDArray[np.bool_] = (had[places] == asked) & (items >= 0) if len(had) else np.zeros(items.shape, np.bool_)
    return found


def accuracy(hits: NDArray[np.bool_], liked: NDArray[np.int64]) -> Mapping[str, Table]:
    """Return each metric as a function of k; a user who had nothing next is nan: nothing can be said of their answer.

    Args:
        hits: (u, w) whether the item at each rank was had, best first.
        liked: (u,) how many items the user had.

    Returns:
        map: average precision, divided by all that the user had.
        ndcg: the standard one, divided by the best that the user's items allow
            (Jarvelin & Kekalainen, ACM TOIS 20(4), 2002; equal to trec_eval's).
        mrr: one over the rank of the first hit.
        precision: hits over k, also where an answer is shorter. recall: hits over what the user had. hit_rate: any hit.
    """
    ranks = np.arange(1, hits.shape[1] + 1)
    counts = hits.cumsum(axis=1)  # (u, w) hits so far
    sums = {
        "hits": counts,
        "precisions": np.cumsum(hits * counts / ranks, axis=1),
        "gains": np.cumsum(hits / np.log2(ranks + 1), axis=1),
        "first": np.maximum.accumulate(hits / ranks, axis=1),
    }

    def at(name: str, k: int) -> Values:
        width = min(k, hits.shape[1])
        found = sums[name][:, width - 1] if width else np.zeros(len(hits))
        return np.where(liked > 0, found, np.nan)

    def ideal(k: int) -> Values:
        best = np.concatenate([[0.0], np.cumsum(1 / np.log2(np.arange(2, k + 2)))])
        reachable: Values = best[np.minimum(liked, k)]
        return reachable

    some = np.maximum(liked, 1)
    return {
        "map": lambda k: at("precisions", k) / some,
        "ndcg": lambda k: at("gains", k) / np.where(liked > 0, ideal(k), 1.0),
        "mrr": lambda k: at("first", k),
        "precision": lambda k: at("hits", k) / k,
        "recall": lambda k: at("hits", k) / some,
        "hit_rate": lambda k: np.minimum(at("hits", k), 1.0),
    }
