"""Trees out of either library: each float32 on the side where the library puts it."""

from typing import Any

import lightgbm
import numpy as np
import pytest
import xgboost

from tests.training.ranking.forests import by_eye, judged
from training.ranking.trees import LEAF, of_lightgbm, of_xgboost
from warmstart.errors import DataError

QUIET = {"verbosity": -1, "min_data_in_leaf": 1, "num_threads": 1}


def grown(features: list[float], labels: list[int], categorical: list[int] = [], **params: Any) -> lightgbm.Booster:  # noqa: B006
    """Grow one LightGBM stump on one feature."""
    of_data = {"min_data_in_bin": 1, **QUIET, **params}
    data = lightgbm.Dataset(np.array(features)[:, None], labels, params=of_data, categorical_feature=categorical)
    settings = {**QUIET, "objective": "regression", "num_leaves": 2, "min_sum_hessian_in_leaf": 0, **params}
    return lightgbm.train(settings, data, 1)


def test_each_trees_nodes_are_together_root_first() -> None:
    """Children come after their parents, within the tree."""
    trees = by_eye()
    assert trees.roots.tolist() == [0]
    inner = np.flatnonzero(trees.feature != LEAF)
    assert (trees.left[inner] > inner).all()
    assert (trees.right[inner] > inner).all()


def test_a_lightgbm_threshold_is_the_float32_below_it() -> None:
    """The largest float32 that is no greater than its float64."""
    booster = grown([0, 0, 0.1, 0.1], [0, 0, 1, 1])
    exact = booster.dump_model()["tree_info"][0]["tree_structure"]["threshold"]
    found = of_lightgbm(booster).threshold[0]
    assert found <= exact < np.nextafter(found, np.float32(np.inf))


def test_an_xgboost_threshold_itself_goes_right() -> None:
    """Its condition is x < t, so the threshold is the float32 just below."""
    data = xgboost.DMatrix(np.array([[0], [0], [1], [1]]), [0, 0, 1, 1])
    booster = xgboost.train({"max_depth": 1, "min_child_weight": 0, "base_score": 0, "verbosity": 0}, data, 1)
    trees = of_xgboost(booster)
    assert trees.threshold[0] == np.nextafter(np.float32(1), np.float32(0))
    assert trees.value[[trees.left[0], trees.right[0]]] == pytest.approx(booster.predict(data)[[0, 2]])


def test_where_lightgbm_saw_no_missing_value_nan_is_zero() -> None:
    """It goes left of a threshold that is not negative, and right of one that is."""
    assert of_lightgbm(grown([1, 1, 3, 3], [0, 0, 1, 1])).missing_left[0]
    assert not of_lightgbm(grown([-3, -3, -1, -1], [0, 0, 1, 1])).missing_left[0]


def test_what_only_parts_missing_values_has_an_infinite_threshold() -> None:
    """All numbers go one way, NaN the other."""
    trees = of_lightgbm(grown([-1, 0, 1, np.nan, np.nan, np.nan], [0, 0, 0, 1, 1, 1]))
    assert (trees.threshold[0], trees.missing_left[0]) == (np.inf, False)


def test_a_tree_without_a_split_is_a_leaf() -> None:
    """A library may find nothing to split."""
    trees = of_lightgbm(grown([1, 1, 1, 1], [0, 0, 1, 1]))
    assert (trees.feature.tolist(), trees.value.tolist()) == ([LEAF], [0.5])


@pytest.mark.parametrize(
    "params",
    [{"categorical": [0], "cat_smooth": 0, "max_cat_to_onehot": 1}, {"zero_as_missing": True}],
    ids=["categories", "zeros"],
)
def test_other_splits_of_lightgbm_are_refused(params: dict[str, Any]) -> None:
    """Categorical ones, and those that take zeros for missing."""
    with pytest.raises(DataError, match="a split"):
        of_lightgbm(grown([0, 0, 2, 2, 5, 5], [0, 0, 1, 1, 0, 0], min_data_per_group=1, **params))


def test_other_models_of_lightgbm_are_refused() -> None:
    """Linear leaves, and trees that are averaged."""
    with pytest.raises(DataError, match="linear"):
        of_lightgbm(grown([0, 1, 2, 3, 4, 5], [0, 0, 1, 1, 0, 0], linear_tree=True))
    with pytest.raises(DataError, match="summed"):
        of_lightgbm(grown([0, 0, 1, 1], [0, 0, 1, 1], boosting="rf", bagging_freq=1, bagging_fraction=0.9))


def test_other_models_of_xgboost_are_refused() -> None:
    """Categorical splits, other boosters, several outputs."""
    features, labels, _ = judged()
    category = features[:, 1:2]
    data = xgboost.DMatrix(category, labels, feature_types=["c"], enable_categorical=True)
    with pytest.raises(DataError, match="categorical"):
        of_xgboost(xgboost.train({"verbosity": 0}, data, 1))
    with pytest.raises(DataError, match="summed"):
        of_xgboost(xgboost.train({"booster": "dart", "verbosity": 0}, xgboost.DMatrix(features, labels), 1))
    several = {"multi_strategy": "multi_output_tree", "verbosity": 0}
    with pytest.raises(DataError, match=r"summed|one number"):
        of_xgboost(xgboost.train(several, xgboost.DMatrix(features, np.stack([labels, 1 - labels], 1)), 1))


@pytest.mark.parametrize("sign", [1, -1])
def test_what_lightgbm_takes_for_zero_is_zero(sign: int) -> None:
    """Numbers as small as its zero threshold fall on zero's side, whichever sign they have."""
    booster = grown([0, 0, sign, sign], [0, 0, 1, 1])
    trees = of_lightgbm(booster)
    tiny = np.float32([1e-35, -1e-35, 0, 2e-35, -2e-35])
    expected = trees.value[np.where(tiny <= trees.threshold[0], trees.left[0], trees.right[0])]
    np.testing.assert_allclose(booster.predict(tiny[:, None]), expected, rtol=1e-6)
