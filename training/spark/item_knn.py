"""Item-item cosine by Spark, exact: every pair of items that a user had together is summed up."""

from collections.abc import Callable

import numpy as np
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812 as everybody calls it
from scipy import sparse

from training.algorithms.item_knn import ItemKNN
from training.spark.ages import aged
from training.spark.pairs import CHANCE, ITEM, TIME, USER, Pairs

LONGEST = 2_000  # events of one history: it makes the square of it in pairs, and says little of any
OTHER, VALUE, PLACE = "other", "value", "place"


def fit_item_knn(algorithm: ItemKNN, pairs: Pairs, say: Callable[[str], None]) -> ItemKNN:
    """Find each item's k nearest by cosine; of a tie, the items of lower rows.

    Of a history longer than LONGEST only the newest events are taken; where none is, all are, and the result is that of
    the algorithm on one machine.
    """
    lengths = np.diff(pairs.interactions.indptr)
    if (long := int((lengths > LONGEST).sum())) > 0:
        say(f"item_knn: of {long:,} histories only the newest {LONGEST:,} events count")
    unit = _unit(algorithm, pairs, shorten=long > 0)
    table = _nearest(unit, algorithm.k).toArrow()
    sources, targets = (pairs.rows[table[name].to_numpy()] for name in (OTHER, ITEM))
    n_items = pairs.interactions.n_items
    values = table[VALUE].to_numpy().astype(np.float32)
    algorithm.weights_ = sparse.csr_matrix((values, (sources, targets)), (n_items, n_items))
    return algorithm


def _unit(algorithm: ItemKNN, pairs: Pairs, *, shorten: bool) -> DataFrame:
    """Return USER, ITEM and VALUE, of which each item's are a vector of length 1."""
    value = aged(pairs, algorithm.learning_half_life, binary=algorithm.binary).alias(VALUE)
    taken = pairs.frame.select(USER, ITEM, TIME, value)
    if shorten:
        newest = Window.partitionBy(USER).orderBy(F.desc(TIME), CHANCE(USER, ITEM).desc(), ITEM)
        taken = taken.withColumn(PLACE, F.row_number().over(newest)).filter(F.col(PLACE) <= LONGEST)
    length = F.sqrt(F.sum(F.col(VALUE) * F.col(VALUE)).over(Window.partitionBy(ITEM)))
    return taken.select(USER, ITEM, (F.col(VALUE) / length).alias(VALUE)).checkpoint()


def _nearest(unit: DataFrame, k: int) -> DataFrame:
    """Return ITEM, OTHER and VALUE: the k of the others whose vectors are nearest."""
    other = unit.select(USER, F.col(ITEM).alias(OTHER), F.col(VALUE).alias("value_of_other"))
    both = unit.join(other, USER).filter(F.col(ITEM) < F.col(OTHER))
    half = both.groupBy(ITEM, OTHER).agg(F.sum(F.col(VALUE) * F.col("value_of_other")).alias(VALUE))
    whole = half.unionByName(half.select(F.col(ITEM).alias(OTHER), F.col(OTHER).alias(ITEM), VALUE))
    best = Window.partitionBy(ITEM).orderBy(F.desc(VALUE), OTHER)
    return whole.withColumn(PLACE, F.row_number().over(best)).filter(F.col(PLACE) <= k).drop(PLACE)
