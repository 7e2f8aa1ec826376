"""What Spark learns of MovieLens 100k, beside what is learnt of the same pairs here."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from tests.bench.places import Skipped, data_set
from tests.training.datasets import recipe
from training.algorithms.als import ALS
from training.algorithms.item_knn import ItemKNN
from training.data.tables import read_tables
from training.data.wheel import fetch_from_wheel
from training.evaluation.folds import Fold, FoldPlan, folds_of
from training.evaluation.measure import measure
from training.fitting import Fitting
from training.interactions import Events, Interactions
from training.recipe import ModelSection
from training.scorers import open_recommender

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from training.spark.pairs import Pairs

pytestmark = pytest.mark.slow

SETTINGS = {"factors": 32, "regularization": 9.38, "alpha": 0.52, "iterations": 10}  # the recipe's, of fewer factors
SEEDS = (1, 2, 3, 4)  # of implicit; one alone is up to 1 % off their mean
NEAREST = 20


@pytest.fixture(scope="module")
def fold(tmp_path_factory: pytest.TempPathFactory) -> Fold:
    """Hold back the last ten films of each user: ten times the films of one leave less to chance."""
    try:
        path = data_set("movielens-100k")
    except Skipped:
        path = tmp_path_factory.mktemp("movielens-100k")
        fetch_from_wheel(tmp_path_factory.mktemp("wheel"), path)
    data = replace(recipe().data, path=path, layout="movielens-100k")
    (fold,) = folds_of(Events.of(read_tables(data)), FoldPlan(folds=1, last=10))
    return fold


@pytest.fixture(scope="module")
def learnt(fold: Fold) -> Interactions:
    """Return what came before."""
    return fold.events.interactions(fold.learn)


@pytest.fixture(scope="module")
def pairs(spark: "SparkSession", learnt: Interactions) -> "Pairs":
    """Return the same in Spark."""
    return in_spark(spark, learnt)


def in_spark(spark: "SparkSession", learnt: Interactions) -> "Pairs":
    """Give pairs to Spark, items in rows of their own."""
    from training.spark.pairs import ITEM, TIME, USER, WEIGHT, Pairs

    columns = {USER: learnt.users, ITEM: learnt.items, WEIGHT: learnt.weights, TIME: learnt.timestamps}
    frame = spark.createDataFrame(pa.table(columns)).repartition(2, USER).checkpoint()
    return Pairs(frame, learnt, np.arange(learnt.n_items, dtype=np.int32))


def ndcg(fitted: Any, fold: Fold, learnt: Interactions) -> float:
    """Measure with the scorer that serves."""
    model = ModelSection("als", "als", {})
    with TemporaryDirectory() as folder:
        manifest = Fitting(recipe(model), learnt, {"name": "test", "sha256": "0" * 64}).write(
            fitted, model, Path(folder)
        )
        return measure(open_recommender(Path(folder), manifest), fold.truth, checked=0).metrics["ndcg@10"]


def of_implicit(fold: Fold, learnt: Interactions) -> Iterator[float]:
    """Measure implicit's with each seed."""
    for seed in SEEDS:
        yield ndcg(ALS(**SETTINGS).fit(learnt, np.random.default_rng(seed)), fold, learnt)


def test_als_is_as_good_as_implicits(fold: Fold, learnt: Interactions, pairs: "Pairs") -> None:
    """ndcg@10 of one Spark model is within 3 % of the mean of four of implicit's, with the same settings."""
    from training.spark.als import fit_als

    theirs = float(np.mean([*of_implicit(fold, learnt)]))
    assert theirs > 0.1
    assert ndcg(fit_als(ALS(**SETTINGS), pairs, np.random.default_rng(1)), fold, learnt) == pytest.approx(
        theirs, rel=0.03
    )


@pytest.mark.parametrize("settings", [{"binary": True}, {"binary": False, "learning_half_life": 60.0}], ids=str)
def test_neighbours_are_those_of_one_machine(
    spark: "SparkSession", learnt: Interactions, settings: dict[str, Any]
) -> None:
    """Each item's nearest have the same cosines, and where no two are equal they are the same items.

    implicit looks for one more, the item itself; where that is one of many of cosine 1 there may be one too many.
    """
    from training.spark.item_knn import fit_item_knn

    some = learnt.part(learnt.users < 200)
    algorithm = ItemKNN(k=NEAREST, weighting="cosine", **settings)
    ours = algorithm.fit(some, np.random.default_rng(0)).weights_.T.tocsr()
    theirs = fit_item_knn(ItemKNN(k=NEAREST, weighting="cosine", **settings), in_spark(spark, some), print).weights_
    theirs = theirs.T.tocsr()
    np.testing.assert_array_equal(np.diff(theirs.indptr), np.minimum(np.diff(ours.indptr), NEAREST))
    for item in range(some.n_items):
        one, other = (ordered(found[[item]]) for found in (ours, theirs))
        np.testing.assert_allclose(other[0], one[0], rtol=1e-5)
        apart = one[0] > one[0][-1] * (1 + 1e-5) if len(one[0]) else np.zeros(0, np.bool_)
        assert {*one[1][apart].tolist()} == {*other[1][apart].tolist()}


def ordered(row: Any) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return a row's values, largest first, and their columns."""
    order = np.lexsort((row.indices, -row.data))[:NEAREST]
    return row.data[order], row.indices[order]


def test_of_a_long_history_the_newest_count(
    spark: "SparkSession", learnt: Interactions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said of how many; the neighbours are those of the shortened histories."""
    from training.spark import item_knn

    some = learnt.part(learnt.users < 30)
    some = replace(some, timestamps=np.arange(len(some.items)))
    newest = some.indptr[some.users + 1] - np.arange(len(some.items)) <= 40
    short = some.part(newest)
    ours = ItemKNN(k=short.n_items, weighting="cosine").fit(short, np.random.default_rng(0)).weights_
    monkeypatch.setattr(item_knn, "LONGEST", 40)
    said: list[str] = []
    theirs = item_knn.fit_item_knn(ItemKNN(k=some.n_items, weighting="cosine"), in_spark(spark, some), said.append)
    kept = np.unique(some.items[newest])
    np.testing.assert_allclose(theirs.weights_[kept][:, kept].toarray(), ours.toarray(), atol=1e-6)
    assert theirs.weights_.nnz == ours.nnz
    assert said == [f"item_knn: of {(np.diff(some.indptr) > 40).sum()} histories only the newest 40 events count"]
