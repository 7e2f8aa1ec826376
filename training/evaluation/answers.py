"""Asks a draft for many users, through the code that serves it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from threadpoolctl import threadpool_limits

from training.evaluation.truth import Truth
from warmstart.recommender import Ask, Recommendation, Recommender
from warmstart.scorer import Rows

BATCH = 16_384  # answers that are held at once
CHECKED = 50  # users whose answers are looked at for order: each is explained, which takes a while


@dataclass(frozen=True, eq=False)
class Answers:
    """What was answered."""

    items: Rows  # (u, k) rows of the events' items, best first, -1 where an answer is shorter
    seconds: float
    personal_share: float  # of the answers that are not all fallback
    ordered: bool  # whether the scores fall in each answer that was looked at


def ask(recommender: Recommender, truth: Truth, k: int, checked: int = CHECKED) -> Answers:
    """Ask for every user of a fold, and look at the scores of the first of them."""
    asks = [Ask(user_id=user_id, k=k) for user_id in truth.user_ids]
    started = time.perf_counter()
    items, personal = answered(recommender, asks, truth.catalogue, k)
    seconds = time.perf_counter() - started
    with threadpool_limits(1, "blas"):
        ordered = all(_falls(recommender.recommend(replace(a, explain=True))) for a in asks[:checked])
    return Answers(items, seconds, personal / len(asks), ordered)


def answered(recommender: Recommender, asks: Sequence[Ask], catalogue: Rows, k: int) -> tuple[Rows, int]:
    """Return the items of each answer, as `Answers` has them, and how many answers are not all fallback.

    Args:
        recommender: of a draft.
        asks: (u,) each for at most k.
        catalogue: (c,) the events' rows of the draft's items.
        k: how many items an answer has room for.
    """
    items, personal = np.full((len(asks), k), -1, np.int32), 0
    with threadpool_limits(1, "blas"):  # as in a function; for one user's small matrices threads wait for each other
        for start in range(0, len(asks), BATCH):
            found = recommender.recommend_many(asks[start : start + BATCH])
            _fill(items[start : start + BATCH], found, catalogue)
            personal += sum(answer.source in ("model", "mixed") for answer in found)
    return items, personal


def _fill(items: Rows, found: list[Recommendation], catalogue: Rows) -> None:
    lengths = np.array([len(answer.rows) for answer in found])
    there = np.arange(items.shape[1]) < lengths[:, None]
    items[there] = catalogue[np.concatenate([answer.rows for answer in found])]


def _falls(answer: Recommendation) -> bool:
    scores = [detail.score for detail in answer.details if detail.score is not None]
    return all(above >= below for above, below in pairwise(scores))  # false where one is no number
