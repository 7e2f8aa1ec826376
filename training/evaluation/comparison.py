"""How sure a mean over users and folds is, and whether two models differ: users are what is drawn again.

A user of several folds is one unit, drawn with all their folds. With x the value of user u on fold f of F, m the
fold's mean and n its users, (x - m) / (F n), summed over the user's folds, is by how much u moves the mean of the
folds' means; a bootstrap draw of users sums these. For one fold that is exactly the mean of a resample.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.evaluation.result import Paired
from warmstart.scorer import Rows

Values = NDArray[np.float64]
DRAWS = 1000  # of the bootstrap: Efron & Tibshirani, "An introduction to the bootstrap", 1993, chapter 13
FLIPS = 2000  # of the test: no p is below 1 / 2001
BLOCK = 2**22  # numbers drawn at once: 32 MB
Sample = tuple[Rows, Values]  # users (u,) and values (u, m), nan where there is nothing to say


@dataclass(frozen=True, eq=False)
class Interval:
    """Means over folds and their 95 % intervals: (m,) each, nan where there is nothing to say."""

    mean: Values
    low: Values
    high: Values


def interval(samples: Sequence[Sample], seed: int) -> Interval:
    """Estimate the mean over folds of the folds' means.

    Args:
        samples: one per fold.
        seed: of the draws; the same one gives the same interval.
    """
    means, parts = _parts(samples)
    drawn = np.concatenate([weights @ parts for weights in _resamples(len(parts), seed)])
    low, high = np.percentile(drawn, (2.5, 97.5), axis=0)
    return Interval(means, means + low, means + high)


def paired(ours: Sequence[Sample], theirs: Sequence[Sample], seed: int) -> list[Paired]:
    """Compare two models on the same users of the same folds, a result per column.

    The p-value is that of the paired randomisation test (Smucker, Allan & Carterette, "A comparison of statistical
    significance tests for information retrieval evaluation", CIKM 2007): if the two were alike, each user's difference
    could as well have the other sign.
    """
    samples = [(users, mine - other) for (users, mine), (_, other) in zip(ours, theirs, strict=True)]
    found = interval(samples, seed)
    _, parts = _parts(samples, centred=False)
    reached = np.abs(found.mean) - 1e-12  # a draw that sums the same numbers in another order reaches it too
    beyond = sum((np.abs(signs @ parts) >= reached).sum(axis=0) for signs in _flips(len(parts), seed))
    p = np.where(np.isnan(found.mean), np.nan, (1 + beyond) / (1 + FLIPS))
    users = [_users(samples, column) for column in range(parts.shape[1])]
    columns = zip(found.mean, found.low, found.high, p, users, strict=True)
    return [
        Paired(number(mean), number(low), number(high), number(chance), n) for mean, low, high, chance, n in columns
    ]


def number(value: float) -> float | None:
    """Return a float, None for nan: JSON has none."""
    return None if np.isnan(value) else float(value)


def _parts(samples: Sequence[Sample], *, centred: bool = True) -> tuple[Values, Values]:
    """Return the means (m,) and what each distinct user adds (U, m), less the folds' means where centred."""
    counts = np.stack([(~np.isnan(values)).sum(axis=0) for _, values in samples])  # (F, m)
    folds = np.maximum((counts > 0).sum(axis=0), 1)
    sums = np.stack([np.nansum(values, axis=0) for _, values in samples])
    by_fold = sums / np.maximum(counts, 1)
    means = np.where((counts > 0).any(axis=0), by_fold.sum(axis=0) / folds, np.nan)
    distinct, places = np.unique(np.concatenate([users for users, _ in samples]), return_inverse=True)
    added = np.concatenate(
        [
            np.nan_to_num(values - (mean if centred else 0.0)) / (folds * np.maximum(count, 1))
            for (_, values), mean, count in zip(samples, by_fold, counts, strict=True)
        ]
    )
    parts = np.zeros((len(distinct), added.shape[1]))
    np.add.at(parts, places, added)
    return means, parts


def _users(samples: Sequence[Sample], column: int) -> int:
    return len(np.unique(np.concatenate([users[~np.isnan(values[:, column])] for users, values in samples])))


def _resamples(users: int, seed: int) -> Iterator[Values]:
    """Yield how often each user is drawn: (draws, users), as many rows in all as there are draws."""
    rng = np.random.default_rng(seed)
    for size in _blocks(DRAWS, users):
        drawn = rng.integers(users, size=(size, users)) + np.arange(size)[:, None] * users
        yield np.bincount(drawn.ravel(), minlength=size * users).reshape(size, users).astype(np.float64)


def _flips(users: int, seed: int) -> Iterator[Values]:
    """Yield 1 or -1 for each user: (flips, users)."""
    rng = np.random.default_rng(seed)
    for size in _blocks(FLIPS, users):
        yield rng.integers(0, 2, (size, users), np.int8) * 2.0 - 1.0


def _blocks(rows: int, width: int) -> Iterator[int]:
    size = max(1, BLOCK // max(width, 1))
    yield from (min(size, rows - start) for start in range(0, rows, size))
