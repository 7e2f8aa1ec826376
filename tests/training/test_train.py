"""The main job, from tables to a sealed draft."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.training.datasets import SIZE, checkerboard, recipe, tables
from training import train
from training.evaluation import gate
from training.evaluation.measure import Measured, measure
from training.evaluation.truth import Truth
from training.recipe import Fold, ModelSection
from training.scorers import open_recommender
from training.train import Training
from warmstart.ann import Ann
from warmstart.artifact_writer import draft_hash
from warmstart.errors import DataError
from warmstart.recommender import Ask, Recommender

QUALITY = {3: 0.4, 6: 0.49, 12: 0.496}  # of ease by `keep`; 0.5 with all weights
ALS = ModelSection("als_films", "als", {"factors": 2, "alpha": 5.0})


def test_what_is_sealed_has_learnt_the_newest_rows(tmp_path: Path) -> None:
    """The measured draft lacks the held-back rows; the sealed one has them among its histories."""
    training = Training(recipe(ALS), checkerboard())
    draft, sealed = training.draft(ALS, tmp_path / "draft"), training.train(ALS, tmp_path / "sealed")
    assert sealed.dataset["interactions"] == draft.dataset["interactions"] + SIZE
    assert sealed.measured_on["draft_sha256"] == draft_hash(draft.files)


def test_the_manifest_says_how_it_was_measured(tmp_path: Path) -> None:
    """Metrics, fold, rows, users, baselines and settings are all in the manifest."""
    manifest = Training(recipe(ALS, fold=Fold("time", 7)), checkerboard()).train(ALS, tmp_path)
    assert set(manifest.metrics) == {"map@10", "ndcg@10", "recall@10"}
    assert manifest.measured_on["fold"] == {"kind": "time", "days": 7}
    assert set(manifest.measured_on["baselines"]) == {"popular", "popular_recent"}
    settings = {"factors": 2, "regularization": 0.01, "alpha": 5.0, "iterations": 15, "features": False}
    age = {"history_half_life": 0.0, "trend_half_life": 7.0, "trend_power": 0.0, "trend_floor": 0.0}
    assert manifest.params == {**settings, **age, "learning_half_life": 0.0, "search": "exact", "ef": 100}
    assert (manifest.model, manifest.algorithm, manifest.family) == ("als_films", "als", "factorization")


def test_a_recipe_may_measure_on_some_users(tmp_path: Path) -> None:
    """They are drawn once for all models; all that is held back stays unlearnt, and it is said of how many."""
    few = Training(recipe(ALS, fold=Fold("leave_last_out", users=9)), checkerboard())
    manifest, draft = few.train(ALS, tmp_path / "few"), few.draft(ALS, tmp_path / "draft")
    everybody = Training(recipe(ALS), checkerboard())
    assert (manifest.measured_on["users"], manifest.measured_on["fold"]["drawn_of"]) == (9, SIZE)
    assert manifest.measured_on["rows"] == SIZE
    assert manifest.measured_on["draft_sha256"] == everybody.measure(ALS).digest == draft_hash(draft.files)
    asked = {name: measured.asked.tolist() for name, measured in few.baselines().items()}
    assert [*asked.values()] == [few.measure(ALS).measured.asked.tolist()] * len(asked)


def test_the_manifest_says_how_sure_its_metrics_are(tmp_path: Path) -> None:
    """Intervals, shorter lists, what else answers are like and for whom they are good, rounded, in few bytes."""
    manifest = Training(recipe(ALS), checkerboard()).train(ALS, tmp_path)
    about = manifest.measured_on
    assert about["intervals"].keys() == manifest.metrics.keys()
    assert about["by_k"]["ndcg"]["10"] == manifest.metrics["ndcg@10"]
    assert about["beyond"].keys() == {"novelty@10", "coverage@10"}
    users = {name: part["users"] for name, part in about["by_segment"].items()}
    assert users == {"hot": SIZE, "history 6-20": SIZE, "cold": SIZE}
    assert about["by_segment"]["hot"]["ndcg@10"] == manifest.metrics["ndcg@10"]
    assert len(manifest.to_json()) < 4000


def test_equal_settings_under_two_names_are_two_models(tmp_path: Path) -> None:
    """What was chosen for one of them is the other's too, but for the name."""
    models = [replace(ALS, name=name) for name in ("one", "other")]
    training = Training(recipe(*models, fold=Fold("time", 7)), checkerboard())
    assert [training.draft(model, tmp_path / model.name).model for model in models] == ["one", "other"]


def test_without_timestamps_popular_is_the_only_baseline(tmp_path: Path) -> None:
    """popular_recent is no baseline where nothing is known of time."""
    manifest = Training(recipe(ALS), checkerboard(timed=False)).train(ALS, tmp_path)
    assert set(manifest.measured_on["baselines"]) == {"popular"}


def test_the_id_domain_reaches_the_largest_id(tmp_path: Path) -> None:
    """Integer ids above a billion that training saw are in the domain, and small tables still reach a billion."""
    large = 2**63 - 1
    table = tables([1, 1, large, large], [1, 2, 1, 3])
    popular = ModelSection("popular", "popular", {})
    assert Training(recipe(popular), table).fit_whole(popular, tmp_path / "large").id_bound == large
    assert Training(recipe(popular), checkerboard()).fit_whole(popular, tmp_path / "small").id_bound == 10**9


def test_a_recipe_may_choose_its_fallback(tmp_path: Path) -> None:
    """The unknown get what the recipe names."""
    chosen = replace(
        recipe(ALS, ModelSection("popular_recent", "popular_recent", {"days": 3})), fallback="popular_recent"
    )
    manifest = Training(chosen, checkerboard()).fit_whole(ALS, tmp_path)
    assert open_recommender(tmp_path, manifest).recommend(Ask()).source == "popular_recent"


def test_a_weak_model_called_popular_is_no_baseline(tmp_path: Path) -> None:
    """Whatever a recipe calls popular, the baseline is the real one."""
    weak = ModelSection("popular", "random", {})
    real = ModelSection("anything", "popular", {})
    training = Training(replace(recipe(ALS, weak, real), fallback="anything"), checkerboard())
    manifest = training.train(ALS, tmp_path)
    assert manifest.measured_on["baselines"]["popular"] == training.measure(real).measured.metrics
    assert manifest.measured_on["baselines"]["popular"] != training.measure(weak).measured.metrics


def test_the_manifest_keeps_what_an_event_weighs(tmp_path: Path) -> None:
    """Events of requests that do not say weigh as much as a typical one of training."""
    table = tables([1, 1, 2, 2], [1, 2, 1, 3], weights=[70, 80, 60, 75])
    popular = ModelSection("popular", "popular", {})
    assert Training(recipe(popular), table).fit_whole(popular, tmp_path).dataset["typical_weight"] == 72.5


@pytest.mark.parametrize(
    ("algorithm", "settings", "message"),
    [
        ("als", {"factors": 0}, "factors must be a whole number"),
        ("als", {"factors": 1.5}, "factors must be a whole number"),
        ("als", {"alpha": float("nan")}, "alpha must be a number"),
        ("als", {"regularization": -1.0}, "regularization must be a number"),
        ("popular_recent", {"half_life": 0}, "half_life must be a number above 0"),
        ("user_knn", {"B": 1.01}, "B must be a number from 0 to 1"),
        ("rp3beta", {"beta": -0.5}, "beta must be a number from 0 to 10"),
        ("rp3beta", {"alpha": "x"}, "alpha must be a number from 0 to 10"),
        ("als", {"depth": 3}, "no setting 'depth'"),
        ("svd", {}, "no algorithm 'svd'"),
        ("ease", {"binary": 1}, "binary must be true or false"),
        ("ease", {"keep": True}, "keep must be a whole number"),
        ("rp3beta", {"alpha": True}, "alpha must be a number"),
        ("user_knn", {"idf": "yes"}, "idf must be true or false"),
        ("item_knn", {"weighting": "jaccard"}, "weighting must be one of cosine, tfidf, bm25"),
        ("user_knn", {"weighting": True}, "weighting must be one of cosine, tfidf, bm25"),
    ],
)
def test_bad_settings_name_the_setting(algorithm: str, settings: dict[str, Any], message: str, tmp_path: Path) -> None:
    """A setting that cannot be is an error that names recipe, model and setting, before anything is fitted."""
    model = ModelSection("mine", algorithm, settings)
    with pytest.raises(DataError, match=rf"test\.toml: models\.mine.*{message}"):
        Training(recipe(model), checkerboard()).train(model, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_settings_of_words_and_switches_are_taken(tmp_path: Path) -> None:
    """Text of those that are known and true or false reach the algorithm and the manifest."""
    settings = {"weighting": "cosine", "binary": False, "k": 7}
    model = ModelSection("mine", "item_knn", settings)
    params = Training(recipe(model), checkerboard()).fit_whole(model, tmp_path).params
    assert {name: params[name] for name in settings} == settings


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let ease be as good as QUALITY says, and note what is measured."""
    asked: list[int] = []

    def measured(recommender: Recommender, truth: Truth) -> Measured:
        found = measure(recommender, truth)
        keep = recommender.manifest.params.get("keep")
        if keep is None:
            return found
        asked.append(keep)
        return replace(found, metrics={**found.metrics, "ndcg@10": QUALITY.get(keep, 0.5)})

    monkeypatch.setattr(train, "measure", measured)
    return asked


def test_an_artifact_keeps_more_until_at_most_a_hundredth_is_lost(kept: list[int], tmp_path: Path) -> None:
    """What is left out is doubled back, the whole is measured once, and what is sealed keeps what was measured last."""
    model = ModelSection("mine", "ease", {"keep": 3})
    manifest = Training(recipe(model), checkerboard()).train(model, tmp_path)
    assert kept == [SIZE // 2, 3, 6, 12]
    assert manifest.params["keep"] == 12
    assert manifest.metrics["ndcg@10"] == 0.496
    assert manifest.measured_on["abridged"]["exact"]["ndcg@10"] == 0.5
    assert manifest.measured_on["abridged"]["loss"] == pytest.approx(0.008)


def test_an_artifact_that_can_only_keep_all_does(
    kept: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where less always costs more than a hundredth nothing is left out, and that ends the search."""
    monkeypatch.setattr(gate, "MAX_LOSS", -1.0)
    model = ModelSection("mine", "ease", {"keep": 12})
    manifest = Training(recipe(model), checkerboard()).train(model, tmp_path)
    assert kept == [SIZE // 2, 12]
    assert manifest.params["keep"] == 24
    assert "abridged" not in manifest.measured_on


@pytest.mark.parametrize(
    ("algorithm", "settings"), [("ease", {"keep": SIZE}), ("als", {"factors": 2}), ("user_knn", {})]
)
def test_nothing_left_out_is_nothing_lost(algorithm: str, settings: dict[str, Any], tmp_path: Path) -> None:
    """Then it is measured once, and the manifest says nothing of it."""
    model = ModelSection("mine", algorithm, settings)
    trial = Training(recipe(model), checkerboard()).measure(model)
    assert (trial.exact, trial.loss) == (None, 0)
    assert trial.params.items() >= settings.items()
    manifest = Training(recipe(model), checkerboard()).train(model, tmp_path)
    assert "abridged" not in manifest.measured_on


@pytest.mark.parametrize(("least", "search"), [(0.0, "hnsw"), (2.0, "exact")])
def test_a_search_that_finds_too_little_becomes_exact(
    least: float, search: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index is asked wider while it finds too few of the exact answers, in the end all; the share is kept."""
    monkeypatch.setattr(gate, "MIN_RECALL", least)
    monkeypatch.setattr(gate, "MAX_LOSS", 1.0)
    builds = []
    build = Ann.build
    monkeypatch.setattr(Ann, "build", lambda *args: builds.append(args) or build(*args))
    model = ModelSection("mine", "als", {"factors": 2, "search": "hnsw", "ef": 3})
    training = Training(recipe(model), checkerboard())
    trial = training.measure(model)
    assert trial.params["search"] == search
    assert len(builds) == 1
    manifest = training.train(model, tmp_path)
    assert manifest.params["search"] == search
    if search == "exact":
        assert "abridged" not in manifest.measured_on
    else:
        assert trial.exact is not None
        lists = zip(trial.measured.items.tolist(), trial.exact.items.tolist(), strict=True)
        shares = [len({*found} & {*right} - {-1}) / len({*right} - {-1}) for found, right in lists]
        assert manifest.measured_on["abridged"]["recall@10"] == pytest.approx(np.mean(shares), abs=1e-6)


def test_an_index_as_wide_as_all_items_is_none() -> None:
    """Where a search would keep every item there is no index to measure."""
    model = ModelSection("mine", "als", {"factors": 2, "search": "hnsw", "ef": SIZE})
    trial = Training(recipe(model), checkerboard()).measure(model)
    assert (trial.params["search"], trial.exact) == ("exact", None)


def test_a_recipe_s_word_on_cold_users_stands() -> None:
    """What answers people without a history is measured only where the recipe leaves it open and features are known."""
    people = pl.DataFrame({"user_id": range(300), "sex": ["f", "m"] * 150})
    users = np.repeat(np.arange(300), 4)
    table = tables(users, (users * 7 + np.tile(np.arange(4), 300)) % 40, features=people)
    for settings, cold in (({"cold": "popular"}, "popular"), ({"features": False}, "features")):
        model = ModelSection("mine", "lightfm", {"factors": 2, "epochs": 1, **settings})
        trial = Training(recipe(model), table).measure(model)
        assert (trial.params["cold"], trial.cold) == (cold, {})
    open_ = ModelSection("mine", "lightfm", {"factors": 2, "epochs": 1})
    assert {*Training(recipe(open_), table).measure(open_).cold} == {"features", "popular"}


def test_each_name_is_published_as_itself(tmp_path: Path) -> None:
    """Two models of the same settings, and one whose settings are a baseline's, keep the names that they have."""
    models = [ModelSection("one", "ease", {}), ModelSection("two", "ease", {}), ModelSection("top", "popular", {})]
    training = Training(recipe(*models), checkerboard())
    assert [training.train(m, tmp_path / m.name).model for m in models] == ["one", "two", "top"]
