"""Models x folds -> one table."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.training.datasets import SIZE, checkerboard, recipe
from training.data.tables import Tables
from training.evaluation.answers import ask
from training.evaluation.cross_validation import CrossValidator
from training.evaluation.folds import FoldPlan
from training.evaluation.result import Evaluation
from training.recipe import ModelSection
from training.scorers import open_recommender
from training.train import Training
from warmstart.errors import DataError

ALS = ModelSection("als", "als", {"factors": 2, "alpha": 5.0})
RANDOM = ModelSection("random", "random", {})
LAST = FoldPlan(folds=2, last=3)


def with_genres() -> Tables:
    """Return the checkerboard, whose items are of the genre that their users like."""
    catalogue = pl.DataFrame({"item_id": range(SIZE), "genres": [["even"], ["odd"]] * (SIZE // 2)})
    return replace(checkerboard(), items=catalogue)


@pytest.fixture(scope="module")
def found() -> Evaluation:
    """Return als and random on the checkerboard."""
    return CrossValidator(recipe(ALS, RANDOM), with_genres(), LAST, ks=(1, 10)).evaluate()


def test_the_baselines_are_always_there(found: Evaluation) -> None:
    """The baselines lead the table though the recipe has neither."""
    assert [(model.name, model.role) for model in found.models] == [
        ("popular", "baseline"),
        ("popular_recent", "baseline"),
        ("als", "candidate"),
        ("random", "candidate"),
    ]


def test_what_beats_both_has_no_mark(found: Evaluation) -> None:
    """A model that finds the users' taste is better by the paired test, and unmarked."""
    assert found.decides == "ndcg@10"
    assert found["als"].against["popular"]["ndcg@10"].verdict == "better"
    assert found["als"].marks == ()


def test_what_cannot_beat_them_is_marked() -> None:
    """What is popular under another name is as good as popular: it is marked, and so is what is worse."""
    same = ModelSection("same", "popular", {})
    table = CrossValidator(recipe(same), checkerboard(), LAST, metrics=("map",)).evaluate()
    assert table["same"].marks[0] == "~ popular"
    assert table["same"].against["popular"]["map@10"].p == 1.0


def test_the_table_is_that_of_every_users_values(found: Evaluation) -> None:
    """Mean, spread and folds are those of the users' values, which stay at hand."""
    folds = [float(np.nanmean(fold.values["map@10"])) for fold in found.scores["als"]]
    estimate = found["als"].metrics["map@10"]
    assert estimate.folds == pytest.approx(folds)
    assert (estimate.mean, estimate.spread) == pytest.approx((np.mean(folds), np.std(folds, ddof=1)))
    assert estimate.low is not None
    assert estimate.high is not None
    assert estimate.low <= estimate.mean <= estimate.high  # type: ignore[operator]


def test_segments_make_up_the_whole(found: Evaluation) -> None:
    """Everybody is hot, and of one length of history, so these segments have the means of all."""
    als = found["als"]
    users = sum(len(fold.users) for fold in found.scores["als"])
    assert als.segments["hot"].users == users
    assert sum(s.users for name, s in als.segments.items() if name.startswith("history")) == users
    assert als.segments["hot"].metrics["map@10"] == pytest.approx(als.metrics["map@10"].mean)


def test_it_is_the_serving_scorer_that_answers(tmp_path: Path) -> None:
    """A fold's answers are those of the draft that `train` would measure, through the recommender."""
    section = ModelSection("popular", "popular", {})
    job = CrossValidator(recipe(section), checkerboard(), FoldPlan(folds=1, last=1), ks=(10,))
    (scores,) = job.score(section)
    draft = Training(recipe(section), checkerboard()).draft(section, tmp_path)
    assert np.array_equal(ask(open_recommender(tmp_path, draft), job.folds[0].truth, 10).items, scores.items)


def test_a_single_fold_agrees_with_train() -> None:
    """The last event of each user gives the metrics that `train` writes into the manifest."""
    ours = CrossValidator(recipe(ALS), checkerboard(), FoldPlan(folds=1, last=1), ks=(10,)).score(ALS)[0].means()
    theirs = Training(recipe(ALS), checkerboard()).measure(ALS).measured.metrics
    assert {name: ours[name] for name in theirs} == pytest.approx(theirs, abs=1e-6)


def test_some_folds_only() -> None:
    """Tuning measures one model on all folds but the last; what was asked for comes back, with its place."""
    job = CrossValidator(recipe(ALS), checkerboard(), LAST, metrics=("ndcg",), ks=(10,))
    (scores,) = job.score(ALS, folds=(0,))
    assert scores.fold == 0
    assert scores.means() == job.score(ALS)[0].means()


def test_baselines_are_measured_once() -> None:
    """Asked again, a baseline's scores are the same objects."""
    job = CrossValidator(recipe(ALS), checkerboard(), LAST, metrics=("ndcg",))
    assert job.score(job.baselines[0])[1] is job.score(job.baselines[0])[1]


def test_json_holds_the_whole_table(found: Evaluation) -> None:
    """It is plain JSON without nan, with every metric at every k, and without single users' values."""
    value = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert value["schema"] == 1
    assert len(value["models"][2]["metrics"]) == 12 * 2
    assert set(value["models"][2]["metrics"]["map@1"]) == {"mean", "spread", "low", "high", "folds"}
    assert set(value["models"][2]["against"]["popular"]["map@1"]) == {"difference", "low", "high", "p", "users"}
    assert value["folds"][0]["leaks_time"] is True
    assert "scores" not in value


def test_what_is_missing_is_said() -> None:
    """Without genres there is no diversity, without timestamps no popular_recent; the table says why."""
    table = CrossValidator(recipe(RANDOM), checkerboard(timed=False), LAST).evaluate()
    assert table.absent == {
        "diversity": "the items table has no genres",
        "popular_recent": "the interactions have no timestamps",
    }
    assert "diversity@10" not in table["random"].metrics
    assert [model.name for model in table.models] == ["popular", "random"]
    with pytest.raises(DataError, match="nothing to compute"):
        CrossValidator(recipe(RANDOM), checkerboard(), LAST, metrics=("diversity",)).evaluate()


def test_a_weak_model_called_popular_is_no_baseline() -> None:
    """What a recipe calls popular stands beside the real one, under a name that says whose it is."""
    weak, real = ModelSection("popular", "random", {}), ModelSection("anything", "popular", {})
    asked = replace(recipe(weak, real), fallback="anything")
    table = CrossValidator(asked, checkerboard(), LAST, metrics=("ndcg",), ks=(10,)).evaluate()
    assert [model.name for model in table.models] == ["popular", "popular_recent", "popular of the recipe", "anything"]
    assert table["popular"].algorithm == "popular"
    assert table["popular of the recipe"].algorithm == "random"


@pytest.mark.parametrize(("name", "expected"), [("coverage", 1.0), ("concentration", 10 / 40)])
def test_a_metric_of_all_answers_alone_can_be_asked_for(name: str, expected: float) -> None:
    """It has a mean and no interval, and nothing decides."""
    table = CrossValidator(recipe(RANDOM), checkerboard(), LAST, metrics=(name,), ks=(10,)).evaluate()
    estimate = table["random"].metrics[f"{name}@10"]
    assert (estimate.low, estimate.high, table.decides) == (None, None, None)
    assert estimate.mean == pytest.approx(expected, abs=0.15)


def test_cold_users_get_the_fallback() -> None:
    """Let in, a user without a history is asked for, gets a full list, and is counted as no personal answer."""
    board = checkerboard()
    late = board.interactions["timestamp"].max()
    newcomer = board.interactions.head(1).with_columns(user_id=pl.lit(500, pl.Int64), timestamp=pl.lit(late, pl.Int64))
    table = replace(board, interactions=pl.concat([board.interactions, newcomer]))
    plan = FoldPlan(folds=1, days=7, excluded=("cold_items", "seen"))
    job = CrossValidator(recipe(ALS), table, plan, ks=(10,), metrics=("ndcg", "recall"))
    (scores,) = job.score(ALS)
    assert 0.9 < scores.personal_share < 1.0
    assert (scores.items[job.folds[0].kinds["cold"]] >= 0).all()
    assert job.evaluate()["als"].segments["cold"].users == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"ks": (0,)}, "between 1 and 100, not 0"),
        ({"ks": ()}, "not nothing"),
        ({"metrics": ("ndgc",)}, "no metric 'ndgc'; there are map, ndcg"),
    ],
)
def test_an_impossible_question_is_refused_at_once(arguments: dict[str, tuple[int]], message: str) -> None:
    """A k that no API call could have and an unknown metric are errors before anything is fitted."""
    with pytest.raises(DataError, match=message):
        CrossValidator(recipe(ALS), checkerboard(), **arguments)  # type: ignore[arg-type]
