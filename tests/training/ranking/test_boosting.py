"""Both libraries learn an order, the same one from the same seed, and say why they cannot."""

import dataclasses
import sys
from collections.abc import Callable

import numpy as np
import pytest

from tests.training.ranking.forests import SETTINGS, F, Judged, judged, ranker
from training.ranking.boosting import Boosting, Kind, boosted
from training.ranking.trees import Trees
from warmstart.errors import DataError

KINDS: list[Kind] = ["lightgbm", "xgboost"]


def same(left: Trees, right: Trees) -> bool:
    """Tell whether forests are equal to the last bit."""
    names = [field.name for field in dataclasses.fields(Trees)]
    return all(np.array_equal(getattr(left, name), getattr(right, name)) for name in names)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_wanted_is_ranked_first(kind: Kind) -> None:
    """Of other queries, most pairs are in order; no tree has more leaves than it may."""
    features, labels, _ = judged(seed=9)
    scores = ranker(kind).predict(features)
    assert (scores[labels == 1][:, None] > scores[labels == 0]).mean() > 0.85
    trees = ranker(kind).trees
    assert len(trees.roots) == SETTINGS.trees
    assert np.bincount(trees.tree, trees.feature < 0).max() == SETTINGS.leaves
    assert ranker(kind).seconds > 0


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_grows_the_same_trees(kind: Kind) -> None:
    """Where columns are drawn, another seed grows others."""
    settings = Boosting(trees=5, columns=0.5)
    first, second, other = (boosted(kind, *judged(), rng_seed=n, settings=settings).trees for n in (3, 3, 4))
    assert same(first, second)
    assert not same(first, other)


@pytest.mark.parametrize("kind", KINDS)
def test_the_libraries_are_silent(
    kind: Kind, capfd: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder
) -> None:
    """Also where there is nothing to split, and so no ranker."""
    features, labels, groups = judged()
    with pytest.raises(DataError, match="nothing to tell candidates apart by"):
        boosted(kind, np.zeros_like(features), labels, groups, rng_seed=1, settings=Boosting(trees=3))
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda j: j._replace(labels=j.labels * 0), "no query"),
        (lambda j: j._replace(labels=j.labels * 0 + 1), "no query"),
        (lambda j: j._replace(labels=j.labels * 2), "0 or 1"),
        (lambda j: j._replace(labels=j.labels[1:]), "do not fit"),
        (lambda j: j._replace(groups=j.groups[1:]), "do not fill"),
        (lambda j: j._replace(groups=np.append(j.groups, 0)), "do not fill"),
        (lambda j: j._replace(features=j.features[:, :0]), "do not fit"),
        (lambda j: j._replace(features=np.full_like(j.features, np.inf)), "finite"),
    ],
)
def test_what_teaches_no_order_is_refused(change: Callable[[Judged], Judged], said: str) -> None:
    """Before a library sees it."""
    with pytest.raises(DataError, match=said):
        boosted("lightgbm", *change(judged()), rng_seed=1)


def test_what_a_library_refuses_is_said() -> None:
    """LightGBM takes no more than 10,000 candidates of a query, XGBoost no step backwards."""
    many = Judged(np.ones((10_001, F), np.float32), np.arange(10_001) % 2, np.array([10_001]))
    with pytest.raises(DataError, match="LightGBM refuses"):
        boosted("lightgbm", *many, rng_seed=1)
    with pytest.raises(DataError, match="XGBoost refuses"):
        boosted("xgboost", *judged(), rng_seed=1, settings=Boosting(learning_rate=-1))


def test_a_library_that_is_unknown_or_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With how to install it."""
    with pytest.raises(DataError, match="one of lightgbm, xgboost"):
        boosted("catboost", *judged(), rng_seed=1)  # type: ignore[arg-type]
    monkeypatch.setitem(sys.modules, "xgboost", None)
    with pytest.raises(DataError, match="pip install xgboost"):
        boosted("xgboost", *judged(), rng_seed=1)
