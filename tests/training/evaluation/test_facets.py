"""What a manifest says of a measurement beside its means."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from tests.training.datasets import LAST, checkerboard, recipe, tables
from tests.training.evaluation.frames import lists, truth
from training.evaluation.beyond import Learnt, genre_matrix
from training.evaluation.comparison import interval
from training.evaluation.facets import Facets
from training.evaluation.measure import METRICS, K, Measured
from training.evaluation.metrics import per_user
from training.evaluation.splits import split
from training.evaluation.truth import truth_of
from training.interactions import Events
from training.recipe import ModelSection
from training.train import Training

ALS = ModelSection("als", "als", {"factors": 2, "alpha": 5.0})
SEED = 42
HAD = {0: [1], 1: [2], 2: [3], 3: [0, 3]}
ANSWERS = ([1, 0], [0, 2], [0, 1], [0, 3])
LEARNT = Learnt(np.array([4, 2, 2, 1, 0]), users=4, genres=None)  # item 4 was not learnt from


def by_hand(had: Mapping[int, Sequence[int]], *answers: Sequence[int]) -> tuple[Facets, Measured]:
    """Answer users who had so much; the first two have shorter histories than the others."""
    right, items = truth(had), lists(*answers, width=K)
    values = per_user(METRICS, (K,), items, right)
    means = {name: round(float(of_users.mean()), 6) for name, of_users in values.items()}
    first = np.arange(len(had)) < 2
    facets = Facets(right, LEARNT, {"history 1-5": first, "history 6-20": ~first})
    return facets, Measured(means, len(had), 1.0, ordered=True, asked=right.users, items=items, values=values)


def test_intervals_are_those_of_evaluate() -> None:
    """Each reported metric has the bounds of the same bootstrap over users, around its mean."""
    table = checkerboard()
    events = Events.of(table)
    learn, test = split(events, LAST)
    measured = Training(recipe(ALS), table).measure(ALS).measured
    found = Facets.of(events, learn, truth_of(events, test)).seen_in(measured, SEED)["intervals"]
    alone = interval([(measured.asked, measured.values["ndcg@10"][:, None])], SEED)
    assert found["ndcg@10"] == pytest.approx([alone.low[0], alone.high[0]], abs=1e-6)
    assert found.keys() == measured.metrics.keys()
    assert all(low <= measured.metrics[name] <= high for name, (low, high) in found.items())


def test_shorter_lists_are_beginnings_of_the_ten() -> None:
    """Two of four users have theirs at the first place, one of these half of it; one more at the second."""
    facets, measured = by_hand(HAD, *ANSWERS)
    found = facets.seen_in(measured, SEED)["by_k"]
    assert found["recall"] == {"1": 0.375, "5": 0.75, "10": 0.75}
    assert found["ndcg"]["1"] == 0.5
    assert {f"{name}@10": by_k["10"] for name, by_k in found.items()} == measured.metrics


def test_what_else_answers_are_like() -> None:
    """Mean bits of what is recommended, three of four items, and how far genres differ where there are any."""
    facets, measured = by_hand(HAD, *ANSWERS)
    assert facets.seen_in(measured, SEED)["beyond"] == {"novelty@10": 0.625, "coverage@10": 1.0}
    told = replace(facets, learnt=replace(LEARNT, genres=genre_matrix(["War", "War", "Drama", "War", ""])))
    assert told.seen_in(measured, SEED)["beyond"]["diversity@10"] == 0.5
    nothing = by_hand(HAD, [], [], [], [])
    assert nothing[0].seen_in(nothing[1], SEED)["beyond"] == {"coverage@10": 0.0}


def test_segments_are_measured_on_their_own_users() -> None:
    """Each has its own users' mean, within an interval of its own."""
    facets, measured = by_hand(HAD, *ANSWERS)
    ndcg = measured.values["ndcg@10"]
    found = facets.seen_in(measured, SEED)["by_segment"]
    assert {name: part["users"] for name, part in found.items()} == {"history 1-5": 2, "history 6-20": 2}
    assert found["history 1-5"]["ndcg@10"] == pytest.approx(ndcg[:2].mean(), abs=1e-6)
    assert all(part["low"] <= part["ndcg@10"] <= part["high"] for part in found.values())


def test_strangers_stand_beside_the_segments() -> None:
    """Those who were asked for count, and what else is said stays as it is."""
    facets, measured = by_hand(HAD, *ANSWERS)
    alone = facets.seen_in(measured, SEED)
    found = facets.seen_in(measured, SEED, {"cold": np.array([0.5, np.nan, 0.25, np.nan])})
    cold = found["by_segment"].pop("cold")
    assert (cold["users"], cold["ndcg@10"]) == (2, 0.375)
    assert found == alone


def test_a_fold_has_only_the_segments_of_its_users() -> None:
    """People of four earlier items are hot and of short histories, and nobody is anything else."""
    users, items = np.repeat(np.arange(8), 5), np.tile(np.arange(5), 8)
    events = Events.of(tables(users, items, times=(items + users) % 5))
    learn, test = split(events, LAST)
    facets = Facets.of(events, learn, truth_of(events, test))
    assert {name: int(mask.sum()) for name, mask in facets.segments.items()} == {"hot": 8, "history 1-5": 8}
