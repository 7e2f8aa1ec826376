"""Rankers beside each other: they learn from the same examples and order candidates of the same first stages."""

import copy
import time
from collections.abc import Sequence
from typing import NamedTuple, get_args

import numpy as np
from threadpoolctl import threadpool_limits

from functions.ranker.trees import FILE
from training.algorithms.two_stage import Ranker, TwoStage
from training.judge import Draft, Judge
from training.recipe import ModelSection
from warmstart.ids import Id
from warmstart.recommender import Ask, Recommender

RANKERS: Sequence[Ranker] = get_args(Ranker)
ASKED = 200  # users whose answers are timed, the first not counted


class Compared(NamedTuple):
    """One ranker."""

    model: TwoStage
    draft: Draft
    seconds: float  # of learning from examples that are there
    kilobytes: float  # of its ONNX file; a blend has none
    p50_ms: float  # of one answer, one at a time
    p99_ms: float


def compare_rankers(fitted: TwoStage, model: ModelSection, judge: Judge, seed: int) -> dict[str, Compared]:
    """Let each ranker learn from the same examples, and ask a draft with it.

    Args:
        fitted: its examples, its first stages and what it does for the cold are those of all drafts.
        model: its section.
        judge: seals and measures.
        seed: of whatever is random.
    """
    found = dict[str, Compared]()
    for ranker in RANKERS:
        started = time.perf_counter()
        ranked = fitted.ranked_by(ranker, seed)
        seconds = time.perf_counter() - started
        draft = judge.written(ranked, model, ranker)
        file = draft.folder / FILE
        size = file.stat().st_size if file.exists() else 0
        p50, p99 = _milliseconds(draft.recommender, judge.truth.user_ids[: ASKED + 1])
        found[ranker] = Compared(ranked, draft, seconds, size / 1000, p50, p99)
    return found


def ranking_cold(fitted: TwoStage, *, ranks: bool) -> TwoStage:
    """Return the same, with its ranker or the fallback for who has no history."""
    other = copy.copy(fitted)
    other.cold_ = ranks
    return other


def _milliseconds(recommender: Recommender, user_ids: Sequence[Id]) -> tuple[float, float]:
    """Return the median and the 99th percentile of single answers."""
    taken = []
    with threadpool_limits(1, "blas"):  # as in a function
        for user_id in user_ids:
            started = time.perf_counter()
            recommender.recommend(Ask(user_id=user_id))
            taken.append(1000 * (time.perf_counter() - started))
    p50, p99 = np.percentile(taken[1:] or taken, (50, 99))
    return float(p50), float(p99)
