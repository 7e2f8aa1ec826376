"""Pairs of user and item in Spark, each once, and the same as the arrays that an artifact is made of."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812 as everybody calls it

from training.interactions import Interactions
from warmstart.scorer import Rows

USER, ITEM, WEIGHT, TIME = "user", "item", "weight", "time"
CHANCE = F.xxhash64  # of USER and ITEM: the order of what was at the same time, for a table in parts has none


class Pairs(NamedTuple):
    """What is learnt from, in both forms."""

    frame: DataFrame  # USER int, ITEM int, WEIGHT float, TIME bigint; items in the rows of the whole table
    interactions: Interactions
    rows: Rows  # (n_items of the whole table,) an item's row among those that occur, -1 for one that does not


def merged(events: DataFrame) -> DataFrame:
    """Merge repeated pairs: weights summed, last time kept."""
    weight = F.sum(F.col(WEIGHT).cast("double")).cast("float").alias(WEIGHT)
    return events.groupBy(USER, ITEM).agg(weight, F.max(TIME).alias(TIME)).select(USER, ITEM, WEIGHT, TIME)


def gathered(frame: DataFrame, everything: Interactions) -> Pairs:
    """Bring pairs to the driver as arrays, each user's oldest first, what was at the same time by chance.

    Args:
        frame: merged pairs.
        everything: ids, features and titles of the whole table; its pairs count for nothing.
    """
    table = frame.orderBy(USER, TIME, CHANCE(USER, ITEM), ITEM).toArrow()
    items = _ints(table, ITEM)
    occurs = np.bincount(items, minlength=everything.n_items) > 0
    rows = np.where(occurs, np.cumsum(occurs) - 1, -1).astype(np.int32)
    interactions = replace(
        everything,
        users=_ints(table, USER),
        items=items,
        weights=table[WEIGHT].to_numpy().astype(np.float32, copy=False),
        timestamps=table[TIME].to_numpy().astype(np.int64, copy=False),
    ).part(np.ones(len(items), np.bool_))
    return Pairs(frame, interactions, rows)


def _ints(table: pa.Table, column: str) -> NDArray[np.int32]:
    return table[column].to_numpy().astype(np.int32, copy=False)  # type: ignore[no-any-return]
