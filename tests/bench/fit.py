"""Fits of als, bpr and lightfm beside their libraries' own, with the same settings and threads."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import lightfm
import numpy as np
from implicit.als import AlternatingLeastSquares
from implicit.bpr import BayesianPersonalizedRanking
from threadpoolctl import threadpool_limits

from tests.bench.figures import Figure
from tests.bench.knn_data import Market
from tests.bench.timing import Measure, interleaved, medians, timed
from training.algorithms.als import ALS
from training.algorithms.bpr import BPR
from training.algorithms.lightfm import LightFM
from training.interactions import Interactions

ROUNDS = 5
USERS, ITEMS, MEAN = 5_000, 5_000, 50
SEED = 32
LIMIT = 1.1


def figures() -> Iterator[Figure]:
    """Fit each beside its peer, in turn, with the settings that it has by default."""
    interactions = Market(ITEMS, np.random.default_rng(SEED)).interactions(USERS, MEAN)
    for name, (ours, theirs) in {
        "als": (ALS(), _implicit_als(interactions, ALS())),
        "bpr": (BPR(), _implicit_bpr(interactions, BPR())),
        "lightfm": (LightFM(), _lightfm(interactions, LightFM())),
    }.items():
        times = interleaved({"ours": _fitting(ours, interactions), "library": theirs}, ROUNDS)
        middle = medians(times)
        yield Figure(
            name=f"fit, {name}, {USERS:,} x {ITEMS:,}, {len(interactions.items) / 1e6:.2f}M",
            ms=middle["ours"],
            peer="LightFM" if name == "lightfm" else "implicit",
            peer_ms=middle["library"],
            limit=LIMIT,
            raw=times,
        )


def _fitting(algorithm: Any, interactions: Interactions) -> Measure:
    """Return what measures a fit on interactions of which nothing was counted yet."""
    return timed(lambda: replace(algorithm).fit(replace(interactions), np.random.default_rng(SEED)))


def _implicit_als(interactions: Interactions, settings: ALS) -> Measure:
    matrix = interactions.matrix()

    def fit() -> None:
        with threadpool_limits(1, "blas"):  # as implicit asks for
            AlternatingLeastSquares(
                factors=settings.factors,
                regularization=settings.regularization,
                alpha=settings.alpha,
                iterations=settings.iterations,
                random_state=SEED,
                use_gpu=False,
            ).fit(matrix, show_progress=False)

    return timed(fit)


def _implicit_bpr(interactions: Interactions, settings: BPR) -> Measure:
    matrix = interactions.matrix(binary=True)
    model = BayesianPersonalizedRanking(
        factors=settings.factors,
        learning_rate=settings.learning_rate,
        regularization=settings.regularization,
        iterations=settings.iterations,
        random_state=SEED,
        num_threads=1,
        use_gpu=False,
    )

    def fit() -> None:
        model.user_factors = model.item_factors = None  # or it goes on from the last round
        model.fit(matrix, show_progress=False)

    return timed(fit)


def _lightfm(interactions: Interactions, settings: LightFM) -> Measure:
    matrix = interactions.matrix(binary=True).tocoo()

    def fit() -> None:
        model = lightfm.LightFM(
            no_components=settings.factors,
            loss="warp",
            learning_rate=settings.learning_rate,
            user_alpha=settings.regularization,
            item_alpha=settings.regularization,
            random_state=SEED,
        )
        model.fit(matrix, epochs=settings.epochs, num_threads=1)

    return timed(fit)
