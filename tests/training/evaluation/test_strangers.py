"""The people of a fold, asked for as if nobody knew them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.training.datasets import LAST, SIZE, checkerboard, recipe, tables
from training.data.tables import Tables
from training.evaluation.splits import split
from training.evaluation.strangers import MOST, Strangers
from training.evaluation.truth import truth_of
from training.interactions import Events
from training.recipe import ModelSection
from training.train import Training

POPULAR = ModelSection("popular", "popular", {})
ALS = ModelSection("als", "als", {"factors": 2, "alpha": 5.0})
LIGHTFM = ModelSection("lightfm", "lightfm", {"factors": 8, "epochs": 10, "cold": "features"})
SEED = 42


def strangers(table: Tables, seed: int = SEED) -> Strangers:
    """Return those of a table's fold."""
    events = Events.of(table)
    learn, test = split(events, LAST)
    return Strangers.of(events, learn, truth_of(events, test), seed)


def described(*users: int) -> Tables:
    """Return the checkerboard, and of which kind some of its people are, even or odd."""
    kinds = pl.DataFrame({"user_id": users, "kind": [("even", "odd")[user % 2] for user in users]})
    return replace(checkerboard(), users=kinds)


@pytest.mark.parametrize("strings", [False, True])
def test_cold_people_get_what_is_popular(strings: bool) -> None:
    """A personal model answers them as popular answers the same people, and worse than it answers those it knows."""
    training = Training(recipe(ALS, POPULAR), checkerboard(strings=strings))
    als, popular = training.measure(ALS), training.measure(POPULAR)
    np.testing.assert_array_equal(als.strangers["cold"], popular.measured.values["ndcg@10"])
    assert als.strangers["cold"].mean() < als.measured.metrics["ndcg@10"]


def test_what_they_had_is_no_answer() -> None:
    """Who has had all items but one is recommended that one first, known or not."""
    users, items = np.repeat(np.arange(6), 3), np.tile(np.arange(3), 6)
    training = Training(recipe(POPULAR), tables(users, items, times=(items + users) % 3))
    assert training.measure(POPULAR).strangers["cold"].tolist() == [1.0] * 6


def test_what_they_had_is_each_item_once() -> None:
    """It is what came before the fold, without the right answer, however often it came."""
    found = strangers(tables([1, 1, 1, 2, 2, 2], [7, 7, 8, 8, 9, 7], times=[1, 2, 3, 1, 2, 3]))
    assert found.had == [[7], [8, 9]]
    assert found.truth.counts.tolist() == [1, 1]


def test_without_features_nobody_is_warm() -> None:
    """There is nothing to tell, neither without a table of users nor with an empty one."""
    for table in (checkerboard(), described()):
        assert Training(recipe(POPULAR), table).measure(POPULAR).strangers.keys() == {"cold"}


def test_warm_are_those_of_whom_something_is_known() -> None:
    """Of the others nothing can be told, so they are not asked for; and cold are all."""
    found = Training(recipe(POPULAR), described(*range(10))).measure(POPULAR).strangers
    assert np.flatnonzero(~np.isnan(found["warm"])).tolist() == [*range(10)]
    assert not np.isnan(found["cold"]).any()


@pytest.mark.parametrize(("model", "segments"), [(ALS, ("kind",)), (LIGHTFM, ())])
def test_features_are_told_as_a_request_tells_them(
    model: ModelSection, segments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Popularity of the kind and vectors of features both know what odd people like; who tells nothing gets less."""
    monkeypatch.setattr("training.algorithms.orders.MIN_SEGMENT_USERS", 5)
    found = Training(recipe(model, segments=segments), described(*range(SIZE))).measure(model).strangers
    assert found["warm"].mean() > found["cold"].mean() + 0.05


def test_few_are_asked_for() -> None:
    """Of many people some are drawn, by the seed, and the others have no value."""
    users, items = np.repeat(np.arange(MOST + 50), 3), np.tile(np.arange(3), MOST + 50)
    table = tables(users, items, times=(items + users) % 3)
    found = Training(recipe(POPULAR), table).measure(POPULAR).strangers["cold"]
    assert len(found) == MOST + 50
    assert (~np.isnan(found)).sum() == MOST
    drawn = strangers(table).drawn
    assert np.unique(drawn).tolist() == drawn.tolist() == strangers(table).drawn.tolist()
    assert drawn.tolist() != strangers(table, seed=SEED + 1).drawn.tolist()


def test_the_manifest_has_them_beside_those_who_are_known(tmp_path: Path) -> None:
    """Hot, warm and cold each have users, a mean and an interval around it."""
    found = Training(recipe(ALS), described(*range(10))).train(ALS, tmp_path).measured_on["by_segment"]
    assert [found[kind]["users"] for kind in ("hot", "warm", "cold")] == [SIZE, 10, SIZE]
    assert all(part["low"] <= part["ndcg@10"] <= part["high"] for part in found.values())
