"""How a table is cut for a cross-validation."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.training.datasets import DAY, SIZE, START, checkerboard, recipe, tables
from tests.training.datasets import section as section_of
from training.algorithms import ALGORITHMS
from training.data.tables import Tables
from training.evaluation.cross_validation import CrossValidator
from training.evaluation.folds import FoldPlan, NoTestUsers, folds_of
from training.interactions import Events
from training.recipe import Fold as TrainFold
from training.recipe import ModelSection
from training.scorers import open_recommender
from training.train import Training
from warmstart.errors import DataError
from warmstart.recommender import Ask

NOON = START // DAY * DAY + DAY // 2


def weeks(*events: tuple[int, int, int]) -> Events:
    """Return events of users, items and days."""
    users, items, days = zip(*events, strict=True)
    return Events.of(tables(users, items, times=[NOON + day * DAY for day in days]))


def had(fold: int, events: Events, plan: FoldPlan) -> set[tuple[Any, Any]]:
    """Return who had what in a fold, in external ids."""
    truth = folds_of(events, plan)[fold].truth
    users = np.repeat(np.array(truth.user_ids), truth.counts)
    return set(zip(users.tolist(), [*events.item_ids.external(truth.items)], strict=True))


EVENTS = weeks((1, 1, 0), (1, 2, 0), (2, 1, 0), (1, 3, 5), (2, 2, 6), (2, 3, 14), (3, 1, 14), (1, 4, 14), (1, 1, 14))


def test_folds_by_time_follow_each_other() -> None:
    """Each fold learns from all that was before it, and only from that; the last one ends with the last day."""
    first, second = folds_of(EVENTS, FoldPlan(folds=2))
    assert first.period is not None
    assert second.period is not None
    assert first.period[1] == second.period[0]
    assert [fold.learn.tolist() for fold in (first, second)] == [[True] * 3 + [False] * 6, [True] * 5 + [False] * 4]
    assert not (second.learn & second.counted).any()


def test_the_cold_and_the_seen_are_left_out() -> None:
    """Of user 3, who is new, of item 4, which is new, and of item 1, which user 1 knows, nothing counts."""
    assert had(1, EVENTS, FoldPlan(folds=2)) == {(2, 3)}


@pytest.mark.parametrize(("switch", "more"), [("cold_users", (3, 1)), ("cold_items", (1, 4)), ("seen", (1, 1))])
def test_each_switch_lets_its_own_in(switch: str, more: tuple[int, int]) -> None:
    """Cold users, cold items and what was seen are let in one by one."""
    excluded = tuple(name for name in FoldPlan().excluded if name != switch)
    assert had(1, EVENTS, FoldPlan(folds=2, excluded=excluded)) == {(2, 3), more}


def test_leave_last_n_leaks_time_and_says_so() -> None:
    """The last events of each user are held back, whenever that was, so the fold has no dates and is marked."""
    plan = FoldPlan(folds=1, last=1)
    (fold,) = folds_of(EVENTS, plan)
    assert had(0, EVENTS, plan) == {(2, 3)}
    assert fold.period is None
    assert fold.info().leaks_time
    assert plan.to_json()["leaks_time"]
    assert not folds_of(EVENTS, FoldPlan(folds=1))[0].info().leaks_time


def test_without_timestamps_the_table_order_decides() -> None:
    """Leave-last-N needs no times; folds by time do, and say so."""
    events = Events.of(tables([1, 1, 1, 2, 2], [1, 2, 3, 3, 1]))
    assert had(0, events, FoldPlan(folds=1, last=1)) == {(1, 3), (2, 1)}
    with pytest.raises(DataError, match="need timestamps"):
        folds_of(events, FoldPlan())


def test_users_are_hot_warm_or_cold() -> None:
    """Who has a history is hot, who only has features warm, who has neither cold."""
    features = pl.DataFrame({"user_id": [1, 3], "sex": ["F", "M"]})
    table = tables([1, 2, 3, 4], [1, 1, 1, 1], times=[NOON, NOON, NOON + 9 * DAY, NOON + 9 * DAY], features=features)
    (fold,) = folds_of(Events.of(table), FoldPlan(folds=1, excluded=("cold_items",)))
    assert {name: mask.tolist() for name, mask in fold.kinds.items()} == {
        "hot": [False, False],
        "warm": [True, False],
        "cold": [False, True],
    }
    assert fold.info().users == {"all": 2, "hot": 0, "warm": 1, "cold": 1}


def test_a_fold_without_test_users_says_which_and_why() -> None:
    """Number, dates, what is left out and how far the table reaches are all in the message."""
    events = weeks((1, 1, 0), (2, 2, 0), (1, 2, 1), (3, 1, 20))
    with pytest.raises(NoTestUsers, match=r"fold 1 of 1 .*no test users, cold users and .*from 2023-11-14 to"):
        folds_of(events, FoldPlan(folds=1))
    with pytest.raises(NoTestUsers, match=r"fold 1 of 9 .*nothing to learn from"):
        folds_of(events, FoldPlan(folds=9))


@pytest.mark.parametrize("plan", [{"folds": 0}, {"days": 0}, {"last": 0}, {"excluded": ("everything",)}])
def test_an_impossible_plan_is_refused(plan: dict[str, Any]) -> None:
    """No folds, no days, no events and an unknown switch are errors."""
    with pytest.raises(DataError):
        FoldPlan(**plan)


def planted() -> Tables:
    """Return the checkerboard, and item 999 that everybody has on one day, ten days after all the rest."""
    board = checkerboard().interactions
    late = board.unique("user_id").with_columns(
        item_id=pl.lit(999, pl.Int64), timestamp=pl.lit(START + 70 * DAY, pl.Int64)
    )
    return replace(checkerboard(), interactions=pl.concat([board, late]))


@pytest.mark.parametrize("model", ALGORITHMS)
def test_a_model_never_sees_a_test_row(model: str) -> None:
    """An item that everybody had, but in the fold only, is in no catalogue and in no answer."""
    section = section_of(model)
    plan = FoldPlan(folds=1, days=9, excluded=("cold_users", "seen"))
    job = CrossValidator(recipe(section), planted(), plan, ks=(10,))
    (scores,) = job.score(section)
    (fold,) = job.folds
    row = fold.events.item_ids.row(999)
    assert (fold.truth.items == row).sum() == SIZE
    assert row not in fold.truth.catalogue
    assert row not in scores.items


def test_the_planted_row_would_be_seen(tmp_path: Path) -> None:
    """Fitted on all rows, popularity puts the planted item first: a leak would show in the test above."""
    section = ModelSection("popular_recent", "popular_recent", {})
    manifest = Training(recipe(section, fold=TrainFold("time", 9)), planted()).fit_whole(section, tmp_path)
    assert open_recommender(tmp_path, manifest).recommend(Ask(k=1)).items == [999]
