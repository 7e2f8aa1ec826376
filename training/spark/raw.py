"""The interactions as Spark reads them: one file or a folder of parts, Parquet or text, at a path or an address."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StringType, StructField, StructType

from training.data.layouts import LAYOUTS, PLAIN, TableFile
from training.data.place import Place, locate
from training.recipe import DataSection
from training.spark.addresses import address_of, literally
from training.spark.failures import told
from warmstart.errors import DataError

RAGGED = "_ragged"  # the line, where it has another number of values than the header
_PARQUET = ("", ".parquet")  # a folder is Parquet unless its name says otherwise
_ENCODINGS = {"utf8": "UTF-8", "latin-1": "ISO-8859-1"}


@dataclass(frozen=True)
class Raw:
    """A table that nobody has looked into yet."""

    place: Place  # its `known` are the frame's columns
    frame: DataFrame  # all columns of text as they stand, and RAGGED; of Parquet in its own types


def read_raw(spark: SparkSession, data: DataSection, address: str | None = None) -> Raw:
    """Find the interactions of a data section.

    Args:
        spark: reads them, when they are asked for.
        data: what the recipe says.
        address: where they are, if not where the recipe says: anything that Spark reads.

    Raises:
        DataError: there are none, or they are no table.
    """
    spec = (LAYOUTS[data.layout] if data.layout else PLAIN).interactions
    if address is None:
        place = locate(data.path, data.interactions, spec, data.separator)
        if place is None:
            raise DataError(f"{data.path} holds no {' or '.join(spec.names)}")
        address = literally(address_of(place.path))
    else:
        place = locate_at(address, spec, data.separator)
    with told(f"{address} cannot be read"):
        frame = spark.read.parquet(address) if place.path.suffix in _PARQUET else _text(spark, address, place.spec)
    return Raw(replace(place, known=tuple(name for name in frame.columns if name != RAGGED)), frame)


def locate_at(address: str, spec: TableFile, separator: str | None) -> Place:
    """Say how a table at an address is written: a .tsv has tabs unless the recipe has a separator."""
    path = Path(address.rstrip("/").rpartition("/")[2])
    if path.suffix in _PARQUET:
        return Place(path, replace(spec, header=(), flags=()))
    return Place(path, replace(spec, separator=separator or ("\t" if path.suffix == ".tsv" else spec.separator)))


def _text(spark: SparkSession, address: str, spec: TableFile) -> DataFrame:
    """Read lines as text; without pruning of columns, so that every value of a line is counted.

    Spark takes columns by their place, in every part. It holds a part's header against the first one only where it is
    told to, and cannot where a column has no name, or another's, for it makes up names for these.
    """
    reader = spark.read.options(
        sep=spec.separator,
        encoding=_ENCODINGS[spec.encoding],
        quote='"' if spec.quoted else "",
        escape='"' if spec.quoted else "",
        header=not spec.header,
        ignoreLeadingWhiteSpace=True,
        ignoreTrailingWhiteSpace=True,
        columnPruning=False,
        columnNameOfCorruptRecord=RAGGED,
    )
    if spec.header:
        return reader.csv(address, schema=_as_they_stand(spec.header))
    read = reader.csv(address)
    schema = _as_they_stand(read.columns)
    first = reader.options(header=False).csv(address).first()
    if first is None or [*first] == read.columns:
        return reader.options(header=True).csv(address, schema=schema, enforceSchema=False)
    if len(read.inputFiles()) > 1:
        raise DataError(f"{address}: in a folder of parts each column needs a name of its own")
    return reader.options(header=True).csv(address, schema=schema)


def _as_they_stand(names: Sequence[str]) -> StructType:
    return StructType([StructField(name, StringType()) for name in (*names, RAGGED)])
