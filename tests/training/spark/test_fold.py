"""What Spark holds back, and whom it asks for where they are many."""

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from training.interactions import Interactions
from training.recipe import Fold
from warmstart.ids import IntegerIds

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.slow


def events(spark: "SparkSession", *rows: tuple[int, int, int]) -> "DataFrame":
    """Make events of (user, item, time)."""
    users, items, times = np.array(rows).T
    table = {"user": users.astype(np.int32), "item": items.astype(np.int32), "time": times}
    return spark.createDataFrame(pa.table({**table, "weight": np.ones(len(rows), np.float32)}))


def test_copies_of_the_last_event_go_with_it(spark: "SparkSession") -> None:
    """And a user whose events are all copies of one keeps them."""
    from training.spark.fold import TEST, marked

    made = events(spark, (0, 5, 1), (0, 5, 1), (1, 3, 1), (1, 4, 2), (1, 4, 2), (1, 4, 1))
    held = marked(made, Fold("leave_last_out")).filter(TEST).select("user", "item", "time").collect()
    assert [tuple(row) for row in held] == [(1, 4, 2)] * 2


def test_of_many_people_some_are_drawn(spark: "SparkSession") -> None:
    """The same for the same seed; it is said from how many."""
    from training.spark import fold
    from training.spark.pairs import gathered

    none = np.zeros(0, np.int32)
    everything = Interactions(
        IntegerIds(np.arange(9)),
        IntegerIds(np.arange(3)),
        none,
        none,
        none.astype(np.float32),
        none.astype(np.int64),
        user_features={},
        titles=None,
        genres=None,
    )
    part = gathered(events(spark, *((user, user % 2, 1) for user in range(8))), everything)
    test = events(spark, *((user, item, 2) for user in range(9) for item in range(3)))
    everybody = fold.asked(test, part, 8, 1)
    assert everybody.of == 8
    assert everybody.truth.user_ids == [*range(8)]  # the ninth is cold, and so is the third item
    assert everybody.truth.items.tolist() == [1, 0] * 4
    first, again, other = (fold.asked(test, part, 3, seed) for seed in (1, 1, 2))
    assert first.of == 8
    assert first.truth.user_ids == again.truth.user_ids
    assert (len(first.truth.user_ids), len(other.truth.user_ids)) == (3, 3)
    assert first.truth.user_ids != other.truth.user_ids
