"""Who serves people without a history but with known features: the model's feature vectors, or what is popular."""

import copy
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.algorithms.base import Algorithm, ServesCold
from training.evaluation.measure import K, Measured, measure
from training.evaluation.splits import Mask
from training.evaluation.truth import Truth
from training.fitting import Fitting
from training.interactions import Events
from training.recipe import ModelSection
from training.scorers import open_recommender

SHARE = 0.2  # of the users of whom something is known
MIN_USERS = 50  # fewer decide nothing
ANSWERS = ("features", "popular")


@dataclass(frozen=True)
class ColdFold:
    """Whole users held back: nothing of them is learnt but their features."""

    learn: Mask  # (n,)
    truth: Truth

    @classmethod
    def of(cls, events: Events, seed: int) -> "ColdFold | None":
        """Hold back a fifth of the users of whom something is known; None where those are too few."""
        had = np.bincount(events.users, minlength=len(events.user_ids)) > 0
        known = np.zeros(len(events.user_ids), np.bool_)
        for values in events.user_features.values():
            known |= np.array([value is not None for value in values], np.bool_)
        candidates = np.flatnonzero(had & known)
        count = int(SHARE * len(candidates))
        if count < MIN_USERS:
            return None
        held = np.zeros(len(had), np.bool_)
        held[np.random.default_rng(seed).choice(candidates, count, replace=False)] = True
        learn = ~held[events.users]
        learnt = np.bincount(events.items[learn], minlength=len(events.item_ids)) > 0
        return cls(learn, Truth.of(events, learn, ~learn & learnt[events.items]))

    def measure(self, fitted: ServesCold, model: ModelSection, fitting: Fitting) -> Mapping[str, Measured]:
        """Ask for the users that were held back, answered in either way.

        Args:
            fitted: has learnt from `learn`.
            model: its section.
            fitting: of the same part.
        """
        found = {}
        for answer in ANSWERS:
            with tempfile.TemporaryDirectory(prefix="warmstart-cold-") as folder:
                manifest = fitting.write(answering(fitted, answer), model, Path(folder))
                found[answer] = measure(open_recommender(Path(folder), manifest), self.truth)
        return found


def answering(fitted: ServesCold, answer: str) -> Algorithm:
    """Return the same, fitted, with another answer for the cold."""
    other = copy.copy(fitted)
    other.cold = answer
    return other


def better(found: Mapping[str, Measured]) -> str:
    """Name the answer with the higher ndcg."""
    return max(found, key=lambda answer: found[answer].metrics[f"ndcg@{K}"])
