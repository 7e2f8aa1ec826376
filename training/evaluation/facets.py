"""What a manifest says of a measurement beside its means: how sure they are, shorter lists, what else, and for whom.

Longer lists than were asked for are not among it: an index that is asked for twenty may begin with other items than
one that is asked for ten, and what is measured is what is served.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from training.evaluation.accuracy import hits_of
from training.evaluation.beyond import Learnt, Values, beyond, coverage, genre_matrix
from training.evaluation.comparison import interval
from training.evaluation.measure import K, Measured
from training.evaluation.metrics import per_user
from training.evaluation.people import histories, kinds
from training.evaluation.segments import Masks, masks
from training.evaluation.splits import Mask
from training.evaluation.truth import Truth
from training.interactions import Events

KS = (1, 5, K)
BY_K = ("ndcg", "map", "recall")
BEYOND = ("novelty", "diversity")  # of those that single users have
DIGITS = 6


@dataclass(frozen=True, eq=False)
class Facets:
    """What the answers on a fold are looked at with; the same for all models."""

    truth: Truth
    learnt: Learnt
    segments: Masks  # name -> (u,), of those that the fold has

    @classmethod
    def of(cls, events: Events, learn: Mask, truth: Truth) -> Self:
        """Look at a fold.

        Args:
            events: all events.
            learn: (n,) which of them came before the fold.
            truth: what the fold holds.
        """
        _, lengths = histories(events, learn, truth.users)
        segments = masks(kinds(events, truth.users, lengths), lengths)
        there = {name: mask for name, mask in segments.items() if mask.any()}
        return cls(truth, Learnt.of(events, learn, genre_matrix(events.genres)), there)

    def seen_in(self, measured: Measured, seed: int, strangers: Mapping[str, Values] = {}) -> dict[str, Any]:
        """Describe a model's answers on the fold.

        Intervals are of 95 %, by the percentile bootstrap over users (Efron & Tibshirani, "An introduction to the
        bootstrap", 1993, chapter 13), as in the tables of `evaluate`.

        Args:
            measured: on this fold.
            seed: of the bootstrap.
            strangers: kind -> ndcg of what the same people are answered if they are asked for as strangers: (u,), nan
                for who was not.
        """
        ndcg = measured.values[f"ndcg@{K}"]
        parts = {**{name: np.where(mask, ndcg, np.nan) for name, mask in self.segments.items()}, **strangers}
        means, lows, highs = _intervals(measured, parts, seed)
        return {
            "intervals": {name: [lows[name], highs[name]] for name in measured.values},
            "by_k": self._by_k(measured),
            "beyond": self._beyond(measured),
            "by_segment": {
                name: {
                    "users": int((~np.isnan(of_users)).sum()),
                    f"ndcg@{K}": means[name],
                    "low": lows[name],
                    "high": highs[name],
                }
                for name, of_users in parts.items()
            },
        }

    def _by_k(self, measured: Measured) -> dict[str, dict[str, float]]:
        values = per_user(BY_K, KS, measured.items, self.truth)
        return {name: {str(k): _rounded(values[f"{name}@{k}"].mean()) for k in KS} for name in BY_K}

    def _beyond(self, measured: Measured) -> dict[str, float]:
        tables = beyond(measured.items, hits_of(measured.items, self.truth), self.learnt)
        of_users = {name: tables[name](K) for name in BEYOND if name in tables}
        means = {name: _mean(values) for name, values in of_users.items()}
        found = {**means, "coverage": coverage(measured.items, self.learnt.catalogue)}
        return {f"{name}@{K}": _rounded(value) for name, value in found.items() if value is not None}


def _intervals(measured: Measured, parts: Mapping[str, Values], seed: int) -> list[dict[str, float]]:
    """Return the mean of each metric and of each part's ndcg, and the ends of its interval, from the same resamples."""
    columns = {**measured.values, **parts}
    found = interval([(measured.asked, np.stack([*columns.values()], axis=1))], seed)
    return [dict(zip(columns, map(_rounded, of), strict=True)) for of in (found.mean, found.low, found.high)]


def _mean(values: Values) -> float | None:
    """Return the mean over users of whom there is something to say; None where there is none."""
    return None if np.isnan(values).all() else float(np.nanmean(values))


def _rounded(value: float) -> float:
    return round(float(value), DIGITS)
