"""Every user's answer as Parquet, written by the executors side by side: a folder of parts, in order of the users."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.columns import ITEM_ID, USER_ID
from training.data.whole import scraps_beside
from training.ready_lists import Answers, answered
from training.spark.addresses import address_of, literally
from training.spark.executors import FAILED, Shipped
from training.spark.failures import told
from warmstart.errors import SettingsError

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession

WHOLE = "_SUCCESS"  # lies in a folder whose parts are all there
OURS = re.compile(rf"{WHOLE}|_temporary|part-.+\.parquet")  # what such a folder holds


def check_folder(spark: "SparkSession", to: str) -> None:
    """Raise SettingsError where lists cannot be written, before anything is computed for it."""
    if "://" not in to and not str(spark.sparkContext.master).startswith("local"):
        raise SettingsError(f"{to} is a folder of one machine, and executors are others: name s3://BUCKET/FOLDER")
    if "://" not in to and not Path(to).absolute().parent.is_dir():
        raise SettingsError(f"{to} cannot be written: No such file or directory")
    found = _names(spark, to)
    if found is None:
        raise SettingsError(f"{to} is a file: on Spark lists are a folder of Parquet files")
    if other := next((name for name in found if not OURS.fullmatch(name)), None):
        raise SettingsError(f"{to} holds {other}, which would be lost: name a folder of its own")


def write_lists(spark: "SparkSession", version: Shipped, to: str, kinds: tuple[bool, bool]) -> int:
    """Write every user's answer, a row an item: user_id, rank, item_id, score, source.

    A folder of this machine is there only once it is whole, and holds nothing else: it reads like the one file. Under
    a URL the parts of a run that was killed stay, without `_SUCCESS` among them; the next run writes all of them anew.

    Args:
        spark: whose executors write.
        version: whose users.
        to: a folder, or the URL of one; lists that lie there are replaced.
        kinds: whether users, and items, have integers for ids.

    Returns:
        How many users are answered by the fallback alone.

    Raises:
        DataError: an executor failed.
    """
    if "://" in to:
        return _write(spark, version, to, kinds)
    with scraps_beside(Path(to)) as scraps:
        part = scraps / "whole"
        by_fallback = _write(spark, version, address_of(part), kinds)
        for other in {*part.iterdir()} - {*part.glob("part-*.parquet")}:  # Hadoop's checksums, which stop polars
            other.unlink()
        if Path(to).exists():
            Path(to).rename(scraps / "before")
        part.rename(to)
    return by_fallback


def _write(spark: "SparkSession", version: Shipped, url: str, kinds: tuple[bool, bool]) -> int:
    cores = spark.sparkContext.defaultParallelism
    places = spark.range(version.n_chunks, numPartitions=version.partitions(cores))
    with told(FAILED):
        lists = places.mapInArrow(_answers(version, kinds), _schema(kinds))
        lists.write.mode("overwrite").parquet(url, compression="zstd")
        by_model = spark.read.parquet(literally(url)).where("rank = 1 and source = 'model'")
        return version.n_users - int(by_model.count())


def _answers(version: Shipped, kinds: tuple[bool, bool]) -> Callable[[Any], Iterator["pa.RecordBatch"]]:
    """Return what Spark calls with the numbers of chunks: it yields a batch of rows for each."""

    def of(batches: "Iterator[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        for batch in batches:
            for place in batch.column(0).to_pylist():
                yield _batch(version.done(answered, place), kinds)

    return of


def _batch(answers: Answers, kinds: tuple[bool, bool]) -> "pa.RecordBatch":
    import pyarrow as pa  # noqa: PLC0415 for executors

    user_id, item_id = (pa.int64() if integers else pa.string() for integers in kinds)
    types = (user_id, pa.int32(), item_id, pa.float32(), pa.string())
    columns = [pa.array(values, kind) for values, kind in zip(answers, types, strict=True)]
    return pa.RecordBatch.from_arrays(columns, [USER_ID, "rank", ITEM_ID, "score", "source"])


def _schema(kinds: tuple[bool, bool]) -> str:
    user_id, item_id = ("bigint" if integers else "string" for integers in kinds)
    return f"{USER_ID} {user_id}, rank int, {ITEM_ID} {item_id}, score float, source string"


def _names(spark: "SparkSession", to: str) -> list[str] | None:
    """List a folder, as Spark sees it: [] where there is none, None where it is a file."""
    context: Any = spark.sparkContext
    with told(f"{to} cannot be reached"):
        path = context._jvm.org.apache.hadoop.fs.Path(to if "://" in to else address_of(Path(to)))
        files = path.getFileSystem(context._jsc.hadoopConfiguration())
        if not files.exists(path):
            return []
        return [found.getPath().getName() for found in files.listStatus(path)] if files.isDirectory(path) else None
