"""DSSM on MovieLens 1M with all ratings: positives drawn by them, or evenly; right is what was rated 4 or better.

What is right are the test rows of the first of the five random folds, which no setting was chosen on. `p` is of the
paired test against the even draw.
"""

import time
from collections.abc import Iterator

import polars as pl

from tests.bench.places import data_set
from tests.quality.figures import Entrant, Figure
from tests.quality.protocol import SEED, Protocol, held_back
from training.columns import ITEM_ID, USER_ID, WEIGHT
from training.data.tables import Tables
from training.evaluation.comparison import paired
from training.evaluation.folds import Fold
from training.interactions import Events

NAME = "neural-sampling"
UNIFORM = Entrant("dssm, uniform", {"epochs": 100, "sampling": "uniform"}, "dssm")
QUALITY = Entrant("dssm, by rating", {"epochs": 100, "sampling": "quality"}, "dssm")


def figures() -> Iterator[Figure]:
    """Measure both draws on the same rows."""
    protocol = Protocol(NAME, [fold()], "ndcg", 10)
    started = time.perf_counter()
    uniform = protocol.samples(UNIFORM)
    yield protocol.figure(UNIFORM, uniform, started, {"p": None})
    started = time.perf_counter()
    quality = protocol.samples(QUALITY)
    yield protocol.figure(QUALITY, quality, started, {"p": paired(quality, uniform, SEED)[0].p})


def fold() -> Fold:
    """Learn from every rating but those that are right."""
    folder = data_set("movielens-1m")
    rated = pl.read_parquet(folder / "ratings.parquet")
    tests = pl.read_parquet(folder / "anelli_test_folds.parquet").filter(pl.col("fold") == 0)
    right = tests.select(USER_ID, ITEM_ID).with_columns(held=True)
    marked = rated.join(right, on=[USER_ID, ITEM_ID], how="left", maintain_order="left")
    columns = [pl.col(USER_ID).cast(pl.Int64), pl.col(ITEM_ID).cast(pl.Int64)]
    pairs = rated.select(*columns, pl.col("rating").cast(pl.Float32).alias(WEIGHT))
    events = Events.of(Tables(pairs, None, None, sha256="0" * 64, set_aside=0))
    return held_back(1, events, marked["held"].fill_null(value=False).to_numpy())
