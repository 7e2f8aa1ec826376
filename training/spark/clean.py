"""The interactions with their bad rows taken out, by the rules of `training.data`; there are no lines to name."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812 as everybody calls it
from pyspark.sql.types import DataType, StringType

from training.columns import ITEM_ID, TIMESTAMP, USER_ID, WEIGHT
from training.data.casts import INTEGER
from training.data.read_interactions import AHEAD, columns_of
from training.data.tables import OnBadRow
from training.recipe import DataSection
from training.spark import casts
from training.spark.raw import RAGGED, Raw
from warmstart.errors import DataError

WHY = "_why"


@dataclass(frozen=True)
class Clean:
    """The good rows: user_id and item_id bigint or string, weight float, timestamp bigint."""

    frame: DataFrame
    set_aside: int  # bad rows
    left_out: Mapping[str, int]  # key of the recipe -> good rows that it leaves out
    digest: str  # of the rows that are learnt from, in whatever order and files they stand


def clean(raw: Raw, data: DataSection, on_bad_row: OnBadRow) -> Clean:
    """Cast the columns and leave out what is bad, weighs too little or is later than the recipe's end.

    Raises:
        DataError: a column is not there or holds something else, rows are bad and none may be, or no times are known:
            without them a table that is read in parts has no order.
    """
    names = columns_of(raw.place, data)
    if TIMESTAMP not in names:
        raise DataError(f"{raw.place.path.name}: training on Spark needs timestamps; a table in parts has no order")
    if data.time_format is not None:
        raise DataError("time_format is not read on Spark: write times as ISO 8601 or in epoch seconds")
    cast = _cast(raw, names, data)
    why = F.coalesce(_ragged(raw), *(cast[name].why(names.get(name, name)) for name in cast))
    marked = raw.frame.select(*(cast[name].values.alias(name) for name in cast), why.alias(WHY))
    good, bounds = marked.filter(F.col(WHY).isNull()).drop(WHY), _bounds(data)
    counted = _counted(marked, bounds)
    if counted["bad"] and on_bad_row == "refuse":
        raise DataError(_refusal(raw, marked, counted["bad"]))
    for one in ("one user", "one item"):
        if counted[one] is not False:
            only = one if counted["rows"] else "no row"
            raise DataError(f"{raw.place.path.name}: nothing to learn from, {only} in all good rows")
    left_out = {key: int(counted[key]) for key in bounds if counted[key]}
    digest = f"{counted['rows']} {counted['sum']} {counted['xor']}"
    return Clean(reduce(DataFrame.filter, bounds.values(), good), int(counted["bad"]), left_out, digest)


def _cast(raw: Raw, names: Mapping[str, str], data: DataSection) -> dict[str, casts.Cast]:
    """Return each column cast; what depends on all of its values is found in one pass over them."""
    kinds: dict[str, DataType] = {name: raw.frame.schema[column].dataType for name, column in names.items()}
    columns = {name: raw.frame[f"`{column}`"] for name, column in names.items()}
    try:
        texts = {name: casts.id_text(columns[name], kinds[name]) for name in (USER_ID, ITEM_ID)}
        found = _found(raw.frame, texts, casts.as_number(columns[TIMESTAMP], kinds[TIMESTAMP]))
        numbers = found["numbers"] * 2 > found["rows"] and found["middle"] is not None
        moments = casts.cast_moments(
            columns[TIMESTAMP], kinds[TIMESTAMP], found["middle"] if numbers else None, time.time() + AHEAD
        )
        weights = casts.Cast(F.lit(1.0).cast("float"), {})
        if WEIGHT in names:
            weights = casts.cast_weights(columns[WEIGHT], kinds[WEIGHT], data.min_weight)
    except TypeError as error:
        raise DataError(f"{raw.place.path.name}: a column {error}") from error
    ids = {name: casts.cast_ids(texts[name], integers=bool(found[name])) for name in texts}
    return {**ids, WEIGHT: weights, TIMESTAMP: moments}


def _found(frame: DataFrame, texts: Mapping[str, Column], number: Column) -> Mapping[str, Any]:
    """Tell whether all ids are integers, and what the middle of the times is."""
    whole = {name: text.rlike(INTEGER) for name, text in texts.items()}
    integers = [
        (F.bool_and(whole[name] | casts.missing(texts[name])) & F.bool_or(whole[name])).alias(name) for name in texts
    ]
    found = frame.agg(
        *integers,
        F.count(F.lit(1)).alias("rows"),
        F.count(number).alias("numbers"),
        F.percentile_approx(number, 0.5).alias("middle"),
    ).collect()[0]
    if not found["rows"]:
        raise DataError("the interactions have no rows")
    told: dict[str, Any] = found.asDict()
    return told


def _ragged(raw: Raw) -> Column:
    nothing = F.lit(None).cast(StringType())
    if RAGGED not in raw.frame.columns:
        return nothing
    return F.when(F.col(RAGGED).isNotNull(), F.lit("another number of values than the header has")).otherwise(nothing)


def _bounds(data: DataSection) -> dict[str, Column]:
    """Return what is kept of the good rows, by the key of the recipe that says so."""
    weights = {} if data.min_weight is None else {"min_weight": F.col(WEIGHT) >= F.lit(data.min_weight).cast("float")}
    return {**weights, **({} if data.until is None else {"until": F.col(TIMESTAMP) < data.until})}


def _counted(marked: DataFrame, bounds: Mapping[str, Column]) -> Mapping[str, Any]:
    """Count what is bad and what each bound leaves out of the rest, and hash what is kept."""
    kept = F.col(WHY).isNull()
    counts = [F.count_if(~kept).alias("bad")]
    for key, bound in bounds.items():
        counts.append(F.count_if(kept & ~bound).alias(key))
        kept = kept & bound
    row = F.when(kept, F.xxhash64(USER_ID, ITEM_ID, WEIGHT, TIMESTAMP))
    ends = [F.min(F.when(kept, F.col(name))) == F.max(F.when(kept, F.col(name))) for name in (USER_ID, ITEM_ID)]
    hashed = [F.sum(row.cast("decimal(38,0)")).alias("sum"), F.bit_xor(row).alias("xor"), F.count(row).alias("rows")]
    alone = [end.alias(f"one {name}") for name, end in zip(("user", "item"), ends, strict=True)]
    counted: dict[str, Any] = marked.agg(*counts, *hashed, *alone).collect()[0].asDict()
    return counted


def _refusal(raw: Raw, marked: DataFrame, bad: int) -> str:
    """Say what is wrong, the commonest first."""
    found = marked.filter(F.col(WHY).isNotNull()).groupBy(WHY).count().orderBy(F.desc("count"), WHY).limit(3).collect()
    what = "; ".join(f"{row[WHY]} ({row['count']} rows)" for row in found)
    return f"{raw.place.path.name}, {bad} bad rows: {what} (--on-bad-row set-aside to leave them out)"
