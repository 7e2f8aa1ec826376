"""The fold, cut in Spark by the rules of `training.evaluation.splits` and `truth`."""

from typing import NamedTuple

import numpy as np
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812 as everybody calls it

from training.evaluation.splits import DAY
from training.evaluation.truth import Truth
from training.recipe import Fold
from training.spark.pairs import CHANCE, ITEM, TIME, USER, Pairs
from warmstart.errors import DataError

TEST = "_test"
ASKED = 20_000  # people of a fold who are asked for, drawn where there are more, unless the recipe says how many


class Asked(NamedTuple):
    """Whom to ask for, and of how many they were drawn, or all."""

    truth: Truth
    of: int


def marked(events: DataFrame, fold: Fold) -> DataFrame:
    """Mark what is held back: each user's last event with its copies, or the last whole days (UTC).

    Of a tie in time, chance says what is last. A user whose events are all copies of one keeps them.
    """
    if fold.kind == "time":
        last = events.agg(F.max(TIME)).collect()[0][0]
        return events.withColumn(TEST, F.col(TIME) >= (last // DAY + 1 - fold.days) * DAY)
    of_user, event = Window.partitionBy(USER), F.struct(F.col(TIME), CHANCE(USER, ITEM), F.col(ITEM))
    own = events.withColumn(TEST, event == F.max(event).over(of_user))
    return own.withColumn(TEST, F.col(TEST) & F.bool_or(~F.col(TEST)).over(of_user))


def asked(test: DataFrame, part: Pairs, most: int, seed: int) -> Asked:
    """Return what counts of a fold: no cold users, no cold items, nothing seen before.

    Args:
        test: the events that are held back.
        part: what came before.
        most: how many people.
        seed: of the draw.

    Raises:
        DataError: nothing is left.
    """
    new = test.select(USER, ITEM).distinct().join(part.frame, [USER, ITEM], "left_anti")
    counted = new.join(part.frame.select(USER).distinct(), USER, "left_semi")
    counted = counted.join(part.frame.select(ITEM).distinct(), ITEM, "left_semi").checkpoint()
    users = counted.select(USER).distinct()
    there = users.count()
    if not there:
        raise DataError("the fold holds nothing to measure on but cold users, cold items and items seen before")
    if there > most:
        drawn = users.orderBy(F.xxhash64(F.lit(seed), F.col(USER)), USER).limit(most)
        counted = counted.join(drawn, USER, "left_semi")
    return Asked(_truth(counted, part), there)


def _truth(counted: DataFrame, part: Pairs) -> Truth:
    """Gather right answers, in the rows of the part's items: row i of a draft is item i of the truth."""
    table = counted.orderBy(USER, ITEM).toArrow()  # rows of the part keep the order of the whole table's
    users, counts = np.unique(table[USER].to_numpy(), return_counts=True)
    rows = users.astype(np.int32)
    return Truth(
        [*part.interactions.user_ids.external(rows)],
        rows,
        counts.astype(np.int64),
        part.rows[table[ITEM].to_numpy()],
        np.arange(part.interactions.n_items, dtype=np.int32),
    )
