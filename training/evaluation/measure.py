"""Measures a draft on the one fold that `train` has, with the scorer that will serve it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from training.evaluation.answers import CHECKED, ask
from training.evaluation.comparison import paired
from training.evaluation.metrics import per_user
from training.evaluation.result import Paired
from training.evaluation.truth import Truth, truth_of
from warmstart.errors import DataError
from warmstart.recommender import Recommender
from warmstart.scorer import Rows

__all__ = ["METRICS", "K", "Measured", "measure", "truth_of"]  # what a fold holds and how it is measured

K = 10
METRICS = ("map", "ndcg", "recall")
SAME = 0.8  # of a list's items in another list, from where on the two are as good as the same


@dataclass(frozen=True)
class Measured:
    """How good the answers of a draft are on a fold, and whether they are its own."""

    metrics: Mapping[str, float]
    users: int  # who were asked for
    personal_share: float  # of the answers that are not all fallback
    ordered: bool  # whether the scores fall in each answer that was looked at
    asked: Rows = field(repr=False, compare=False)  # (u,) the users' rows
    items: Rows = field(repr=False, compare=False)  # (u, K) recommended rows
    values: Mapping[str, NDArray[np.float64]] = field(repr=False, compare=False)  # metric@k -> (u,)

    def against(self, other: "Measured", seed: int) -> dict[str, Paired]:
        """Test the difference to another model's answers to the same users, metric by metric."""
        mine, theirs = (np.stack([*measured.values.values()], axis=1) for measured in (self, other))
        return dict(zip(self.values, paired([(self.asked, mine)], [(other.asked, theirs)], seed), strict=True))

    def part(self, chosen: NDArray[np.bool_]) -> "Measured":
        """Return the same of some users: (u,) which; share and order stay those of all.

        Raises:
            DataError: nobody is chosen.
        """
        if not chosen.any():
            raise DataError("there is nobody to measure on")
        values = {name: of_users[chosen] for name, of_users in self.values.items()}
        means = {name: round(float(of_users.mean()), 6) for name, of_users in values.items()}
        asked, items = self.asked[chosen], self.items[chosen]
        return replace(self, metrics=means, users=len(asked), asked=asked, items=items, values=values)

    def recall_of(self, other: "Measured") -> float:
        """Return the mean share of another model's lists, of the same users, that this one's hold."""
        there = other.items >= 0
        shared = ((self.items[:, :, None] == other.items[:, None, :]) & there[:, None, :]).any(axis=1)
        return float((shared.sum(axis=1) / np.maximum(there.sum(axis=1), 1)).mean())

    def same_answers(self, other: "Measured") -> float:
        """Return the share of users who get as good as the same list from another model, in whatever order."""
        there = self.items >= 0
        shared = (self.items[:, :, None] == other.items[:, None, :]).any(axis=2) & there  # (u, K)
        of_each = shared.sum(axis=1) / np.maximum(there.sum(axis=1), 1)
        return float((of_each >= SAME).mean())


def measure(recommender: Recommender, truth: Truth, checked: int = CHECKED) -> Measured:
    """Ask a draft for every user of a fold, and compare with what they had next; look at the order of some answers."""
    answers = ask(recommender, truth, K, checked)
    values = per_user(METRICS, (K,), answers.items, truth)
    return Measured(
        metrics={name: round(float(of_users.mean()), 6) for name, of_users in values.items()},
        users=len(truth.users),
        personal_share=answers.personal_share,
        ordered=answers.ordered,
        asked=truth.users,
        items=answers.items,
        values=values,
    )
