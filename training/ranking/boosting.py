"""A gradient-boosted ranker: LambdaMART (Burges, 2010) by LightGBM or XGBoost, with settings that mean the same."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from training.ranking.trees import LEAF, Trees, of_lightgbm, of_xgboost
from warmstart.errors import DataError

Kind = Literal["lightgbm", "xgboost"]
Features = NDArray[np.float32]
Whole = NDArray[np.integer[Any]]
Predict = Callable[[Features], NDArray[np.float64]]  # (n, f) -> (n,) raw scores
PACKAGES: dict[Kind, str] = {"lightgbm": "lightgbm", "xgboost": "xgboost-cpu"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Boosting:
    """Settings of either library."""

    trees: int = 200
    leaves: int = 31  # of a tree, grown best first
    learning_rate: float = 0.05
    min_rows: int = 20  # in a leaf; LightGBM's alone, for XGBoost counts only hessians
    min_hessian: float = 1e-3  # in a leaf
    l2: float = 10.0
    rows: float = 0.8  # of the candidates, how many a tree is shown
    columns: float = 0.5  # of the features, how many a tree may use
    bins: int = 63  # of a feature
    top: int = 20  # pairs count where one of them is ranked so high
    threads: int = 1  # two wait for each other on a busy machine, up to a hundred times as long


@dataclass(frozen=True, slots=True, eq=False)
class Boosted:
    """A ranker, and what its library says of a row."""

    trees: Trees
    predict: Predict
    seconds: float


def boosted(
    kind: Kind,
    features: Features,
    labels: Whole,
    groups: Whole,
    *,
    rng_seed: int,
    settings: Boosting = Boosting(),
) -> Boosted:
    """Fit a ranker; the same seed grows the same trees on one machine.

    Args:
        kind: the library.
        features: (n, f) finite or NaN.
        labels: (n,) 1 where it was wanted, else 0.
        groups: (q,) candidates of each query, one query's after the other's.
        rng_seed: of whatever is random.
        settings: of either library.

    Raises:
        DataError: there is nothing to learn a ranking from, or the library is missing or refuses.
    """
    if kind not in PACKAGES:
        raise DataError(f"a ranker is one of {', '.join(PACKAGES)}, not {kind!r}")
    checked = _checked(features, labels, groups)
    fit = _lightgbm if kind == "lightgbm" else _xgboost
    start = perf_counter()
    try:
        trees, predict = fit(*checked, settings, rng_seed)
    except (ImportError, OSError) as error:  # an OSError where OpenMP is missing
        raise DataError(f"this ranker needs pip install {PACKAGES[kind]} ({error})") from None
    if not (trees.feature != LEAF).any():
        raise DataError("the trees found nothing to tell candidates apart by: few of these, a large min_rows, one leaf")
    return Boosted(trees, predict, perf_counter() - start)


def _lightgbm(features: Features, labels: Whole, groups: Whole, settings: Boosting, seed: int) -> tuple[Trees, Predict]:
    import lightgbm  # noqa: PLC0415 a second that only this ranker needs

    params = {
        "objective": "lambdarank",
        "num_leaves": settings.leaves,
        "learning_rate": settings.learning_rate,
        "min_data_in_leaf": settings.min_rows,
        "min_sum_hessian_in_leaf": settings.min_hessian,
        "lambda_l2": settings.l2,
        "feature_fraction": settings.columns,
        "bagging_fraction": settings.rows,
        "bagging_freq": 1,
        "max_bin": settings.bins,
        "lambdarank_truncation_level": settings.top,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": settings.threads,
        "verbosity": -1,
    }
    data = lightgbm.Dataset(features, labels, group=groups, params=params)
    try:
        booster = lightgbm.train(params, data, settings.trees)
    except lightgbm.basic.LightGBMError as error:
        raise DataError(f"LightGBM refuses: {error}") from None

    def predict(features: Features) -> NDArray[np.float64]:
        return np.asarray(booster.predict(features, raw_score=True), np.float64)

    return of_lightgbm(booster), predict


def _xgboost(features: Features, labels: Whole, groups: Whole, settings: Boosting, seed: int) -> tuple[Trees, Predict]:
    import xgboost  # noqa: PLC0415 half a second that only this ranker needs

    params = {
        "objective": "rank:ndcg",
        "tree_method": "hist",
        "grow_policy": "lossguide",
        "max_depth": 0,
        "max_leaves": settings.leaves,
        "learning_rate": settings.learning_rate,
        "min_child_weight": settings.min_hessian,
        "reg_lambda": settings.l2,
        "colsample_bytree": settings.columns,
        "subsample": settings.rows,
        "max_bin": settings.bins,
        "lambdarank_pair_method": "topk",
        "lambdarank_num_pair_per_sample": settings.top,
        "seed": seed,
        "nthread": settings.threads,
        "verbosity": 0,
    }
    data = xgboost.DMatrix(features, labels, group=groups)
    try:
        booster = xgboost.train(params, data, settings.trees)
    except xgboost.core.XGBoostError as error:
        raise DataError(f"XGBoost refuses: {error}") from None

    def predict(features: Features) -> NDArray[np.float64]:
        return np.asarray(booster.predict(xgboost.DMatrix(features), output_margin=True), np.float64)

    return of_xgboost(booster), predict


def _checked(features: Features, labels: Whole, groups: Whole) -> tuple[Features, Whole, Whole]:
    features, labels, groups = np.asarray(features, np.float32), np.asarray(labels), np.asarray(groups)
    if features.ndim != 2 or not features.shape[1] or labels.shape != features.shape[:1] or groups.ndim != 1:
        raise DataError(f"features {features.shape}, labels {labels.shape} and groups {groups.shape} do not fit")
    if not len(groups) or groups.min() < 1 or groups.sum() != len(labels):
        raise DataError(f"groups of {groups.sum()} candidates do not fill {len(labels)} rows")
    if np.isinf(features).any():
        raise DataError("features must be finite or NaN")
    if not np.isin(labels, (0, 1)).all():
        raise DataError("labels must be 0 or 1")
    wanted = np.add.reduceat(labels, np.cumsum(groups) - groups, dtype=np.int64)
    if not ((wanted > 0) & (wanted < groups)).any():
        raise DataError("no query has both what was wanted and what was not: there is no order to learn")
    return features, labels.astype(np.int32), groups.astype(np.int32)
