"""Weights by age, as `Interactions.matrix` has them."""

from pyspark.sql import Column
from pyspark.sql import functions as F  # noqa: N812 as everybody calls it

from training.spark.pairs import TIME, WEIGHT, Pairs
from warmstart.histories import DAY
from warmstart.trend import LEAST


def aged(pairs: Pairs, half_life: float, *, binary: bool = False) -> Column:
    """Return weights, or 1 for each pair, that lose half of their value in so many days; 0: they never do."""
    value = F.lit(1.0) if binary else F.col(WEIGHT).cast("double")
    times = pairs.interactions.timestamps
    if not half_life or times is None:
        return value
    age = (F.lit(int(times.max())) - F.col(TIME)) / DAY
    return value * F.greatest(F.pow(F.lit(0.5), age / half_life), F.lit(float(LEAST)))
