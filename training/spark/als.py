"""ALS by Spark: item vectors are learnt there, and users' solved here as the scorer will fold histories in."""

import numpy as np
from numpy.typing import NDArray
from pyspark.ml import recommendation
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812 as everybody calls it

from training.algorithms.als import ALS
from training.spark.ages import aged
from training.spark.pairs import ITEM, USER, WEIGHT, Pairs
from warmstart.errors import DataError

LEAST = 1e-4  # of a rating: Spark takes 0 for no preference
EVERY = 4  # iterations from one checkpoint to the next: the plan does not grow without end


def fit_als(algorithm: ALS, pairs: Pairs, rng: np.random.Generator) -> ALS:
    """Learn with Spark what implicit would learn with the same settings, but for the regularization of single rows.

    A weight's confidence is alpha x weight in implicit and 1 + alpha x rating in Spark, so the ratings are alpha x
    weight - 1, with an alpha of 1. What is below 0 then, implicit counts as less than no event, and Spark cannot: it
    counts almost nothing.

    implicit adds the same number to the normal equations of every row, Spark regParam times the row's events: more for
    who had much. The two agree at the rows of an average event, with the number divided by its rows' counts, the
    geometric mean of the user's and the item's. Where regularization is strong, the models differ.

    Raises:
        DataError: the factors are no numbers.
    """
    blocks = max(2, pairs.frame.sparkSession.sparkContext.defaultParallelism)
    model = recommendation.ALS(
        rank=algorithm.factors,
        maxIter=algorithm.iterations,
        regParam=algorithm.regularization / _typical_count(pairs),
        implicitPrefs=True,
        alpha=1.0,
        userCol=USER,
        itemCol=ITEM,
        ratingCol=WEIGHT,
        seed=int(rng.integers(2**31)),
        checkpointInterval=EVERY,
        numUserBlocks=blocks,
        numItemBlocks=blocks,
    ).fit(_ratings(algorithm, pairs))
    return algorithm.with_items(_vectors(model.itemFactors, pairs, algorithm.factors), pairs.interactions)


def _typical_count(pairs: Pairs) -> float:
    """Return how many events the rows of an average event have, the geometric mean of its user's and its item's."""
    counts = (np.bincount(rows) for rows in (pairs.interactions.users, pairs.interactions.items))
    means = [float(np.square(count, dtype=np.float64).sum() / count.sum()) for count in counts]
    return float(np.sqrt(np.prod(means)))


def _ratings(algorithm: ALS, pairs: Pairs) -> DataFrame:
    weight = aged(pairs, algorithm.learning_half_life)
    rating = F.greatest(weight * algorithm.alpha - 1, F.lit(LEAST)).cast("float").alias(WEIGHT)
    return pairs.frame.select(USER, ITEM, rating)


def _vectors(found: DataFrame, pairs: Pairs, factors: int) -> NDArray[np.float32]:
    table = found.toArrow()
    vectors = np.zeros((pairs.interactions.n_items, factors), np.float32)
    learnt = table["features"].combine_chunks().flatten().to_numpy().reshape(-1, factors)
    if not np.isfinite(learnt).all():
        raise DataError("als came to no numbers; take a smaller alpha or regularization")
    vectors[pairs.rows[table["id"].to_numpy()]] = learnt
    return vectors
