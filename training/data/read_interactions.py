"""The table of interactions: ids, weights and times, row by row as the file has them."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from training.columns import ITEM_ID, TIMESTAMP, USER_ID, WEIGHT
from training.data.casts import cast_ids, cast_weights
from training.data.files import RawTable, read_raw
from training.data.moments import cast_moments
from training.data.place import Place
from training.data.sieve import Finding, Sieve
from training.recipe import DataSection
from warmstart.errors import DataError

AHEAD = 86_400  # seconds that a clock, or a zone that nobody wrote down, may be ahead


@dataclass(frozen=True)
class ReadTable:
    """The good rows of one file, and what is wrong with the others."""

    name: str
    frame: pl.DataFrame
    rows: int  # all that the file has
    bad: int = 0
    findings: list[Finding] = field(default_factory=list)
    left_out: Mapping[str, int] = field(default_factory=dict)  # key of the recipe -> good rows that it leaves out


def read_interactions(place: Place, data: DataSection) -> ReadTable:
    """Read the interactions; whether bad rows matter is for the caller to say."""
    names = columns_of(place, data)
    sieve = sieve_of(place, list(dict.fromkeys(names.values())))
    kept = {name: sieve.take(names[name], cast_ids) for name in (USER_ID, ITEM_ID)}
    kept[WEIGHT] = _weights(sieve, names.get(WEIGHT), data.min_weight)
    if TIMESTAMP in names:
        kept[TIMESTAMP] = _times(sieve, names[TIMESTAMP], data.time_format)
    return _bounded(sifted(sieve, kept), data)


def _bounded(good: ReadTable, data: DataSection) -> ReadTable:
    """Leave out what weighs too little, and what is later than the recipe's end of the table."""
    if data.until is not None and TIMESTAMP not in good.frame.columns:
        raise DataError(f"{good.name} has no times, which the recipe's until needs")
    heavy = good.frame if data.min_weight is None else good.frame.filter(pl.col(WEIGHT) >= data.min_weight)
    kept = heavy if data.until is None else heavy.filter(pl.col(TIMESTAMP) < data.until)
    counts = {"min_weight": len(good.frame) - len(heavy), "until": len(heavy) - len(kept)}
    return replace(good, frame=kept, left_out={key: count for key, count in counts.items() if count})


def columns_of(place: Place, data: DataSection) -> dict[str, str]:
    """Find the columns; ids must be there, and so must a weight or time that recipe or layout have a name for."""
    names = place.columns((USER_ID, ITEM_ID, WEIGHT, TIMESTAMP), data)
    for name in (USER_ID, ITEM_ID, WEIGHT, TIMESTAMP):
        said = place.said(name, data)
        if said and names.get(name) != said:
            raise place.missing(said)
        if name not in names and name in (USER_ID, ITEM_ID):
            raise place.missing(name)
    return names


def sieve_of(place: Place, columns: list[str]) -> Sieve:
    """Read columns of a table that must have rows."""
    raw: RawTable = read_raw(place.path, place.spec, columns)
    if raw.frame.is_empty() and not raw.ragged:
        raise DataError(f"{place.path.name} has no rows")
    return Sieve(raw)


def sifted(sieve: Sieve, columns: dict[str, pl.Series]) -> ReadTable:
    """Put the good rows together."""
    frame = pl.DataFrame([values.alias(name) for name, values in columns.items()])
    rows = len(frame) + len(sieve.raw.ragged)
    kept = frame if sieve.good.all() else frame.filter(pl.Series(sieve.good))
    return ReadTable(sieve.raw.path.name, kept, rows, sieve.bad, sieve.findings())


def _times(sieve: Sieve, column: str, form: str | None) -> pl.Series:
    """Take the times; one that has not come yet would make all others old."""
    times = sieve.take(column, lambda raw: cast_moments(raw, form))
    sieve.refuse(column, {"timestamp in the future": times > time.time() + AHEAD})
    return times


def _weights(sieve: Sieve, column: str | None, min_weight: float | None) -> pl.Series:
    """Take the weights, 1 where there are none; a weight of 0 is fine only where min_weight leaves it out."""
    if column is None:
        return pl.repeat(1.0, len(sieve.good), dtype=pl.Float32, eager=True)
    weights = sieve.take(column, cast_weights)
    sieve.refuse(column, {"weight below 0": weights < 0})
    if min_weight is None:
        sieve.refuse(column, {"weight is 0": weights == 0})
    return weights
