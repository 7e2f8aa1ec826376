"""What settings are chosen on lies before what is reported."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tests.training.datasets import DAY, START, checkerboard, tables
from training.data.tables import Tables
from training.interactions import Events
from training.recipe import Fold
from training.tuning.windows import Window, earlier, reported
from warmstart.errors import DataError

MIDNIGHT = START - START % DAY
WEEKS = tables(
    [1, 2] * 4, [1, 2, 3, 4, 5, 6, 7, 8], times=[MIDNIGHT + day * DAY for day in (0, 6, 7, 13, 14, 20, 21, 27)]
)
FOLDS = (Fold("leave_last_out"), Fold("time", 7))


def held_back(window: Window) -> list[int]:
    """Return the external ids of a window's test items."""
    items = window.events.items[window.test]
    return [int(item) for item in window.events.item_ids.external(items)]


def known(window: Window) -> list[int]:
    """Return the external ids of all items that a window knows."""
    return [int(i) for i in window.events.item_ids.external(np.arange(len(window.events.item_ids), dtype=np.int32))]


def test_by_time_they_are_the_weeks_before() -> None:
    """The windows lie side by side before the reported one, the nearest first, and know nothing later."""
    first, second = earlier(Events.of(WEEKS), Fold("time", 7), 2)
    assert held_back(reported(Events.of(WEEKS), Fold("time", 7))) == [7, 8]
    assert (held_back(first), known(first)) == ([5, 6], [1, 2, 3, 4, 5, 6])
    assert (held_back(second), known(second)) == ([3, 4], [1, 2, 3, 4])


def test_by_user_they_are_the_last_events_before_the_last() -> None:
    """Each user's last but one, then the last but two; a user with one event left keeps it."""
    events = Events.of(tables([1, 1, 1, 1, 2, 2, 2], [1, 2, 3, 4, 5, 6, 7]))
    first, second = earlier(events, Fold("leave_last_out"), 2)
    assert (held_back(first), known(first)) == ([3, 6], [1, 2, 3, 5, 6])
    assert (held_back(second), known(second)) == ([2], [1, 2, 5])


@pytest.mark.parametrize("fold", FOLDS)
def test_a_row_planted_in_the_reported_fold_changes_nothing(fold: Fold) -> None:
    """Whatever the reported fold holds, new users and items included, the earlier folds are the same to the byte."""
    table = checkerboard()
    test = reported(Events.of(table), fold).test
    frame = table.interactions.with_columns(
        item_id=pl.when(pl.Series(test)).then(pl.lit(999)).otherwise(pl.col("item_id"))
    )
    later = frame["timestamp"].max()
    stranger = pl.DataFrame({"user_id": [-5], "item_id": [998], "weight": [9.0], "timestamp": [later]}, frame.schema)
    planted = Tables(frame if fold.kind == "leave_last_out" else pl.concat([frame, stranger]), None, None, "1" * 64, 0)
    for mine, theirs in zip(*(earlier(Events.of(t), fold, 2) for t in (table, planted)), strict=True):
        assert known(mine) == known(theirs)
        assert mine.test.tolist() == theirs.test.tolist()
        for column in ("users", "items", "weights", "timestamps"):
            assert getattr(mine.events, column).tolist() == getattr(theirs.events, column).tolist()
        assert len(mine.events.user_ids) == len(theirs.events.user_ids)


def test_features_and_titles_follow_their_rows() -> None:
    """A user's features and an item's title stay with it where other users and items are no longer known."""
    described = replace(
        WEEKS,
        users=pl.DataFrame({"user_id": [1, 2, 3], "age": ["a", "b", "c"]}),
        items=pl.DataFrame({"item_id": [*range(1, 9)], "title": [f"t{i}" for i in range(1, 9)]}),
    )
    window = earlier(Events.of(described), Fold("time", 7), 1)[0]
    assert window.events.user_features == {"age": ["a", "b"]}
    assert window.events.titles == [f"t{i}" for i in range(1, 7)]


@pytest.mark.parametrize(
    ("fold", "count", "message"),
    [
        (Fold("time", 7), 3, "validation fold 3 of 3: the fold leaves nothing to learn from"),
        (Fold("time", 1), 1, "validation fold 1 of 1: it holds no events at all"),
        (Fold("leave_last_out"), 4, "validation fold 3 of 4: the fold leaves nothing to measure on"),
    ],
)
def test_a_fold_that_cannot_be_is_named(fold: Fold, count: int, message: str) -> None:
    """Too many folds, or one without events, is an error that says which."""
    with pytest.raises(DataError, match=message):
        earlier(Events.of(WEEKS), fold, count)
