"""Metrics over the serving scorer's answers."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.training.datasets import checkerboard, recipe, tables
from training.evaluation.answers import _falls
from training.evaluation.measure import Measured, measure
from training.evaluation.splits import split
from training.evaluation.truth import truth_of
from training.interactions import Events
from training.recipe import Fold, ModelSection
from training.scorers import open_recommender
from training.train import Training
from warmstart.errors import DataError
from warmstart.recommender import Ask, Detail, Recommendation

POPULAR = ModelSection("popular", "popular", {})


def by_hand(recommended: dict[int, list[int]], truth: dict[int, set[int]]) -> dict[str, float]:
    """Compute the metrics as their definitions say, user by user."""
    totals = {"map@10": 0.0, "ndcg@10": 0.0, "recall@10": 0.0}
    for user, liked in truth.items():
        hits = [item in liked for item in recommended[user][:10]]
        precisions = [sum(hits[: place + 1]) / (place + 1) for place, hit in enumerate(hits) if hit]
        gains = [1 / math.log2(place + 2) for place, hit in enumerate(hits) if hit]
        ideal = [1 / math.log2(place + 2) for place in range(min(len(liked), 10))]
        totals["map@10"] += sum(precisions) / len(liked)
        totals["ndcg@10"] += sum(gains) / sum(ideal)
        totals["recall@10"] += sum(hits) / len(liked)
    return {name: total / len(truth) for name, total in totals.items()}


def test_metrics_are_those_of_their_definitions(tmp_path: Path) -> None:
    """map, standard ndcg and recall at 10 of a draft equal a computation by hand over its own answers."""
    rng = np.random.default_rng(3)
    pairs = np.unique(rng.integers(0, (40, 30), (400, 2)), axis=0)
    rng.shuffle(pairs)
    table = tables(pairs[:, 0], pairs[:, 1], times=1_700_000_000 + rng.permutation(len(pairs)) * 4000)
    events = Events.of(table)
    fold = Fold("time", 3)
    learn, test = split(events, fold)
    training = Training(recipe(POPULAR, fold=fold), table)
    recommender = open_recommender(tmp_path, training.draft(POPULAR, tmp_path))
    users, items = pairs[:, 0], pairs[:, 1]
    known_users, known_items = set(users[learn]), set(items[learn])
    truth: dict[int, set[int]] = {}
    for user, item in zip(users[test], items[test], strict=True):
        if user in known_users and item in known_items:
            truth.setdefault(int(user), set()).add(int(item))
    recommended = {user: [int(i) for i in recommender.recommend(Ask(user_id=user)).items] for user in truth}
    measured = training.measure(POPULAR).measured
    assert measured.users == len(truth) > 5
    assert measured.metrics == pytest.approx(by_hand(recommended, truth), abs=1e-6)
    assert measure(recommender, truth_of(events, test)) == measured


def test_what_was_seen_before_is_no_test(tmp_path: Path) -> None:
    """An item that the user had before the fold does not count, so repeating it earns nothing."""
    table = tables([1, 1, 1, 2, 2, 2], [1, 2, 1, 1, 2, 3], times=[1, 2, 9, 1, 2, 3])
    training = Training(recipe(POPULAR), table)
    with pytest.raises(DataError, match="nothing to measure on but cold"):
        training.measure(POPULAR)


def test_a_personal_model_beats_popular_on_the_checkerboard() -> None:
    """ALS finds the taste of each user, popular cannot; the metrics say so."""
    als = ModelSection("als", "als", {"factors": 2, "alpha": 5.0})
    training = Training(recipe(als, POPULAR), checkerboard())
    personal, popular = training.measure(als).measured, training.measure(POPULAR).measured
    assert personal.metrics["ndcg@10"] > popular.metrics["ndcg@10"]
    assert personal.personal_share == 1.0
    assert popular.personal_share == 0.0
    assert personal.ordered


def lists(*rows: list[int]) -> Measured:
    """Answers of a draft, with nothing else measured."""
    items = np.array(rows, np.int32)
    asked = np.arange(len(rows), dtype=np.int32)
    return Measured({}, len(rows), personal_share=1.0, ordered=True, asked=asked, items=items, values={})


def test_lists_that_share_eight_of_ten_items_are_as_good_as_the_same() -> None:
    """A copy, a copy in another order with two items changed, one with three changed, and a short list of its own."""
    ten = [*range(10)]
    theirs = lists(ten, ten, ten, ten)
    mine = lists(ten, [*range(7, -1, -1), 20, 21], [*range(7), 20, 21, 22], [30, -1, -1, -1, -1, -1, -1, -1, -1, -1])
    assert mine.same_answers(theirs) == 0.5


def test_a_part_is_of_its_users_alone() -> None:
    """Means, users, answers and values of those who are chosen; of nobody there is nothing to say."""
    values = {"ndcg@10": np.array([0.0, 0.5, 1.0])}
    whole = replace(lists([1, 2], [3, 4], [5, 6]), metrics={"ndcg@10": 0.5}, values=values)
    part = whole.part(np.array([False, True, True]))
    assert part.metrics == {"ndcg@10": 0.75}
    assert (part.users, part.asked.tolist(), part.items.tolist()) == (2, [1, 2], [[3, 4], [5, 6]])
    assert part.against(part, 1)["ndcg@10"].users == 2
    with pytest.raises(DataError, match="nobody"):
        whole.part(np.zeros(3, np.bool_))


@pytest.mark.parametrize(("scores", "falls"), [([2.0, 2.0, 1.0], True), ([1.0, 2.0], False), ([math.nan, 1.0], False)])
def test_scores_fall_where_each_is_at_most_the_one_before(scores: list[float], falls: bool) -> None:
    """Equal scores are in order, rising ones and what is no number are not."""
    details = [Detail(place, score, "model", [], None, 0, trend=False) for place, score in enumerate(scores)]
    assert _falls(Recommendation([], np.array([], np.int32), "model", 0, details)) is falls
