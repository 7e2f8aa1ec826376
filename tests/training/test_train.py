"""The main job, from tables to a sealed draft."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.training.datasets import SIZE, checkerboard, recipe, tables
from training.recipe import Fold, ModelSection
from training.scorers import open_recommender
from training.train import Training
from warmstart.artifact_writer import draft_hash
from warmstart.errors import DataError
from warmstart.recommender import Ask

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
    assert manifest.params == {"factors": 2, "regularization": 0.01, "alpha": 5.0, "iterations": 15}
    assert (manifest.model, manifest.algorithm, manifest.family) == ("als_films", "als", "factorization")


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
    assert manifest.measured_on["baselines"]["popular"] == training.measure(real)[0].metrics
    assert manifest.measured_on["baselines"]["popular"] != training.measure(weak)[0].metrics


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
        ("als", {"depth": 3}, "no setting 'depth'"),
        ("svd", {}, "no algorithm 'svd'"),
    ],
)
def test_bad_settings_name_the_setting(
    algorithm: str, settings: dict[str, float], message: str, tmp_path: Path
) -> None:
    """A setting that cannot be is an error that names recipe, model and setting, before anything is fitted."""
    model = ModelSection("mine", algorithm, settings)
    with pytest.raises(DataError, match=rf"test\.toml: models\.mine.*{message}"):
        Training(recipe(model), checkerboard()).train(model, tmp_path / "out")
    assert not (tmp_path / "out").exists()
