"""A published version with the trend and the fallback of fresh interactions."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.training.datasets import DAY, START, fashions, recipe, tables
from training.data.tables import Tables
from training.evaluation import gate
from training.evaluation.splits import split
from training.interactions import Events
from training.recipe import Fold, ModelSection, Recipe
from training.refresh import Refresh
from training.scorers import open_recommender
from training.train import Training
from warmstart.artifact import Artifact
from warmstart.errors import DataError
from warmstart.manifest import Manifest
from warmstart.recommender import Ask

KNN = ModelSection("item_knn", "item_knn", {"trend_power": 1.0, "trend_half_life": 3.0})
WEEK = recipe(KNN, fold=Fold("time", 7))
WEEKS = 8


def until(day: int) -> Tables:
    """Return what had happened before a day."""
    table = fashions(weeks=WEEKS)
    return replace(table, interactions=table.interactions.filter(pl.col("timestamp") < START + day * DAY))


def trained(folder: Path, *, day: int, model: ModelSection = KNN, by: Recipe = WEEK) -> Artifact:
    """Return a version that has learnt what had happened before a day."""
    return Artifact.open(folder, Training(by, until(day)).train(model, folder))


def newness(folder: Path, manifest: Manifest) -> float:
    """Return how late in fashion the items come that people are recommended, on average."""
    recommender = open_recommender(folder, manifest)
    answers = recommender.recommend_many([Ask(user_id=user, k=3) for user in range(160)])
    return float(np.mean([int(item) % 1000 for answer in answers for item in answer.items]))


def test_what_is_wanted_now_comes_first(tmp_path: Path) -> None:
    """After a refresh people get what came into fashion later, out of the same weights."""
    version = trained(tmp_path / "old", day=7 * WEEKS - 14)
    manifest = Refresh(WEEK, until(7 * WEEKS), version).seal(tmp_path / "new")
    assert newness(tmp_path / "new", manifest) > newness(tmp_path / "old", version.manifest)


def test_a_refresh_is_measured_on_what_came_after_the_version(tmp_path: Path) -> None:
    """Its metrics are of the days since, against popularity of the same, and better than with the trend left stale."""
    version = trained(tmp_path / "old", day=7 * WEEKS - 7)
    manifest = Refresh(WEEK, until(7 * WEEKS), version).seal(tmp_path / "new")
    about = manifest.measured_on
    assert "unmeasured" not in manifest.dataset["trend"]
    assert (about["fold"]["kind"], about["fold"]["days"]) == ("time", 7)
    assert about["fold"]["since"] > version.manifest.dataset["time_range"][1]
    assert about["users"] > 100
    assert set(about["baselines"]) == set(about["paired"]) == {"popular", "popular_recent"}
    assert manifest.metrics != version.manifest.metrics
    assert about["by_k"]["ndcg"]["10"] == manifest.metrics["ndcg@10"]
    assert about["by_segment"]["hot"]["users"] == about["users"]
    gate.check(manifest)


def test_a_refresh_asks_for_the_same_people_as_strangers(tmp_path: Path) -> None:
    """What its users table knows of them is told, whatever rows people have in it, and all are asked for as cold."""
    version = trained(tmp_path / "old", day=7 * WEEKS - 7)
    kinds = pl.DataFrame({"user_id": [-5, *range(40)], "kind": ["other", *["even", "odd"] * 20]})
    manifest = Refresh(WEEK, replace(until(7 * WEEKS), users=kinds), version).seal(tmp_path / "new")
    found = manifest.measured_on["by_segment"]
    assert 20 < found["warm"]["users"] <= 40
    assert found["cold"]["users"] == found["hot"]["users"]


def test_the_measured_trend_knows_nothing_of_the_days_it_is_measured_on(tmp_path: Path) -> None:
    """Whatever people took in the newest days, the draft that is measured is the same."""
    version = trained(tmp_path / "old", day=7 * WEEKS - 14)
    table = until(7 * WEEKS)
    newest = pl.Series(split(Events.of(table), WEEK.fold)[1])
    swapped = pl.when(newest).then(pl.col("item_id").sort_by(newest)).otherwise(pl.col("item_id"))
    other = replace(table, interactions=table.interactions.with_columns(swapped.alias("item_id")))
    drafts = [
        Refresh(WEEK, found, version).seal(tmp_path / name).measured_on["draft_sha256"]
        for name, found in (("as it was", table), ("swapped", other))
    ]
    assert drafts[0] == drafts[1]


def test_days_that_the_version_has_learnt_measure_nothing(tmp_path: Path) -> None:
    """With two new days these alone are held back; with none the version keeps what was measured, and says so."""
    day = 7 * WEEKS - 2
    version = trained(tmp_path / "old", day=day)
    two = Refresh(WEEK, until(7 * WEEKS), version).seal(tmp_path / "two")
    assert two.measured_on["rows"] == len(until(7 * WEEKS).interactions) - len(until(day).interactions)
    none = Refresh(WEEK, until(day), version).seal(tmp_path / "none")
    assert none.dataset["trend"]["unmeasured"].startswith("0 people had anything newer")
    with pytest.raises(gate.GateRefused, match="it was not measured since its trend was refreshed: 0 people"):
        gate.check(none)
    assert (none.metrics, none.measured_on) == (version.manifest.metrics, version.manifest.measured_on)
    assert none.files == version.manifest.files


def test_the_manifest_says_what_is_whose(tmp_path: Path) -> None:
    """Training's data stays in the manifest, and beside it which version and which interactions the trend is of."""
    version = trained(tmp_path / "old", day=7 * WEEKS - 14)
    fresh = replace(until(7 * WEEKS), sha256="1" * 64, set_aside=2)
    job = Refresh(WEEK, fresh, version)
    manifest = job.seal(tmp_path / "new")
    trend = manifest.dataset.pop("trend")  # type: ignore[attr-defined] read from nowhere else
    assert manifest.dataset == version.manifest.dataset
    assert (trend["of"], trend["sha256"], trend["set_aside"]) == (version.manifest.version, "1" * 64, 2)
    assert trend["interactions"] == len(fresh.interactions)
    assert trend["unknown_items"] == job.unknown_items == 8  # two new ones a week, of each kind
    assert trend["time_range"][0] == version.manifest.dataset["time_range"][0]


def test_popularity_is_counted_again(tmp_path: Path) -> None:
    """A popular model is its order, so a refresh is a new one; it has no gate."""
    popular = ModelSection("popular_recent", "popular_recent", {})
    by = recipe(popular, fold=Fold("time", 7))
    version = trained(tmp_path / "old", day=14, model=popular, by=by)
    manifest = Refresh(by, until(28), version).seal(tmp_path / "new")
    alone = until(28).interactions.filter(pl.col("item_id").is_in(until(14).interactions["item_id"].implode()))
    again = Training(by, replace(until(28), interactions=alone)).fit_whole(popular, tmp_path / "trained")
    orders = [
        Artifact.open(tmp_path / name, found).any_array("fallback").tolist()
        for name, found in (("new", manifest), ("trained", again))
    ]
    assert orders[0] == orders[1]


def test_a_weak_refresh_is_refused_by_the_gate(tmp_path: Path) -> None:
    """A version that popularity beats on what came after it is not promoted, however good it was before."""
    weak = replace(KNN, params={"trend_power": 0.0, "k": 1})
    by = recipe(weak, fold=Fold("time", 7))
    version = trained(tmp_path / "old", day=7 * WEEKS - 14, model=weak, by=by)
    manifest = Refresh(by, until(7 * WEEKS), version).seal(tmp_path / "new")
    with pytest.raises(gate.GateRefused, match="popular_recent has"):
        gate.check(manifest)


@pytest.mark.parametrize(
    ("fresh", "why"),
    [
        (lambda: until(20), "the interactions end at .*, and the training of item_knn .*: nothing in them is new"),
        (
            lambda: tables([1, 2], [7, 8]),
            "item_knn .* stays as it is: the interactions have no timestamps, of those with items",
        ),
        (lambda: tables([1, 2], [7, 8], times=[START, START]), "all interactions have the same time"),
        (
            lambda: tables([1, 2], [7, 8], times=[1, 2], strings=True),
            "item ids of item_knn .* are integers, those of",
        ),
        (lambda: tables([1, 2], [700, 800], times=[1, 2]), "item_knn .* knows none of the 2 items"),
    ],
)
def test_what_says_nothing_of_now_is_refused(fresh: Callable[[], Tables], why: str, tmp_path: Path) -> None:
    """A table that is older than the version, without times, or of other ids is an error that says which."""
    version = trained(tmp_path, day=28)
    with pytest.raises(DataError, match=why):
        Refresh(WEEK, fresh(), version)


def test_a_table_of_another_data_set_is_refused(tmp_path: Path) -> None:
    """Integer ids of two data sets are alike, and their names are not."""
    version = trained(tmp_path, day=28)
    with pytest.raises(DataError, match="is of the data set test, and the recipe of films"):
        Refresh(replace(WEEK, name="films"), until(42), version)


def test_ids_that_happen_to_be_digits_are_texts_where_the_version_has_texts(tmp_path: Path) -> None:
    """A few of a shop's codes may look like numbers; they are the same items all the same."""
    old = tables([*range(30)] * 2, [1, 2, 3] * 20, times=START + np.arange(60) * DAY, strings=True)
    text = {name: pl.col(name).str.slice(1) for name in ("user_id", "item_id")}
    old = replace(old, interactions=old.interactions.with_columns(**text))
    by = recipe(KNN, fold=Fold("time", 3))
    version = Artifact.open(tmp_path / "old", Training(by, old).fit_whole(KNN, tmp_path / "old"))
    fresh = tables([1, 2, 3], [3, 3, 2], times=START + np.arange(70, 73) * DAY)
    trend = Artifact.open(tmp_path / "new", Refresh(by, fresh, version).seal(tmp_path / "new")).any_array("trend")
    assert len(set(trend.tolist())) == 3


def test_a_table_without_the_past_measures_nothing_or_as_the_whole_would(tmp_path: Path) -> None:
    """With the newest days alone there is no trend to measure; baselines know what people had, whatever the table."""
    version = trained(tmp_path / "old", day=7 * WEEKS - 7)
    table, last = until(7 * WEEKS), datetime.fromisoformat(version.manifest.dataset["time_range"][1]).timestamp()
    late = replace(table, interactions=table.interactions.filter(pl.col("timestamp") > last))
    alone = Refresh(WEEK, late, version).seal(tmp_path / "alone")
    assert alone.dataset["trend"]["unmeasured"] == "nothing in the table is older than what it would be measured on"
    weeks = pl.col("timestamp") > START + 7 * (WEEKS - 3) * DAY
    part = replace(table, interactions=table.interactions.filter(weeks))
    of_part, of_all = (
        Refresh(WEEK, fresh, version).seal(tmp_path / name).measured_on["baselines"]["popular_recent"]
        for name, fresh in (("part", part), ("all", table))
    )
    assert of_part == pytest.approx(of_all)


def test_an_older_table_than_that_of_a_refresh_is_refused(tmp_path: Path) -> None:
    """A trend does not go back."""
    version = trained(tmp_path / "old", day=28)
    manifest = Refresh(WEEK, until(49), version).seal(tmp_path / "new")
    with pytest.raises(DataError, match="and the trend of item_knn"):
        Refresh(WEEK, until(42), Artifact.open(tmp_path / "new", manifest))
