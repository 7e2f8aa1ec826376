"""Rankers beside each other: they learn from the same examples and order candidates of the same first stages."""

import copy
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, get_args

import numpy as np
from threadpoolctl import threadpool_limits

from functions.ranker.trees import FILE
from training.algorithms.two_stage import Ranker, TwoStage
from training.evaluation.measure import Measured, measure
from training.evaluation.truth import Truth
from training.fitting import Fitting
from training.recipe import ModelSection
from training.scorers import open_recommender
from warmstart.ids import Id
from warmstart.manifest import Manifest
from warmstart.recommender import Ask, Recommender

RANKERS: Sequence[Ranker] = get_args(Ranker)
ASKED = 200  # users whose answers are timed, the first not counted


class Draft(NamedTuple):
    """A draft that lies in a folder, and how well it answers."""

    folder: Path
    manifest: Manifest
    recommender: Recommender
    measured: Measured


class Compared(NamedTuple):
    """One ranker."""

    model: TwoStage
    draft: Draft
    seconds: float  # of learning from examples that are there
    kilobytes: float  # of its ONNX file; a blend has none
    p50_ms: float  # of one answer, one at a time
    p99_ms: float


class Judge(NamedTuple):
    """What drafts are made with and measured on."""

    fitting: Fitting  # of what the models have learnt from
    truth: Truth
    root: Path  # of the drafts' folders

    def sealed(self, model: ModelSection) -> Draft:
        """Fit a model, seal its draft and measure it."""
        return self._opened(self.root / model.name, self.fitting.seal(model, self.root / model.name))

    def written(self, fitted: TwoStage, model: ModelSection, name: str) -> Draft:
        """Seal a fitted model's draft in a folder of that name and measure it."""
        return self._opened(self.root / name, self.fitting.write(fitted, model, self.root / name))

    def _opened(self, folder: Path, manifest: Manifest) -> Draft:
        recommender = open_recommender(folder, manifest)
        return Draft(folder, manifest, recommender, measure(recommender, self.truth))


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
