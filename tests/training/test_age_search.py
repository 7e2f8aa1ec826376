"""How much age counts, where a recipe leaves it open."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.training.datasets import DAY, START, checkerboard, fashions, recipe, tables
from training import age_search
from training.age_search import OFF, AgeSearch
from training.data.tables import Tables
from training.evaluation.splits import split
from training.interactions import Events
from training.recipe import Fold, ModelSection
from training.section import Setting
from training.train import Training
from warmstart.artifact import Artifact

WEEK = Fold("time", 7)
KNN = ModelSection("item_knn", "item_knn", {})
HOW_CHOSEN = {"metric", "best", "score", "score_off", "p", "users", "chosen"}


def settings(params: Any) -> dict[str, Any]:
    """Return the settings of time among others."""
    return {name: params[name] for name in OFF}


def timeless() -> Tables:
    """Return a table whose events are all of one moment."""
    table = checkerboard()
    return replace(table, interactions=table.interactions.with_columns(pl.lit(START).alias("timestamp")))


def noise() -> Tables:
    """Return a table in which nobody has a taste and nothing is in fashion."""
    rng = np.random.default_rng(7)
    users, items = np.nonzero(rng.random((200, 60)) < 0.2)
    return tables(users, items, times=START + rng.integers(0, 40 * DAY, len(users)))


def test_what_is_in_fashion_counts_where_it_helps(tmp_path: Path) -> None:
    """Where demand moves from week to week the trend is on, the fold is measured with it, and the manifest says why."""
    training = Training(recipe(KNN, fold=WEEK), fashions())
    manifest = training.train(KNN, tmp_path)
    off = training.measure(replace(KNN, params={"trend_power": 0.0}))
    found = manifest.measured_on["time"]
    assert manifest.params["trend_power"] > 0
    assert settings(manifest.params) == found["best"]
    assert set(found) == HOW_CHOSEN
    assert found["score"] > found["score_off"]
    assert found["p"] < 0.05
    assert found["chosen"] is True
    assert manifest.metrics["ndcg@10"] > off.measured.metrics["ndcg@10"]
    assert "trend" in Artifact.open(tmp_path, manifest)


def test_a_fold_that_is_cut_for_each_model_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large table's earlier fold is not kept between models, and what is chosen on it is what it would be."""
    models = [ModelSection(name, "als", {"factors": 4, "alpha": alpha}) for name, alpha in (("one", 5.0), ("two", 9.0))]

    def chosen() -> list[dict[str, Any]]:
        training = Training(recipe(*models, fold=Fold("time", 7)), fashions())
        return [dict(training._ages.settle(model).described) for model in models]

    kept = chosen()
    monkeypatch.setattr(age_search, "KEPT", 0)
    assert chosen() == kept


def test_what_may_be_chance_does_not_count(tmp_path: Path) -> None:
    """Where nothing is in fashion age stays off, and the manifest has the numbers all the same."""
    manifest = Training(recipe(KNN, fold=WEEK), noise()).train(KNN, tmp_path)
    assert settings(manifest.params) == OFF
    assert manifest.measured_on["time"]["chosen"] is False
    assert "trend" not in Artifact.open(tmp_path, manifest)


def test_what_is_best_without_age_is_not_called_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where none of the settings is better than none at all, the manifest does not say that age counts."""
    monkeypatch.setattr(age_search, "HISTORIES", [])
    monkeypatch.setattr(age_search, "TRENDS", [])
    found = Training(recipe(KNN, fold=WEEK), fashions()).train(KNN, tmp_path).measured_on["time"]
    assert (found["best"], found["chosen"]) == (OFF, False)


@pytest.mark.parametrize(
    "params", [{"trend_power": 0.0}, {"history_half_life": 9.0}, {"trend_power": 0.3, "trend_half_life": 2.0}]
)
def test_a_recipe_that_says_how_much_is_obeyed(params: dict[str, Setting], tmp_path: Path) -> None:
    """Any of the three settings in a recipe ends the search: nothing is tried, and the others have their defaults."""
    said: list[str] = []
    model = replace(KNN, params=params)
    manifest = Training(recipe(model, fold=WEEK), fashions(), said.append).train(model, tmp_path)
    assert settings(manifest.params) == {**OFF, **params}
    assert "time" not in manifest.measured_on
    assert not any("age" in line for line in said)


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (lambda: checkerboard(timed=False), "the interactions have no timestamps"),
        (timeless, "all interactions have the same time"),
    ],
)
@pytest.mark.parametrize("params", [{}, {"trend_power": 0.5, "history_half_life": 3.0}])
def test_without_times_age_is_off_and_said(
    table: Callable[[], Tables], why: str, params: dict[str, Setting], tmp_path: Path
) -> None:
    """Log and manifest say why age does not count, whatever the recipe wants, and no trend is written."""
    said: list[str] = []
    model = replace(KNN, params=params)
    manifest = Training(recipe(model), table(), said.append).train(model, tmp_path)
    assert settings(manifest.params) == OFF
    assert manifest.measured_on["time"] == {"off": why}
    assert f"item_knn: age does not count: {why}" in said
    assert "trend" not in Artifact.open(tmp_path, manifest)


@pytest.mark.parametrize(
    ("fold", "why"),
    [
        (Fold("leave_last_out"), "40 users of an earlier fold are too few to choose it on"),
        (Fold("time", 40), "there is no earlier fold to choose it on: the fold leaves nothing to learn from"),
    ],
)
def test_too_little_before_the_fold_leaves_age_off(fold: Fold, why: str, tmp_path: Path) -> None:
    """Chance decides with a handful of users, and without an earlier fold nothing does; both are said."""
    manifest = Training(recipe(KNN, fold=fold), checkerboard()).train(KNN, tmp_path)
    assert manifest.measured_on["time"] == {"off": why}
    assert settings(manifest.params) == OFF


def test_the_reported_fold_is_not_looked_at() -> None:
    """Whatever happens in the fold that is reported, the same is chosen with the same numbers."""
    events = Events.of(fashions())
    learn, test = split(events, WEEK)
    rng = np.random.default_rng(1)
    items = np.where(test, rng.permutation(events.items), events.items)
    chosen = [
        AgeSearch(recipe(KNN), found, learn, WEEK).settle(KNN) for found in (events, replace(events, items=items))
    ]
    assert chosen[0] == chosen[1]


def test_a_model_that_knows_nobody_has_no_settings_of_time(tmp_path: Path) -> None:
    """Popularity has half-lives of its own, and nothing is tried."""
    popular = ModelSection("popular", "popular", {})
    assert "time" not in Training(recipe(popular, fold=WEEK), fashions()).train(popular, tmp_path).measured_on
