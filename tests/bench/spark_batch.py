"""All lists of `als` by Spark on two cores, beside two processes: to be published, and written as Parquet."""

import tempfile
import time
from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from tests.bench.figures import Amount, Figure, Skipped
from tests.bench.knn_data import Market, fitting
from tests.bench.timing import Measure, interleaved, medians, timed
from training.batch import Batch
from training.batch_order import Maker
from training.cli.batch import Processes
from training.publishing import publish_with_card
from training.recipe import ModelSection
from training.spark.batch import Executors
from training.spark.session import open_session
from warmstart.store import open_store

ROUNDS = 3
USERS, ITEMS, MEAN = 20_000, 5_000, 30
ALS = ModelSection("als", "als", {})
SPARK, HERE = "Spark", "2 processes"


def figures() -> Iterator[Figure | Amount]:
    """Make them in turn; the start of processes counts, Spark's own start stands by itself."""
    if find_spec("pyspark") is None:
        raise Skipped("no Spark: make setup-spark")
    made = fitting(Market(ITEMS, np.random.default_rng(5)).interactions(USERS, MEAN))
    with tempfile.TemporaryDirectory(prefix="warmstart-bench-") as name:
        folder, store = Path(name), open_store(f"{name}/store")
        manifest = made.seal(ALS, folder / "als")
        publish_with_card(store, folder / "als", manifest)
        job = Batch(folder / "als", manifest, workers=2)
        started = time.perf_counter()
        with open_session("bench", "local[2]") as spark:
            yield Amount(name="Spark local[2] starts", amount=time.perf_counter() - started, unit="s")
            makers: dict[str, Maker] = {SPARK: Executors(spark, store.url), HERE: Processes()}
            lists = {name: timed(partial(maker.lists, job)) for name, maker in makers.items()}
            files = {
                name: timed(partial(maker.write, job, str(folder / f"{place}.parquet")))
                for place, (name, maker) in enumerate(makers.items())
            }
            yield from _in_turn("lists of als", lists)
            yield from _in_turn("lists of als to Parquet", files)


def _in_turn(what: str, measures: dict[str, Measure]) -> Iterator[Figure | Amount]:
    times = interleaved(measures, ROUNDS)
    middle = medians(times)
    yield Figure(
        name=f"{what}, {USERS:,} users, Spark local[2]",
        ms=middle[SPARK],
        peer=HERE,
        peer_ms=middle[HERE],
        raw=times,
    )
    for name in measures:
        yield Amount(name=f"  {name}", amount=USERS / middle[name] * 1000, unit="users/s")
