"""A model's lists for all users, ranked by Spark's executors: the same chunks and the same bytes as `batch` here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from training.batch import Batch
from training.batch_order import Order, carry_out
from training.over_users import CHUNK
from training.ready_lists import Lists, ranked
from training.spark.executors import Shipped, over_executors
from training.spark.list_files import check_folder, write_lists
from warmstart.store import Store

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def batch_on_spark(
    spark: "SparkSession", store: Store, order: Order, say: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """Carry out an order of lists by a session's executors, which reach the store as the driver does.

    Args:
        spark: whose executors rank.
        store: of the model; its URL is opened on each executor.
        order: what is wanted; `to` is a folder of Parquet files, or its URL.
        say: is told what is going on.

    Returns:
        What `warmstart batch --json` prints.

    Raises:
        WarmstartError: as `training.batch_order.carry_out`, and where an executor failed.
    """
    return carry_out(order, store, Executors(spark, store.url), say)


@dataclass(frozen=True)
class Executors:
    """Those of a session; the driver holds the lists that are published, and none of those that are written."""

    spark: "SparkSession"
    store_url: str
    chunk: int = CHUNK  # users at a time: as many as here, so that no last bit differs

    def check(self, to: str) -> None:
        """Look whether Spark can write there, and whether that would lose anything."""
        check_folder(self.spark, to)

    def lists(self, job: Batch) -> Lists:
        """Rank on the executors, and join on the driver."""
        return job.joined(over_executors(self.spark, self._shipped(job), ranked))

    def write(self, job: Batch, to: str) -> int:
        """Rank and write on the executors."""
        return write_lists(self.spark, self._shipped(job), to, job.integer_ids)

    def _shipped(self, job: Batch) -> Shipped:
        return Shipped(self.store_url, job.manifest.to_json(), job.users, job.k, self.chunk)
