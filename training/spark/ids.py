"""External ids get their rows in Spark, in the order of the artifact's maps; no Python object stays per id."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812 as everybody calls it
from pyspark.sql.types import LongType

from warmstart.ids import IdMap, IntegerIds, StringIds, hash64
from warmstart.texts import Texts

ID, KEY, ROW = "_id", "_key", "_row"
SIGN = 2**63  # Spark sorts signed integers, the map unsigned ones
_PLACES = 33  # bits of monotonically_increasing_id that count within a partition


class Indexed(NamedTuple):
    """A map, and the same as a table."""

    ids: IdMap
    rows: DataFrame  # ID, ROW int

    def put_into(self, frame: DataFrame, column: str, row: str) -> DataFrame:
        """Replace a column of ids by one of rows."""
        table = self.rows.select(F.col(ID).alias(column), F.col(ROW).alias(row))
        return frame.join(table, column).drop(column)


def indexed(ids: DataFrame) -> Indexed:
    """Sort the distinct ids of one column, bigint or string, as the maps do, and number them."""
    column = ids.columns[0]
    distinct = ids.select(F.col(column).alias(ID)).distinct()
    if isinstance(ids.schema[column].dataType, LongType):
        ordered = distinct.orderBy(ID).checkpoint()
        return Indexed(IntegerIds(_integers(ordered.toArrow())), _numbered(ordered))
    ordered = distinct.mapInArrow(_keyed, f"{ID} string, {KEY} bigint").orderBy(KEY, ID).checkpoint()
    return Indexed(_strings(ordered.toArrow()), _numbered(ordered))


def _keyed(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Add what string ids are sorted by; runs on the workers."""
    for batch in batches:
        keys = pa.array([hash64(text.encode()) - SIGN for text in batch.column(0).to_pylist()], pa.int64())
        yield pa.RecordBatch.from_arrays([batch.column(0), keys], [ID, KEY])


def _integers(table: pa.Table) -> NDArray[np.int64]:
    return table[ID].to_numpy().astype(np.int64, copy=False)  # type: ignore[no-any-return]


def _strings(table: pa.Table) -> StringIds:
    """Take the bytes of all texts as Arrow holds them."""
    texts = table[ID].cast(pa.large_string()).combine_chunks()
    texts = pa.concat_arrays(texts.chunks) if isinstance(texts, pa.ChunkedArray) else texts
    _, offsets, text = texts.buffers()
    starts = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    raw = np.frombuffer(text, np.uint8)[starts[0] : starts[-1]]
    hashes = table[KEY].to_numpy().view(np.uint64) ^ np.uint64(SIGN)
    return StringIds(hashes, Texts(starts - starts[0], raw))


def _numbered(ordered: DataFrame) -> DataFrame:
    """Number the lines of a checkpointed table in its order."""
    placed = ordered.select(ID, F.monotonically_increasing_id().alias(ROW))
    part = F.shiftright(ROW, _PLACES)
    sizes = {int(found["part"]): int(found["count"]) for found in placed.groupBy(part.alias("part")).count().collect()}
    starts = np.cumsum([0, *(sizes.get(number, 0) for number in range(max(sizes) + 1))])
    return placed.select(
        ID, (_at(starts.tolist(), part) + F.col(ROW).bitwiseAND(2**_PLACES - 1)).cast("int").alias(ROW)
    )


def _at(values: list[int], place: Column) -> Column:
    return F.element_at(F.array(*(F.lit(value).cast("bigint") for value in values)), place.cast("int") + 1)
