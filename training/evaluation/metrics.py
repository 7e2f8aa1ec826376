"""The metrics by name, and all of them at once for one fold's answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from training.evaluation.accuracy import accuracy, hits_of
from training.evaluation.beyond import Learnt, beyond, concentration, coverage
from training.evaluation.truth import Truth
from warmstart.errors import DataError
from warmstart.scorer import Rows

KS = (1, 5, 10)
MAX_K = 100  # as the API answers


@dataclass(frozen=True)
class Metric:
    """One metric, as tables and reports need it."""

    group: str
    better: str | None  # "higher", or None where neither end is the better one
    says: str


METRICS: Mapping[str, Metric] = {
    "map": Metric("ranking", "higher", "mean average precision"),
    "ndcg": Metric("ranking", "higher", "normalised discounted cumulative gain, the standard one"),
    "mrr": Metric("ranking", "higher", "one over the rank of the first hit"),
    "precision": Metric("classification", "higher", "share of the k items that were had next"),
    "recall": Metric("classification", "higher", "share of what was had next that is among the k"),
    "hit_rate": Metric("classification", "higher", "share of users with any hit"),
    "novelty": Metric("beyond", None, "mean inverse user frequency, bits"),
    "serendipity": Metric("beyond", "higher", "hits that popularity alone would not have put so high"),
    "diversity": Metric("beyond", None, "mean number of genres in which two items of a list differ"),
    "coverage": Metric("beyond", None, "share of the catalogue that anybody is recommended"),
    "concentration": Metric("beyond", None, "share of all recommendations that the ten most recommended items have"),
    "popularity": Metric("beyond", None, "mean share of all interactions that a recommended item has"),
}


def check_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names once each, in their own order; an unknown one is a DataError that lists those there are."""
    unknown = [name for name in names if name not in METRICS]
    if unknown or not names:
        raise DataError(f"no metric {', '.join(map(repr, unknown))}; there are {', '.join(METRICS)}")
    return tuple(dict.fromkeys(names))


def check_ks(ks: Sequence[int]) -> tuple[int, ...]:
    """Return the ks once each, ascending; one that no API call could have is a DataError."""
    if not ks or not all(1 <= k <= MAX_K for k in ks):
        raise DataError(f"k must be between 1 and {MAX_K}, not {', '.join(map(str, ks)) or 'nothing'}")
    return tuple(sorted(set(ks)))


def per_user(
    names: Sequence[str], ks: Sequence[int], items: Rows, truth: Truth, learnt: Learnt | None = None
) -> dict[str, NDArray[np.float64]]:
    """Return `metric@k` -> (u,), nan where there is nothing to say of a user.

    Args:
        names: of metrics; those of all answers together are left out, and those beyond accuracy need `learnt`.
        ks: lengths of the lists.
        items: (u, w) recommended rows, best first, -1 where an answer is shorter.
        truth: of the same users.
        learnt: what the models could know of items.
    """
    hits = hits_of(items, truth)
    tables = {**accuracy(hits, truth.counts), **({} if learnt is None else beyond(items, hits, learnt))}
    return {f"{name}@{k}": tables[name](k) for name in names if name in tables for k in ks}


def of_all(names: Sequence[str], ks: Sequence[int], items: Rows, learnt: Learnt) -> dict[str, float]:
    """Return `metric@k` of the metrics of all answers together, which no single user has.

    Args:
        names: of metrics; those that single users have are left out.
        ks: lengths of the lists.
        items: (u, w) recommended rows, best first, -1 where an answer is shorter.
        learnt: what the models could know of items.
    """
    whole: dict[str, Callable[[Rows], float]] = {
        "coverage": partial(coverage, catalogue=learnt.catalogue),
        "concentration": concentration,
    }
    return {f"{name}@{k}": whole[name](items[:, :k]) for name in names if name in whole for k in ks}
