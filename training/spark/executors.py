"""Something done for all users of a version by the executors of Spark: the very chunks and tasks of `over_users`."""

import fcntl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from training.over_users import CHUNK, Task, n_chunks, of_chunk, rows_of_chunk
from training.spark.failures import told
from training.stores import open_named
from warmstart.manifest import Manifest
from warmstart.pull import pull

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MOST_CHUNKS = 64  # of a partition: 65,536 users, whose lists of 100 items are 52 MB
WAVES = 4  # partitions for each core, so that a slow one holds up nobody
FAILED = "an executor of Spark failed"
T = TypeVar("T")


@dataclass(frozen=True)
class Shipped:
    """A version as tasks name it: each executor pulls it once, and checks the hashes that the manifest names."""

    store_url: str
    manifest_json: bytes  # the driver's: all executors take the same
    n_users: int
    k: int
    chunk: int = CHUNK

    @property
    def n_chunks(self) -> int:
        """Count the chunks of its users."""
        return n_chunks(self.n_users, self.chunk)

    def partitions(self, cores: int) -> int:
        """Return into how many partitions its chunks are parted, in their order."""
        return max(1, min(self.n_chunks, WAVES * cores), -(-self.n_chunks // MOST_CHUNKS))

    def done(self, task: Task[T], place: int) -> T:
        """Return what a task makes of one chunk, on the executor that is asked."""
        return of_chunk(self._folder(), task, rows_of_chunk(place, self.n_users, self.chunk), self.k)

    def _folder(self) -> Path:
        """Return where its verified files lie on this executor; the first of its processes that asks pulls them."""
        from pyspark import SparkFiles  # noqa: PLC0415 it is there only where Spark is

        root = Path(SparkFiles.getRootDirectory())  # goes with the executor
        manifest = Manifest.from_json(self.manifest_json)
        folder = root / f"warmstart-{manifest.model}-{manifest.version}"
        with (root / f"{folder.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.is_dir():
                pulled = pull(open_named(self.store_url), manifest, root)
                (pulled / "manifest.json").write_bytes(self.manifest_json)
                pulled.rename(folder)
        return folder


def over_executors(spark: "SparkSession", version: Shipped, task: Task[T]) -> Iterator[T]:
    """Yield what a task makes of each chunk of a version's users, in the order of their rows.

    All of it is made, and kept on the executors' disks, before the first is yielded; the driver then holds the parts
    of one partition at a time.

    Raises:
        DataError: an executor failed, more often than Spark allows.
    """
    from pyspark import StorageLevel  # noqa: PLC0415 as above

    context = spark.sparkContext
    places = context.parallelize(range(version.n_chunks), version.partitions(context.defaultParallelism))
    parts = places.map(_of(version, task)).persist(StorageLevel.DISK_ONLY)
    try:
        with told(FAILED):
            parts.count()
            yield from parts.toLocalIterator(prefetchPartitions=True)
    finally:
        parts.unpersist()


def _of(version: Shipped, task: Task[T]) -> Callable[[int], T]:
    return lambda place: version.done(task, place)
