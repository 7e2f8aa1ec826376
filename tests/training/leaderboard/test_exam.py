"""Questions and marks are those of `evaluate`."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rectools import Columns
from rectools.metrics import MAP

from tests.training.datasets import checkerboard, recipe, tables
from training.data.tables import Tables
from training.leaderboard.answer import Answer, K, Question
from training.leaderboard.exam import Exam, exam_of, score
from training.recipe import Fold, ModelSection
from training.scorers import open_recommender
from training.train import Training
from warmstart.ids import Id
from warmstart.recommender import Ask

ALS = ModelSection("als", "als", {"factors": 2, "alpha": 5.0})
POPULAR = ModelSection("popular", "popular", {})
WEEK = Fold("time", 7)


def noisy(*, strings: bool) -> Tables:
    """Make a table with cold users, cold items, repeats and few hits."""
    rng = np.random.default_rng(5)
    users, items = rng.integers(0, 60, 900), rng.zipf(1.4, 900) % 80
    return tables(users, items, times=1_700_000_000 + rng.permutation(900) * 4000, strings=strings)


def answers_of(training: Training, model: ModelSection, exam: Exam, folder: Path) -> dict[Id, Answer]:
    """Answer as an API would that serves what was fitted on the fold's earlier part."""
    recommender = open_recommender(folder, training.draft(model, folder))
    return {q.user_id: Answer(q.user_id, recommender.recommend(Ask(user_id=q.user_id)).items) for q in exam.questions}


@pytest.mark.parametrize("strings", [False, True])
@pytest.mark.parametrize("model", [ALS, POPULAR], ids=lambda model: model.name)
def test_marks_are_those_of_evaluate(tmp_path: Path, model: ModelSection, *, strings: bool) -> None:
    """The same users are asked for, and their answers have the same metrics to 1e-9, before and after rounding."""
    table, one = noisy(strings=strings), recipe(model, fold=WEEK)
    training, exam = Training(one, table), exam_of(one, table)
    measured, marks = training.measure(model).measured, score(exam, answers_of(training, model, exam, tmp_path))
    assert len(exam.questions) == measured.users > 5
    assert marks["map@10"] > 0
    assert {name: round(value, 6) for name, value in marks.items()} == measured.metrics
    assert marks == pytest.approx({name: values.mean() for name, values in measured.values.items()}, abs=1e-9)


def test_map_is_that_of_rectools(tmp_path: Path) -> None:
    """map@10 over the answers, in external ids, is RecTools' to 1e-9."""
    table, one = noisy(strings=True), recipe(ALS, fold=WEEK)
    exam = exam_of(one, table)
    answers = answers_of(Training(one, table), ALS, exam, tmp_path)
    reco = pd.DataFrame(
        [(u, item, rank) for u, answer in answers.items() for rank, item in enumerate(answer.items, 1)],
        columns=[Columns.User, Columns.Item, Columns.Rank],
    )
    ids = np.array([q.user_id for q in exam.questions])
    had = pd.DataFrame(
        {
            Columns.User: np.repeat(ids, exam.truth.counts),
            Columns.Item: exam.item_ids.external(exam.truth.items),
        }
    )
    assert score(exam, answers)["map@10"] == pytest.approx(MAP(k=K).calc(reco, had), abs=1e-9)


def test_who_had_no_answer_counts(tmp_path: Path) -> None:
    """Half of the answers are worth what they hit over all users, and none are worth nothing."""
    one = recipe(ALS)
    exam = exam_of(one, checkerboard())
    answers = answers_of(Training(one, checkerboard()), ALS, exam, tmp_path)
    half = {user: answers[user] for user in [*answers][::2]}
    others = {user: answers[user] for user in [*answers][1::2]}
    whole = score(exam, answers)
    assert score(exam, half)["map@10"] + score(exam, others)["map@10"] == pytest.approx(whole["map@10"])
    assert set(score(exam, {}).values()) == {0.0}


def test_a_small_catalogue_owes_what_is_unseen() -> None:
    """Of three films user 1 has seen two before the fold, the others one: an answer must hold the rest."""
    exam = exam_of(recipe(POPULAR), three_films())
    assert exam.questions == [Question(1, int, 1), Question(2, int, 2), Question(3, int, 2)]


def test_items_that_nobody_knows_are_no_hits() -> None:
    """An item that is in no table takes its place in the list and hits nothing."""
    exam = exam_of(recipe(POPULAR), three_films())
    first = score(exam, {1: Answer(1, [3])})["map@10"]
    assert first == pytest.approx(1 / 3)
    assert score(exam, {1: Answer(1, [999, 3])})["map@10"] == pytest.approx(first / 2)


def three_films() -> Tables:
    """Make three users whose last film is 3, 3 and 2."""
    return tables([1, 1, 1, 2, 2, 3, 3], [1, 2, 3, 3, 1, 3, 2], times=[1, 2, 9, 2, 1, 1, 2])
