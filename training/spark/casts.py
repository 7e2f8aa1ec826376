"""Columns cast to what they mean, as `training.data.casts` does it, and in one expression why a value is bad."""

from collections.abc import Mapping
from dataclasses import dataclass

from pyspark.sql import Column
from pyspark.sql import functions as F  # noqa: N812 as everybody calls it
from pyspark.sql.types import (
    BooleanType,
    DataType,
    DateType,
    DecimalType,
    FractionalType,
    IntegralType,
    NumericType,
    StringType,
    TimestampNTZType,
    TimestampType,
)

from training.data.casts import FRACTION, LONGEST_ID, MISSING, UNPRINTABLE
from training.data.moments import FIRST_DAY, FIRST_IN_MILLISECONDS, FIRST_SECOND, LAST_DAY, LAST_SECOND

EXACT = 2.0**53  # up to where a double holds every integer
TIMES = (DateType, TimestampType, TimestampNTZType)


@dataclass(frozen=True)
class Cast:
    """A column's values, and what is wrong with which of them; the first that applies counts."""

    values: Column
    wrong: Mapping[str, Column]  # what -> whether

    def why(self, name: str) -> Column:
        """Return what is wrong with a value of a column of this name; null where nothing is."""
        found = F.lit(None).cast(StringType())
        for what, whether in reversed([*self.wrong.items()]):
            found = F.when(F.coalesce(whether, F.lit(False)), F.lit(f"column {name}: {what}")).otherwise(found)
        return found


def id_text(column: Column, kind: DataType) -> Column:
    """Return ids as text, whole numbers without a fraction; TypeError for what can never be ids."""
    if isinstance(kind, DecimalType):  # of more digits than a double has
        whole = F.floor(column)
        return F.when(whole == column, whole.cast("string")).otherwise(column.cast("string"))
    if isinstance(kind, FractionalType):
        whole = (F.floor(column) == column) & (F.abs(column) < EXACT)
        number = column.cast("double")
        text = F.when(whole, number.try_cast("bigint").cast("string")).otherwise(number.cast("string"))
        return F.when(F.isnan(number), F.lit(None)).otherwise(text)
    if isinstance(kind, IntegralType | StringType):
        return F.trim(column.cast("string"))
    raise TypeError(f"holds {kind.simpleString()}, not ids")


def missing(text: Column) -> Column:
    """Tell where there is no id."""
    return text.isNull() | F.lower(text).isin(*MISSING)


def cast_ids(text: Column, *, integers: bool) -> Cast:
    """Cast ids to bigint where every one is an integer, to text otherwise."""
    if integers:
        values = F.regexp_replace(text, FRACTION, "").try_cast("bigint")
        too_large = values.isNull() & ~missing(text)
        return Cast(values, {"empty id": missing(text), "id over 2^63-1": too_large, "negative id": values < 0})
    wrong = {
        "empty id": missing(text),
        "id with a control character": text.rlike(UNPRINTABLE),
        f"id of over {LONGEST_ID} bytes": F.octet_length(text) > LONGEST_ID,
    }
    return Cast(text, wrong)


def cast_weights(column: Column, kind: DataType, min_weight: float | None) -> Cast:
    """Cast to finite floats; a weight of 0 is fine only where min_weight leaves it out."""
    if not isinstance(kind, NumericType | BooleanType | StringType):
        raise TypeError(f"holds {kind.simpleString()}, not weights")
    text = F.trim(column.cast("string"))
    values = (text if isinstance(kind, StringType) else column).try_cast("float")
    wrong = {
        "empty weight": column.isNull() | (text == ""),
        "weight is not a finite number": values.isNull() | F.isnan(values) | (F.abs(values) == float("inf")),
        "weight below 0": values < 0,
    }
    return Cast(values, wrong if min_weight is not None else {**wrong, "weight is 0": values == 0})


def as_number(column: Column, kind: DataType) -> Column:
    """Return times as doubles, null where they are something else; TypeError for what can never be times."""
    if isinstance(kind, TIMES):
        return column.cast("timestamp").cast("double")
    if not isinstance(kind, NumericType | StringType):
        raise TypeError(f"holds {kind.simpleString()}, not times")
    return F.trim(column.cast("string")).try_cast("double")


def cast_moments(column: Column, kind: DataType, middle: float | None, latest: float) -> Cast:
    """Cast to UTC epoch seconds.

    Args:
        column: dates and datetimes, numbers, or text.
        kind: its type.
        middle: of the numbers, which tells whether they are seconds, milliseconds or days written 20210501; None where
            they are not numbers but ISO 8601.
        latest: the last second that is not the future.
    """
    number = as_number(column, kind)
    text = F.trim(column.cast("string"))
    if isinstance(kind, TIMES):
        seconds = F.floor(number)
    elif middle is None:
        seconds = F.floor(text.try_cast("timestamp").cast("double"))
    elif FIRST_DAY <= middle <= LAST_DAY:
        seconds = F.unix_timestamp(F.try_to_timestamp(number.try_cast("bigint").cast("string"), F.lit("yyyyMMdd")))
    else:
        seconds = F.floor(number / (1 if middle < FIRST_IN_MILLISECONDS else 1000))
    values = seconds.try_cast("bigint")
    wrong = {
        "timestamp is not a time": values.isNull(),
        "timestamp out of range, before 1970-01-02 or after 2100-01-01": ~values.between(FIRST_SECOND, LAST_SECOND),
        "timestamp in the future": values > latest,
    }
    return Cast(values, wrong)
