"""What is held back."""

import numpy as np
import pandas as pd
import pytest
from rectools import Columns
from rectools.dataset import Interactions as RecToolsInteractions
from rectools.model_selection import TimeRangeSplitter

from tests.training.datasets import DAY, START, checkerboard, tables
from training.evaluation.splits import split
from training.interactions import Events
from training.recipe import Fold
from warmstart.errors import DataError


def test_the_last_event_of_each_user_is_held_back() -> None:
    """Of each user with several events the last in time is the test; of a tie, the last in the table."""
    events = Events.of(tables([1, 1, 1, 2, 2, 3], [10, 11, 12, 10, 11, 12], times=[5, 9, 9, 8, 3, 1]))
    learn, test = split(events, Fold("leave_last_out"))
    assert test.tolist() == [False, False, True, True, False, False]
    assert (learn == ~test).all()


def test_copies_of_the_last_event_go_with_it() -> None:
    """A repeated row is no history of its own; a user with nothing but copies keeps them."""
    events = Events.of(tables([1, 1, 1, 2, 2], [10, 11, 11, 10, 10], times=[5, 9, 9, 3, 3]))
    assert split(events, Fold("leave_last_out"))[1].tolist() == [False, True, True, False, False]


def test_without_times_the_table_order_decides() -> None:
    """A table without timestamps is taken to be in order."""
    events = Events.of(tables([1, 2, 1, 2], [10, 11, 12, 13]))
    assert split(events, Fold("leave_last_out"))[1].tolist() == [False, False, True, True]


def test_the_last_days_are_those_of_rectools() -> None:
    """A fold by time holds back what RecTools' TimeRangeSplitter holds back."""
    table = checkerboard()
    events = Events.of(table)
    frame = pd.DataFrame(
        {
            Columns.User: events.users,
            Columns.Item: events.items,
            Columns.Weight: 1.0,
            Columns.Datetime: pd.to_datetime(events.timestamps, unit="s"),
        }
    )
    splitter = TimeRangeSplitter("7D", 1, filter_cold_users=False, filter_cold_items=False, filter_already_seen=False)
    _, theirs, _ = next(splitter.split(RecToolsInteractions(frame)))
    assert np.flatnonzero(split(events, Fold("time", 7))[1]).tolist() == sorted(theirs.tolist())


@pytest.mark.parametrize(
    ("times", "fold", "message"),
    [
        (None, Fold("time"), "needs timestamps"),
        ([START] * 4, Fold("time"), "nothing to learn from"),
        ([START, START + 1, START + 400 * DAY, START], Fold("time", 500), "nothing to learn from"),
    ],
)
def test_an_impossible_fold_says_why(times: list[int] | None, fold: Fold, message: str) -> None:
    """A fold that leaves a side empty is an error that says which."""
    events = Events.of(tables([1, 1, 2, 2], [1, 2, 1, 3], times=times))
    with pytest.raises(DataError, match=message):
        split(events, fold)


def test_users_with_one_event_leave_nothing_to_measure() -> None:
    """Where nobody has two events there is nothing to hold back."""
    with pytest.raises(DataError, match="nothing to measure on"):
        split(Events.of(tables([1, 2], [1, 2])), Fold("leave_last_out"))
